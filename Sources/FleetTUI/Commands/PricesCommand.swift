import ArgumentParser
import Feeds
import FleetModel
import Glibc

struct PricesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prices", abstract: "The price book in use, its source and date; --refresh rereads AWS's price list.",
    discussion: "--refresh asks for the machine and volume types that the environment uses (pricing:GetProducts, ec2:DescribeInstances).")

  @Flag(help: "Reread the prices of the types in use from AWS's price list.")
  var refresh = false
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let environment = try chosenEnvironment()
    let format = global.outputFormat
    let variables = global.variables
    var code: Int32 = 0
    if refresh {
      guard let environment, let settings = environment.aws else {
        throw CommandFailure(
          code: 2, message: "prices --refresh needs an environment with AWS: its regions, its credentials, and the types it uses")
      }
      guard let file = PriceListFile(variables: variables) else {
        throw CommandFailure(code: 1, message: "prices: neither XDG_CACHE_HOME nor HOME says where to keep the prices")
      }
      let refresh = PriceRefresh(
        settings: settings, http: HTTPClient(userAgent: environment.userAgent ?? "fleettui/\(FleetTUI.version)"), variables: variables)
      code = Interruption.run { await refresh.run(into: file) }
    }
    let document = PricesDocument(prices: .inUse(environment, variables: variables), regions: environment?.aws?.regions ?? [])
    Output.document(format, json: document.json(environment: environment?.name, at: wallClock()), table: document.table) { columns in
      document.table.table(columns: columns) + "\n\nsource: \(document.prices.source), \(document.prices.date(in: document.regions))"
    }
    if code != 0 { throw CommandFailure(code: code) }
  }

  /// Without a configuration the book is the built-in one; one that is named or broken is an error as ever.
  private func chosenEnvironment() throws -> FleetEnvironment? {
    if global.config == nil, global.env == nil, access(global.configurationPath, F_OK) != 0 { return nil }
    return try global.environment().1
  }
}

extension PriceBook {
  /// The built-in table, what was refreshed since, and the configuration's own figures over both. A broken file of refreshed prices is told
  /// on standard error and left out.
  static func inUse(_ environment: FleetEnvironment?, variables: [String: String]) -> PriceBook {
    var book = PriceBook.builtin
    do throws(PriceListFile.Failure) {
      if let refreshed = try PriceListFile(variables: variables)?.read() { book = book.updated(by: refreshed) }
    } catch { Output.message("\(error); the built-in prices are used") }
    guard let aws = environment?.aws else { return book }
    return book.overridden(by: aws.prices, in: aws.regions)
  }
}

/// Rereads the prices of what is in use.
struct PriceRefresh: Sendable {
  let settings: AWSSettings
  let http: HTTPClient
  let variables: [String: String]

  private struct InUse: Sendable {
    var types: [Region: Set<String>] = [:]
    var volumes: [Region: Set<String>] = [:]
    var problems: [String] = []
  }

  /// - Returns: the exit code: 1 when nothing could be reread, and the old prices stay.
  func run(into file: PriceListFile) async -> Int32 {
    let credentials = settings.credentials(http: http, variables: variables)
    let used = await inUse(credentials)
    for problem in used.problems { Output.message("prices: \(problem)") }
    let list = PriceList(http: http, endpoint: settings.endpoint, credentials: credentials)
    var book = PriceBook(source: "AWS price list API, on-demand Linux", date: String(wallClock().description.prefix(10)), hourly: [:])
    var missing: [String] = []
    do throws(AWSError) {
      for region in settings.regions {
        // A region that runs nothing, or can't say: what the control plane launches (contract §5.1).
        let types = used.types[region] ?? ["t3.small", "t3.medium", "t3.large"]
        for type in types.sorted() {
          if let price = try await price(
            type, region, &missing, { () async throws(AWSError) in try await list.hourly(of: type, in: region) })
          {
            book.hourly[region, default: [:]][type] = price
          }
        }
        for type in (used.volumes[region] ?? ["gp2", "gp3"]).sorted() {
          if let price = try await price(
            type, region, &missing, { () async throws(AWSError) in try await list.storage(of: type, in: region) })
          {
            book.storage[region, default: [:]][type] = price
          }
        }
      }
    } catch {
      Output.message("prices: \(error); the old prices stay")
      return 1
    }
    if !missing.isEmpty { Output.message("prices: the price list has no price of \(missing.joined(separator: ", "))") }
    guard !book.hourly.isEmpty else {
      Output.message("prices: nothing could be reread; the old prices stay")
      return 1
    }
    do throws(PriceListFile.Failure) { try file.write(book) } catch {
      Output.message("prices: \(error); the old prices stay")
      return 1
    }
    return 0
  }

  /// `nil` for what the list doesn't have.
  private func price(
    _ type: String, _ region: Region, _ missing: inout [String], _ ask: () async throws(AWSError) -> Double
  ) async throws(AWSError) -> Double? {
    do throws(AWSError) { return try await ask() } catch {
      guard error.kind == .unreadable else { throw error }
      missing.append("\(type) in \(region)")
      return nil
    }
  }

  private func inUse(_ credentials: CredentialsProvider) async -> InUse {
    let queue = EventQueue()
    let watches = RegionWatch.all(of: settings, http: http, queue: queue, credentials: credentials, readsResources: true)
    await withTaskGroup(of: Void.self) { group in
      for watch in watches {
        group.addTask {
          let deadline = monotonicSeconds() + 20
          await watch.read(within: 20)
          await watch.readResources(within: max(1, deadline - monotonicSeconds()))
        }
      }
    }
    var used = InUse()
    for event in queue.drain() {
      guard case .ec2(let region) = event.source else { continue }
      switch event.change {
      case .instances(let rows, _, let problem):
        let types = Set(rows.filter { !$0.state.isEnding }.compactMap(\.type))
        if !types.isEmpty { used.types[region] = types }
        if let problem { used.problems.append("\(region): \(problem)") }
      case .resources(let read):
        let types = Set((read.volumes.rows ?? []).compactMap(\.type))
        if !types.isEmpty { used.volumes[region] = types }
      case .failed(let reason): used.problems.append("\(region): \(reason)")
      default: break
      }
    }
    return used
  }
}
