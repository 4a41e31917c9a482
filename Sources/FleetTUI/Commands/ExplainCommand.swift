import ArgumentParser
import Feeds
import FleetModel

struct ExplainCommand: ReportCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say why an org or workspace is in the state it is in: findings with evidence and next step.")

  @Argument(help: "An org's slug or id, a workspace's id, or SLUG/NAME.")
  var target: String
  @OptionGroup var global: GlobalOptions

  func document() async throws -> ExplainDocument {
    let session = try global.session { options, _, _ in (options.asksQuota, options.asksEvents) = (true, false) }
    let reader = try await session.caseReader()
    let (fleet, now) = await session.judged()
    let found: ExplainDocument.Target
    let org: Org
    var workspace: Workspace?
    switch FleetTarget.find(target, in: fleet) {
    case .org(let one): (org, found) = (one, .org(one))
    case .workspace(let one, let owner): (org, workspace, found) = (owner, one, .workspace(one, owner))
    case .unknown:
      let gaps = FleetTarget.gaps(of: target, in: fleet, at: now)
      for gap in gaps { Output.message(gap) }
      throw CommandFailure(
        code: gaps.isEmpty ? 1 : 4,
        message: "\(UntrustedText.clean(target, limit: 128)) is no org or workspace of \(session.environment.name) that is known"
          + (gaps.isEmpty ? "; `fleettui snapshot` lists them" : ""))
    }
    let file = await reader.file(on: CaseQuestion(about: org, workspace: workspace, in: fleet, at: now))
    return ExplainDocument(target: found, fleet: fleet, file: file, now: wallClock())
  }
}
