import ArgumentParser
import Feeds
import FleetModel

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say why an org or workspace is in the state it is in: findings with evidence and next step.")

  @Argument(help: "An org's slug or id, a workspace's id, or SLUG/NAME.")
  var target: String
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let (_, environment) = try global.environment()
    let format = global.outputFormat
    var options = FleetFeeds.Options()
    options.asksQuota = true
    options.asksEvents = false
    let session = try Session(environment: environment, global: global, options: options)
    let target = target
    let code = Interruption.run { await Self.explain(target, session, format) }
    if code != 0 { throw CommandFailure(code: code) }
  }

  private static func explain(_ name: String, _ session: Session, _ format: GlobalOptions.Format) async -> Int32 {
    let reader: CaseReader
    do throws(FeedError) {
      reader = try await CaseReader(session.access)
    } catch {
      Output.message(error.description)
      return 4
    }
    let fleet = await session.loaded()
    let target: ExplainDocument.Target
    let org: Org
    var workspace: Workspace?
    switch FleetTarget.find(name, in: fleet) {
    case .org(let found): (org, target) = (found, .org(found))
    case .workspace(let found, let owner): (org, workspace, target) = (owner, found, .workspace(found, owner))
    case .unknown:
      let gaps = FleetTarget.gaps(of: name, in: fleet, at: wallClock())
      for gap in gaps { Output.message(gap) }
      Output.message(
        "\(UntrustedText.clean(name, limit: 128)) is no org or workspace of \(session.environment.name) that is known"
          + (gaps.isEmpty ? "; `fleettui snapshot` lists them" : ""))
      return gaps.isEmpty ? 1 : 4
    }
    let question = CaseQuestion(about: org, workspace: workspace, in: fleet, at: wallClock())
    let file = await reader.file(on: question)
    let document = ExplainDocument(target: target, fleet: fleet, file: file, now: wallClock())
    Output.document(
      format, json: document.json(environment: session.environment.name), table: document.table, text: { document.text(columns: $0) })
    let gaps = document.gaps
    for gap in gaps { Output.message("could not be read: \(gap)") }
    if !gaps.isEmpty { return 4 }
    return document.findings.contains { $0.severity > .info } ? 3 : 0
  }
}

/// What a command's TARGET names.
enum FleetTarget {
  enum Found {
    case org(Org)
    case workspace(Workspace, Org)
    case unknown
  }

  /// A slug, an org's id, a workspace's id, `SLUG/NAME` or `SLUG/ID`. A name that two workspaces have names neither.
  static func find(_ text: String, in fleet: Fleet) -> Found {
    if let org = fleet.org(named: Slug(text)) ?? fleet.orgs[OrgID(text)] ?? fleet.orgs[OrgID(text.lowercased())] { return .org(org) }
    if let workspace = fleet.workspaces[WorkspaceID(text)] ?? fleet.workspaces[WorkspaceID(text.lowercased())],
      let org = fleet.orgs[workspace.orgID]
    {
      return .workspace(workspace, org)
    }
    guard let slash = text.firstIndex(of: "/"), let org = fleet.org(named: Slug(String(text[..<slash]))) else { return .unknown }
    let name = String(text[text.index(after: slash)...])
    let named = fleet.workspaces(of: org.id).filter { $0.row.name == name || $0.id.rawValue == name }
    guard named.count == 1 else { return .unknown }
    return .workspace(named[0], org)
  }

  /// Why it may exist although it was not found: empty when everything that could hold it was read.
  static func gaps(of text: String, in fleet: Fleet, at now: Timestamp) -> [String] {
    var gaps: [String] = []
    let roster = fleet.freshness(of: .controlPlane, at: now)
    if roster.state != .complete { gaps.append("control plane: \(roster.problem ?? "its roster was not read")") }
    let slash = text.firstIndex(of: "/")
    let owner = slash.flatMap { fleet.org(named: Slug(String(text[..<$0]))) }
    guard slash == nil || owner != nil else { return gaps }
    // Only a workspace can hide in a tenant; a name without a slash may be a workspace's id.
    let mayBeWorkspace = slash != nil || text.utf8.count == 36
    for org in owner.map({ [$0] }) ?? (mayBeWorkspace ? Array(fleet.orgs.values) : []) where org.row.status == .running {
      let tenant = fleet.freshness(of: .tenant(org.slug), at: now)
      if tenant.state == .failed { gaps.append(tenant.problem ?? "tenant \(org.slug) did not answer") }
    }
    return gaps.count > 5 ? Array(gaps.prefix(5)) + ["… and \(gaps.count - 5) more"] : gaps
  }
}
