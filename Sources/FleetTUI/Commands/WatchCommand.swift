import ArgumentParser
import Feeds
import FleetModel
import Glibc

struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Print one JSON object a line for each fleet event, until interrupted.")

  @Option(name: .customLong("for"), help: "Stop after that long: 90s, 20m, 2h or plain seconds.", transform: DurationText.argument)
  var duration: Double?
  @Option(help: "Stop after that many events.")
  var count: Int?
  @OptionGroup var global: GlobalOptions

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
    var printer = EventPrinter(limit: count, isVerbose: global.verbose, log: session.log) { entry, _ in
      WatchLine.json(of: entry, environment: environment.name).serialized()
    }
    let code = printer.run(session.queue, SignalPipe(), seconds: duration)
    if code != 0 { throw CommandFailure(code: code) }
  }
}
