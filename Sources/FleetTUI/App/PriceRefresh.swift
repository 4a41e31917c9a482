import Feeds
import FleetModel

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
    let aws = AWSAccess(settings: settings, http: http, variables: variables)
    let used = await inUse(aws)
    for problem in used.problems { Output.message("prices: \(problem)") }
    var book = PriceBook(source: "AWS price list API, on-demand Linux", date: String(wallClock().description.prefix(10)), hourly: [:])
    var missing: [String] = []
    do throws(AWSError) {
      for region in settings.regions {
        // A region that runs nothing, or can't say: what the control plane launches (contract §5.1).
        let types = used.types[region] ?? ["t3.small", "t3.medium", "t3.large"]
        for type in types.sorted() {
          if let price = try await price(
            type, region, &missing, { () async throws(AWSError) in try await aws.prices.hourly(of: type, in: region) })
          {
            book.hourly[region, default: [:]][type] = price
          }
        }
        for type in (used.volumes[region] ?? ["gp2", "gp3"]).sorted() {
          if let price = try await price(
            type, region, &missing, { () async throws(AWSError) in try await aws.prices.storage(of: type, in: region) })
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

  private func inUse(_ aws: AWSAccess) async -> InUse {
    let queue = EventQueue()
    let watches = RegionWatch.all(of: aws, queue: queue, readsResources: true)
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
