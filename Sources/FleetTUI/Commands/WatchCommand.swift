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
    let session = Session(environment: environment, variables: global.variables, options: options)
    let (duration, count, verbose) = (duration, count, global.verbose)
    let code = Interruption.run {
      let feeds = Task { await session.feeds.run() }
      var printer = EventPrinter(environment: environment.name, limit: count, isVerbose: verbose)
      await printer.run(session.queue, seconds: duration)
      feeds.cancel()
      return 0
    }
    if code != 0 { throw CommandFailure(code: code) }
  }
}

/// Applies events to a fleet and prints the lines that its log gains.
private struct EventPrinter {
  let environment: String
  let limit: Int?
  let isVerbose: Bool
  private var fleet = Fleet()
  private var printed = 0
  private var isRead = true

  init(environment: String, limit: Int?, isVerbose: Bool) {
    self.environment = environment
    self.limit = limit
    self.isVerbose = isVerbose
  }

  /// Until the time is over, enough was printed, or nobody reads any more.
  mutating func run(_ queue: EventQueue, seconds: Double?) async {
    let deadline = seconds.map { monotonic() + $0 }
    while isRead, printed < limit ?? .max, !Task.isCancelled {
      let left = deadline.map { $0 - monotonic() } ?? 3600
      guard left > 0 else { return }
      // The wait blocks this task's thread; the feeds have threads of their own.
      var ready = pollfd(fd: queue.wakeDescriptor, events: Int16(POLLIN), revents: 0)
      _ = poll(&ready, 1, Int32(min(left, 0.5) * 1000) + 1)
      for event in queue.drain() {
        fleet.apply(event)
        if isVerbose, case .failed(let reason) = event.change { Output.message("\(event.source): \(reason)") }
        printNewLines()
      }
    }
  }

  private mutating func printNewLines() {
    for entry in fleet.log {
      guard isRead, printed < limit ?? .max else { break }
      isRead = Output.line(WatchLine.json(of: entry, environment: environment).serialized())
      printed += 1
    }
    fleet.forgetLog()
  }

  private func monotonic() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
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
