import Feeds
import FleetModel

// Looking closer: at the selected row, and at what it leads to.

extension Action {
  static let open = Action(
    "open", [.enter], help: "show everything known of the row", group: .look, isInFooter: true,
    whyNot: { desk, _, _ in desk.pages.current.count == 0 ? "there is no row to open" : nil },
    onPage: { interface, fleet, _ in
      interface.open(interface.desk.pages.current.panel(fleet) ?? DetailPanel())
      return .draw
    })

  static let back = Action(
    "back", [.escape], title: "close", help: "close what is open; clear the filter", group: .look, inPager: { _ in .close },
    onPage: { interface, fleet, now in interface.desk.pages.goBack(fleet, at: now) ? .draw : .none })

  static let filter = Action(
    "filter", [.character("/")], help: "show only rows that pass: words, field:text, field>n, !not, /regex/", group: .look,
    isInFooter: true,
    onPage: { interface, _, _ in
      interface.open(FilterLine(over: interface.desk.pages.current))
      return .draw
    })

  static let palette: Action = Action(
    "palette", [.character(":")], title: "command", help: "everything by its name: commands, pages, orgs, workspaces, machines, settings",
    group: .look, isInFooter: true, inPager: { _ in .act(palette) },
    onPage: { interface, _, _ in
      interface.open(Palette())
      return .draw
    })

  static let opening = [open, back, filter, palette]

  // MARK: - Where the row leads

  private static let whyNoOrg: Reason = { desk, fleet, _ in
    desk.pages.focus?.org(in: fleet) == nil ? "the row belongs to no org of the roster" : nil
  }

  private static func workspace(_ desk: Desk, _ fleet: Fleet) -> WorkspaceID? {
    desk.pages.focus?.workspace(in: fleet).flatMap { fleet.workspaces[$0]?.row.id }
  }

  /// A row that is no workspace's leads to those of its org: to the one that there is, or to the list of them.
  static let jumpWorkspace = Action(
    "jump-workspace", [.character("w")], help: "to the row's workspace, or those of its org", group: .look,
    whyNot: { desk, fleet, now in
      guard workspace(desk, fleet) == nil else { return nil }
      guard let org = desk.pages.focus?.org(in: fleet).flatMap({ fleet.orgs[$0] }), desk.pages.focus?.workspace(in: fleet) == nil else {
        return "the row belongs to no workspace that a tenant lists"
      }
      return fleet.workspaceIDs(of: org.id).isEmpty ? WorkspaceList.absence(of: org, fleet, at: now) : nil
    },
    onPage: { interface, fleet, _ in
      if let workspace = workspace(interface.desk, fleet) {
        interface.show(.workspace(workspace))
      } else if let org = interface.desk.pages.focus?.org(in: fleet) {
        let ids = fleet.workspaceIDs(of: org)
        if ids.count == 1 { interface.show(.workspace(ids[0])) } else { interface.open(WorkspaceList(of: org)) }
      }
      return .draw
    })

  static let rows = [
    Action(
      "jump-org", [.character("o")], help: "to the row's org on Fleet; esc returns", group: .look, whyNot: whyNoOrg,
      onPage: { interface, fleet, now in
        if let org = interface.selection?.org(in: fleet) { interface.jump(to: .fleet, .org(org), fleet, at: now) }
        return .draw
      }),
    jumpWorkspace,
    Action(
      "jump-machine", [.character("m")], help: "to the row's machine on Instances; esc returns", group: .look,
      whyNot: { desk, fleet, _ in desk.pages.focus?.machine(in: fleet) == nil ? "the row has no machine that is known" : nil },
      onPage: { interface, fleet, now in
        if let machine = interface.selection?.machine(in: fleet) { interface.jump(to: .instances, .instance(machine), fleet, at: now) }
        return .draw
      }),
    Action(
      "jump-events", [.character("v")], help: "to the row's events; esc returns", group: .look,
      whyNot: { desk, fleet, _ in desk.pages.focus?.eventsFilter(in: fleet) == nil ? "no events belong to the row" : nil },
      onPage: { interface, fleet, now in
        if let text = interface.selection?.eventsFilter(in: fleet) {
          interface.jump(to: .events, filter: text.asFilterWord, fleet, at: now)
        }
        return .draw
      }), explain, console, check, compare, delete,
  ]

  // MARK: - What is read on demand

  static let explain = Action(
    "explain", [.character("e")], help: "why the row's org or workspace is as it is: asks everything that may tell", group: .look,
    isInFooter: true, whyNot: whyNoOrg,
    onPage: { interface, fleet, now in
      let focus = interface.desk.pages.focus
      guard let org = focus?.org(in: fleet).flatMap({ fleet.orgs[$0] }) else { return .draw }
      let workspace = focus?.workspace(in: fleet).flatMap { fleet.workspaces[$0] }
      let name = workspace.map { "\(org.slug)/\($0.row.name)" } ?? org.slug.rawValue
      return interface.read(
        .explanation(org.id, workspace?.id), "why \(name) is as it is",
        .explain(CaseQuestion(about: org, workspace: workspace, in: fleet, at: now)))
    })

  static let console = Action(
    "console", [.character("c")], help: "the serial output of the row's workspace, secrets masked, never kept", group: .look,
    whyNot: { desk, fleet, _ in workspace(desk, fleet) == nil ? "consoles are of workspaces: select one" : nil },
    onPage: { interface, fleet, _ in
      guard let id = interface.desk.pages.focus?.workspace(in: fleet) else { return .draw }
      return interface.read(.console(id), "console of \(ProvisioningContent.name(of: .workspace(id), fleet))", .console(id, after: 0))
    })

  static let check = Action(
    "check", [.character("p")], help: "probe the row's tenant from here, layer by layer", group: .look, whyNot: whyNoOrg,
    onPage: { interface, fleet, _ in
      guard let org = interface.desk.pages.focus?.org(in: fleet).flatMap({ fleet.orgs[$0] }) else { return .draw }
      return interface.read(.checks(org.id), "checks of \(org.slug)", .check(org.id, org.slug))
    })

  // MARK: - Deletion

  static let delete = Action(
    "delete", [.character("d")], help: "delete the row's org: asks for the phrase first", group: .look, danger: .destructive,
    isInFooter: true, scope: Scope(pages: [.fleet, .deletions], elsewhere: "orgs are deleted on Fleet and Deletions"),
    never: { desk in desk.writeRefusal }, whyNot: whyNoOrg, offered: offerOfDeletion,
    onPage: { interface, fleet, now in
      guard let id = interface.selection?.org(in: fleet), let org = fleet.orgs[id] else { return .none }
      interface.open(DeletionDialog(org, interface.deletion, fleet, at: now))
      return .perform(.deletion(.prepare(org.id, org.slug)))
    })

  /// That an org can be deleted at all is worth knowing on Fleet where it can't be done just now.
  @Sendable private static func offerOfDeletion(_ desk: Desk, _ fleet: Fleet, at now: Timestamp) -> Offer {
    let isHeld = desk.writeRefusal == nil && fleet.reasonAgainstDeletion(regions: fleet.regions.sorted(), at: now) != nil
    guard isHeld || delete.refusal(desk, fleet, at: now) != nil else { return .shown }
    guard desk.pages.id == .fleet, whyNoOrg(desk, fleet, now) == nil else { return .hidden }
    return .marked(desk.isReplay ? "replay" : isHeld ? "off" : "read-only")
  }
}
