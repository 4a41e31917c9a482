import ArgumentParser
import Feeds
import FleetModel
import Glibc

struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Print one JSON object a line for each fleet event, until interrupted.")

  @Option(name: .customLong("for"), help: "Stop after that long: 90s, 20m, 2h or plain seconds.", transform: Self.duration)
  var duration: Double?
  @Option(help: "Stop after that many events.")
  var count: Int?
  @OptionGroup var global: GlobalOptions

  private static func duration(_ text: String) throws -> Double {
    guard let seconds = DurationText.seconds(of: text) else { throw ValidationError("'\(text)' is not a duration such as 90s, 20m or 2h") }
    return seconds
  }

  func validate() throws {
    if let count, count < 1 { throw ValidationError("--count must be 1 or more") }
  }

  func run() throws {
    let (_, environment) = try global.environment()
    var options = FleetFeeds.Options()
    options.streams.choice = .all
    let session = try Session(environment: environment, global: global, options: options)
    let feeds = Task.detached { await session.feeds.run() }
    defer { feeds.cancel() }
    var printer = EventPrinter(environment: environment.name, limit: count, isVerbose: global.verbose, log: session.log)
    let code = printer.run(session.queue, SignalPipe(), seconds: duration)
    if code != 0 { throw CommandFailure(code: code) }
  }
}

/// Applies events to a fleet and prints the lines that its log gains. It waits on the initial thread: the feeds need the others.
private struct EventPrinter {
  let environment: String
  let limit: Int?
  let isVerbose: Bool
  let log: FleetLog
  private var fleet = Fleet()
  private var printed = 0
  private var isRead = true

  init(environment: String, limit: Int?, isVerbose: Bool, log: FleetLog) {
    self.environment = environment
    self.log = log
    self.limit = limit
    self.isVerbose = isVerbose
  }

  /// Until the time is over, enough was printed, or nobody reads any more: 0. A signal ends it with 128 and its number.
  mutating func run(_ queue: EventQueue, _ signals: SignalPipe, seconds: Double?) -> Int32 {
    let deadline = seconds.map { monotonicSeconds() + $0 }
    while isRead, printed < limit ?? .max {
      let left = deadline.map { $0 - monotonicSeconds() }
      if let left, left <= 0 { break }
      var ready = [
        pollfd(fd: queue.wakeDescriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
        // Nobody reads any more: POLLERR comes unasked.
        pollfd(fd: STDOUT_FILENO, events: 0, revents: 0),
      ]
      _ = poll(&ready, nfds_t(ready.count), left.map { Int32(min($0 * 1000, 3_600_000)) + 1 } ?? -1)
      for signal in signals.take() {
        if let code = signal.exitCode { return code }
      }
      if Int32(ready[2].revents) & (POLLERR | POLLNVAL) != 0 { break }
      for event in queue.drain() {
        log.note(event)
        fleet.apply(event)
        if isVerbose, case .failed(let reason) = event.change { Output.message("\(event.source): \(reason)") }
        printNewLines()
      }
    }
    return 0
  }

  private mutating func printNewLines() {
    for entry in fleet.log {
      guard isRead, printed < limit ?? .max else { break }
      isRead = Output.line(WatchLine.json(of: entry, environment: environment).serialized())
      printed += 1
    }
    fleet.forgetLog()
    _ = fleet.takeChanges()
  }
}

/// One line of `fleettui watch` (`docs/json.md`).
enum WatchLine {
  static func json(of entry: LogEntry, environment: String) -> JSONValue {
    [
      "schema": 1, "environment": .string(environment), "at": JSONValue(entry.at), "source": .string(entry.source.description),
      "type": .string(entry.type.rawValue), "org_id": JSONValue(entry.orgID), "slug": JSONValue(entry.slug),
      "workspace_id": JSONValue(entry.workspaceID), "data": (try? JSONValue(parsing: entry.data)) ?? .object([]),
    ]
  }
}
