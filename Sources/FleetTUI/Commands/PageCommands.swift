import ArgumentParser
import Feeds
import FleetModel

// The pages that no other command gives as a document: every source that the dashboard reads is asked, judged, and printed as the page has it.

struct TriageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "triage", abstract: "Everything that needs a human: each finding of the fleet, the worst first, with proof and next step.",
    discussion: "Ends with 3 when there is a critical finding or a warning, with 4 when a source could not be read. Nothing is changed.")

  @OptionGroup var global: GlobalOptions

  func run() throws { try PageReading(global).show { fleet, now in TriageDocument(fleet: fleet, now: now) } }
}

struct ProvisioningCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "provisioning",
    abstract: "Everything that is coming up: phase, progress and ETA of each boot, late and failed ones first.",
    discussion: "Ends with 3 when a boot is late, stuck or failed, with 4 when the roster or a tenant could not be read.")

  @OptionGroup var global: GlobalOptions

  func run() throws { try PageReading(global).show { fleet, now in ProvisioningDocument(fleet: fleet, now: now) } }
}

struct DeletionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deletions", abstract: "Deletions under way, failed and past, other operators' too, with this machine's receipts.",
    discussion: "Ends with 3 when one failed or left machines, with 4 when the list or a region could not be read. Nothing is changed.")

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let state = StateDirectory(variables: global.variables)
    let reading = try PageReading(global)
    let environment = reading.session.environment.name
    try reading.show { fleet, now in
      let receipts = Result { () throws(StateDirectory.Failure) in try ReceiptStore(state: state).all() }
      for left in DeletionJournal.leftovers(in: state) where left.environment == environment {
        Output.message(
          "the deletion of \(left.slug) that was begun here at \(left.startedAt) has not ended: `fleettui delete \(left.slug)`, or "
            + "the dashboard, goes on with it")
      }
      return DeletionsDocument(
        fleet: fleet, receipts: receipts.map { $0.map(\.document).filter { $0["environment"]?.string == environment } }, now: now)
    }
  }
}

struct EventsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "What happens while it listens, as one document, the newest first; watch prints the same as it comes.",
    discussion: "Ends with 4 when the roster or a tenant could not be read.")

  @Option(name: .customLong("for"), help: "Listen for that long: 90s, 20m, 2h or plain seconds.", transform: DurationText.argument)
  var duration = 10.0
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let since = wallClock()
    try PageReading(global).show(listeningFor: duration) { fleet, now in EventsDocument(fleet: fleet, since: since, now: now) }
  }
}

/// Reads what the dashboard reads, once or for a while, and prints a page of it.
struct PageReading: Sendable {
  let session: Session
  private let format: GlobalOptions.Format

  init(_ global: GlobalOptions) throws {
    let (configuration, environment) = try global.environment()
    format = global.outputFormat
    session = try Session(
      environment: environment, global: global, options: .ofEverything(neighbours: configuration.neighbours(of: environment)))
  }

  /// - Parameter seconds: how long the sources are listened to; `nil`: each is asked once.
  func show(
    listeningFor seconds: Double? = nil, _ document: @escaping @Sendable (Fleet, Timestamp) -> some PageDocument
  ) throws {
    let code = Interruption.run {
      var fleet = if let seconds { await heard(for: seconds) } else { await session.loaded() }
      let now = wallClock()
      fleet.judge(at: now)
      let document = document(fleet, now)
      document.print(format, environment: session.environment.name)
      return document.exitCode
    }
    if code != 0 { throw CommandFailure(code: code) }
  }

  private func heard(for seconds: Double) async -> Fleet {
    let feeds = Task.detached { await session.feeds.run() }
    defer { feeds.cancel() }
    var fleet = session.emptyFleet
    let end = monotonicSeconds() + seconds
    while !Task.isCancelled {
      for event in session.queue.drain() {
        session.log.note(event)
        fleet.apply(event)
      }
      // What becomes true by time alone is a line too.
      fleet.judge(at: wallClock())
      _ = fleet.takeChanges()
      session.queue.leaveWants(of: &fleet)
      let left = end - monotonicSeconds()
      guard left > 0 else { break }
      try? await Task.sleep(seconds: min(left, 0.1))
    }
    return fleet
  }
}

extension FleetFeeds.Options {
  /// What the dashboard reads.
  static func ofEverything(neighbours: [FleetEnvironment]) -> FleetFeeds.Options {
    var options = FleetFeeds.Options()
    options.readsResources = true
    options.asksQuota = true
    options.readsZone = true
    options.zoneNeighbours = neighbours
    return options
  }
}
