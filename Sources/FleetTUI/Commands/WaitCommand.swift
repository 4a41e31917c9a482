import ArgumentParser

struct WaitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "Block until an org or workspace is ready or gone, showing progress and ETA.",
    discussion:
      "Ends with 0 when it is, with 1 when it failed or can't become so, with 3 when the time is over, with 4 when nothing could be told by then."
  )

  @Argument(help: "An org's slug or id, a workspace's id, or SLUG/NAME.")
  var target: String
  @Option(name: .customLong("for"), help: "What to wait for: ready or gone.")
  var goal: WaitGoal
  @Option(help: "Give up after that long: 90s, 20m, 2h or plain seconds.", transform: DurationText.argument)
  var timeout: Double?
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let (_, environment) = try global.environment()
    let session = try Session(environment: environment, global: global)
    let feeds = Task.detached { await session.feeds.run() }
    defer { feeds.cancel() }
    var waiting = Waiting(target: target, goal: goal, session: session, screen: WaitScreen(global))
    let document = try waiting.run(SignalPipe(), seconds: timeout)
    document.print(as: global.outputFormat)
    if document.exitCode != 0 { throw CommandFailure(code: document.exitCode) }
  }
}

enum WaitGoal: String, ExpressibleByArgument, CaseIterable { case ready, gone }
