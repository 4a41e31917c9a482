import ArgumentParser
import Feeds
import FleetModel

struct PostureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "posture", abstract: "The security checks that can be made from outside, each pass, fail or unknown, with evidence.",
    discussion: "Ends with 3 when a check fails, with 4 when a source that one needs could not be read. Nothing is changed.")

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let (_, environment) = try global.environment()
    let format = global.outputFormat
    var options = FleetFeeds.Options()
    options.readsResources = true
    let session = try Session(environment: environment, global: global, options: options)
    let code = Interruption.run {
      let fleet = await session.loaded()
      let reader = await PostureReader(session.access)
      let document = ChecksDocument(
        checks: await reader.checks(on: PostureQuestion(about: fleet, at: wallClock())), fleet: fleet, now: wallClock())
      document.print(format, environment: environment.name)
      Output.problems(of: fleet, at: document.now)
      return document.exitCode(gaps: false)
    }
    if code != 0 { throw CommandFailure(code: code) }
  }
}
