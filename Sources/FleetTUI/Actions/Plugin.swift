import FleetModel

/// A program of the operator's own behind a key: `[plugin.NAME]` of the configuration. It has the selected row as JSON on its standard input, and
/// what it prints is shown.
struct Plugin: Hashable, Sendable {
  /// Its action's too.
  let name: String
  /// `nil`: it is asked for by name.
  var key: Key?
  var command: [String] = []
  var title = ""
  /// Where it is offered; none: on every page.
  var pages: [PageID] = []

  init(name: String) { self.name = name }

  var action: Action {
    let names = pages.map(\.title).joined(separator: ", ")
    return Action(
      name, key.map { [$0] } ?? [], title: title, help: "\(title): runs \(UntrustedText.clean(command.joined(separator: " "), limit: 60))",
      group: .plugins, isInFooter: true, scope: pages.isEmpty ? nil : Action.Scope(pages: pages, elsewhere: "\(title) is for \(names)"),
      never: { $0.isReplay ? "a replay starts no programs" : nil },
      whyNot: { desk, _, _ in desk.pages.focus == nil ? "there is no row to run it for" : nil },
      onPage: { [self] interface, fleet, now in
        guard let subject = interface.desk.pages.focus else { return .none }
        let item = PluginItem(subject: subject, page: interface.page, environment: interface.deletion.environment, fleet: fleet, now: now)
        return interface.read(.plugin(name, subject), "\(title): \(Detail.title(of: subject, fleet))", .plugin(self, subject, item.json))
      })
  }
}

/// The selected row as a plugin has it: what `snapshot` says of it and of whom it belongs to.
struct PluginItem {
  let subject: Subject
  let page: PageID
  let environment: String
  let fleet: Fleet
  let now: Timestamp

  var json: JSONValue {
    let relations = subject.relations(in: fleet)
    let snapshot = SnapshotDocument(fleet: fleet, now: now)
    return [
      "schema": 1, "environment": .string(environment), "at": JSONValue(now), "page": .string(page.name), "item": item,
      "org": relations.org.flatMap { fleet.orgs[$0] }.map(snapshot.org) ?? .null,
      "workspace": relations.workspace.flatMap { fleet.workspaces[$0] }.map(snapshot.workspace) ?? .null,
      "instance": subject.machine(in: fleet).flatMap { fleet.instances[$0] }.map(snapshot.instance) ?? .null,
    ]
  }

  private var item: JSONValue {
    func named(_ kind: String, _ id: String, _ more: JSONValue.Member...) -> JSONValue {
      .object([.init("kind", .string(kind)), .init("id", .string(id)), .init("title", .string(Detail.title(of: subject, fleet)))] + more)
    }
    switch subject {
    case .org(let id): return named("org", id.rawValue)
    case .workspace(let id): return named("workspace", id.rawValue)
    case .instance(let id): return named("instance", id.rawValue)
    case .event(let line): return named("event", "\(line)", .init("event", .object(fleet.logEntry(line).map(WatchLine.event) ?? [])))
    case .deletion(let id): return named("deletion", id)
    case .leftover(let id): return named(id.kind.rawValue, id.id)
    case .record(let id): return named("record", id)
    case .finding(let id): return named("finding", id.code.rawValue)
    case .own: return named("row", "")
    }
  }
}
