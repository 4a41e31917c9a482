import ArgumentParser
import Feeds

struct PostureCommand: ReportCommand {
  static let configuration = CommandConfiguration(
    commandName: "posture", abstract: "The security checks that can be made from outside, each pass, fail or unknown, with evidence.",
    discussion: "Ends with 3 when a check fails, with 4 when a source that one needs could not be read. Nothing is changed.")

  @OptionGroup var global: GlobalOptions

  func document() async throws -> ChecksDocument {
    let session = try global.session { options, _, _ in options.readsResources = true }
    let (fleet, now) = await session.judged()
    let checks = await PostureReader(session.access).checks(on: PostureQuestion(about: fleet, at: now))
    let end = wallClock()
    return ChecksDocument(checks: checks, fleet: fleet, now: end, messages: fleet.problems(at: end))
  }
}
