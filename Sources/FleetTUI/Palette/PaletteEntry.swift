import FleetModel

/// One thing that the palette can do or lead to.
struct PaletteEntry {
  enum Deed {
    case act(Action, with: String)
    case go(Subject)
  }

  /// What is matched, and what completion writes.
  var name: String
  /// What kind of thing it is, or what it does.
  var words: String
  var deed: Deed

  init(_ action: Action, with argument: String = "") {
    name = action.name + (argument.isEmpty ? "" : " " + argument)
    words = action.help
    deed = .act(action, with: argument)
  }

  init(_ name: String, _ words: String, _ subject: Subject) {
    self.name = name
    self.words = words
    deed = .go(subject)
  }

  /// As it is shown, with what may be typed behind it.
  var usage: String { if case .act(let action, "") = deed { action.usage } else { name } }

  func key(_ keys: KeyMap) -> String { if case .act(let action, "") = deed { keys.name(of: action) } else { "" } }

  /// Why it can't be done now; `nil` when it can.
  func refusal(_ desk: Desk, _ fleet: Fleet, at now: Timestamp) -> String? {
    guard case .act(let action, _) = deed else { return nil }
    return action.placeless ?? action.refusal(desk, fleet, at: now)
  }

  /// What it does, or why that can't be done now.
  func told(_ desk: Desk, _ fleet: Fleet, at now: Timestamp) -> String { refusal(desk, fleet, at: now).map { "not now: \($0)" } ?? words }

  // MARK: - All there are

  /// Choices of one action that stand among the commands; behind its name it has all of them.
  private static let choiceLimit = 20

  /// Every command, then every choice, then every name of the fleet: of those that fit equally the first is meant.
  static func all(_ desk: Desk, _ fleet: Fleet) -> [PaletteEntry] {
    var entries = commands(desk.keys)
    for action in desk.keys.table {
      guard let argument = action.argument else { continue }
      for choice in argument.choices(desk, fleet).prefix(choiceLimit) where !choice.hasSuffix(" ") {
        entries.append(PaletteEntry(action, with: choice))
      }
    }
    for org in fleet.orgs.values.sorted(by: { $0.slug < $1.slug }) where org.row.status != .purged {
      entries.append(PaletteEntry(org.slug.rawValue, "org", .org(org.id)))
    }
    for workspace in fleet.workspaces.values {
      let org = fleet.orgs[workspace.orgID]?.slug.rawValue ?? "?"
      entries.append(PaletteEntry("\(org)/\(workspace.row.name)", "workspace", .workspace(workspace.id)))
    }
    for machine in fleet.instances.values where machine.row.state != .terminated {
      entries.append(PaletteEntry(machine.id.rawValue, "machine", .instance(machine.id)))
    }
    return entries
  }

  static func commands(_ keys: KeyMap) -> [PaletteEntry] { keys.table.map { PaletteEntry($0) } }
}

extension Action {
  /// Where alone it means something, for what no page can do.
  var placeless: String? {
    guard onPage == nil, argument == nil, inPager == nil else { return nil }
    return group == .dialog ? "does something in a dialog alone" : "does something alone where text is typed"
  }
}
