/// Everything that a key can do. One table of these feeds the key map, the footer and the help.
enum Action: String, CaseIterable, Hashable, Sendable {
  case open, back
  case up, down
  case pageUp = "page-up"
  case pageDown = "page-down"
  case top, bottom
  case filter
  case sort
  case reverse = "sort-reverse"
  case sortLeft = "sort-left"
  case sortRight = "sort-right"
  case fleet, provisioning, triage, instances, orphans, costs, dns, posture, deletions, events
  case nextPage = "next-page"
  case previousPage = "previous-page"
  case jumpOrg = "jump-org"
  case jumpWorkspace = "jump-workspace"
  case jumpMachine = "jump-machine"
  case jumpEvents = "jump-events"
  case delete
  case explain, console, check
  case refresh
  case help, redraw, suspend, quit
}

/// What an action may do to the fleet.
enum Danger: Sendable {
  /// Looks only.
  case none
  /// Can't be undone; asks, and only with `--write`.
  case destructive
}

/// What is said of an action wherever it is named.
struct ActionDescription: Sendable {
  var action: Action
  /// The first is shown.
  var keys: [Key]
  /// As the footer says it; `nil` keeps it out of there.
  var short: String?
  var help: String
  var group: Group
  var danger = Danger.none

  enum Group: String, CaseIterable, Sendable {
    case move = "Move"
    case look = "Look"
    case order = "Order"
    case pages = "Pages"
    case program = "Program"
  }
}

/// What an action's availability depends on.
struct ActionState: Equatable, Sendable {
  var page: PageID
  var hasRows = true
  var hasDetail = false
  var hasFilter = false
  /// Whether the page was reached by a jump.
  var hasTrail = false
  /// What the selected row leads to.
  var hasOrg = false
  var hasWorkspace = false
  var hasMachine = false
  var hasEvents = false
  /// What is shown is a recording.
  var isReplay = false
  /// Why nothing may ever be changed here; `nil` when it may.
  var writeRefusal: String?
  /// Whether nothing may be changed just now: what asks for it opens, and says why.
  var isHeld = false
}

extension Action {
  static let table: [ActionDescription] = [
    .init(action: .open, keys: [.enter], short: "open", help: "show everything known of the row", group: .look),
    .init(action: .back, keys: [.escape], short: nil, help: "close what is open; clear the filter", group: .look),
    .init(action: .filter, keys: [.character("/")], short: "filter", help: "show only rows that hold a text", group: .look),
    .init(action: .up, keys: [.up, .character("k")], short: nil, help: "one row up", group: .move),
    .init(action: .down, keys: [.down, .character("j")], short: nil, help: "one row down", group: .move),
    .init(
      action: .pageUp, keys: [.pageUp, .control("b"), .control("u")], short: nil, help: "a screen up; scrolls the detail where one is open",
      group: .move),
    .init(
      action: .pageDown, keys: [.pageDown, .control("f"), .control("d"), .character(" ")], short: nil,
      help: "a screen down; scrolls the detail where one is open", group: .move),
    .init(action: .top, keys: [.home, .character("g")], short: nil, help: "the first row (Events: follow the newest)", group: .move),
    .init(action: .bottom, keys: [.end, .character("G")], short: nil, help: "the last row", group: .move),
    .init(action: .sort, keys: [.character("s")], short: "sort", help: "sort by the next column", group: .order),
    .init(action: .reverse, keys: [.character("S")], short: nil, help: "turn the order round", group: .order),
    .init(action: .sortLeft, keys: [.character("<"), .left], short: nil, help: "sort by the column to the left", group: .order),
    .init(action: .sortRight, keys: [.character(">"), .right], short: nil, help: "sort by the column to the right", group: .order),
    .init(action: .fleet, keys: [.character("1"), .function(1)], short: nil, help: "every org, its tenant and workspaces", group: .pages),
    .init(
      action: .provisioning, keys: [.character("2"), .function(2)], short: nil, help: "everything coming up, latest first", group: .pages),
    .init(
      action: .triage, keys: [.character("3"), .function(3)], short: nil, help: "everything that needs a human, the worst first",
      group: .pages),
    .init(action: .instances, keys: [.character("4"), .function(4)], short: nil, help: "every EC2 machine", group: .pages),
    .init(
      action: .orphans, keys: [.character("5"), .function(5)], short: nil, help: "machines and more that run for nobody", group: .pages),
    .init(
      action: .costs, keys: [.character("6"), .function(6)], short: nil, help: "what each org costs, what is wasted, the quota",
      group: .pages),
    .init(action: .dns, keys: [.character("7"), .function(7)], short: nil, help: "the zone's records and its quota", group: .pages),
    .init(action: .posture, keys: [.character("8"), .function(8)], short: nil, help: "what is exposed", group: .pages),
    .init(
      action: .deletions, keys: [.character("9"), .function(9)], short: nil, help: "deletions under way, failed and past", group: .pages),
    .init(action: .events, keys: [.character("0"), .function(10)], short: nil, help: "what happened, as it happens", group: .pages),
    .init(action: .nextPage, keys: [.tab], short: nil, help: "the next page", group: .pages),
    .init(action: .previousPage, keys: [.backTab], short: nil, help: "the page before", group: .pages),
    .init(action: .jumpOrg, keys: [.character("o")], short: nil, help: "to the row's org on Fleet; esc returns", group: .look),
    .init(action: .jumpWorkspace, keys: [.character("w")], short: nil, help: "everything known of the row's workspace", group: .look),
    .init(
      action: .jumpMachine, keys: [.character("m")], short: nil, help: "to the row's machine on Instances; esc returns", group: .look),
    .init(action: .jumpEvents, keys: [.character("v")], short: nil, help: "to the row's events; esc returns", group: .look),
    .init(
      action: .explain, keys: [.character("e")], short: "explain",
      help: "why the row's org or workspace is as it is: asks everything that may tell", group: .look),
    .init(
      action: .console, keys: [.character("c")], short: nil, help: "the serial output of the row's workspace, secrets masked, never kept",
      group: .look),
    .init(action: .check, keys: [.character("p")], short: nil, help: "probe the row's tenant from here, layer by layer", group: .look),
    .init(action: .delete, keys: [.character("d")], short: "delete", help: "delete the row's org: asks for the phrase first", group: .look),
    .init(action: .refresh, keys: [.character("r")], short: nil, help: "ask every source again now", group: .program),
    .init(action: .help, keys: [.character("?")], short: "help", help: "this list", group: .program),
    .init(action: .redraw, keys: [.control("l")], short: nil, help: "draw the whole screen again", group: .program),
    .init(action: .suspend, keys: [.control("z")], short: nil, help: "back to the shell; `fg` returns", group: .program),
    .init(action: .quit, keys: [.character("q")], short: "quit", help: "leave", group: .program),
  ]

  var description: ActionDescription? { Self.table.first { $0.action == self } }

  /// Why it can't be done at all where the state is of; `nil` when it depends on the row, or can.
  func refusalEverywhere(in state: ActionState) -> String? {
    switch self {
    case .delete: state.writeRefusal
    case .refresh where state.isReplay: "a replay asks nobody: it shows what was answered then"
    default: nil
    }
  }

  /// Why it can't be done now; `nil` when it can.
  func refusal(in state: ActionState) -> String? {
    switch self {
    case .open where !state.hasRows: "there is no row to open"
    case .back where !state.hasDetail && !state.hasFilter && !state.hasTrail: "nothing is open"
    case .jumpOrg where !state.hasOrg: "the row belongs to no org of the roster"
    case .jumpWorkspace where !state.hasWorkspace: "the row belongs to no workspace that a tenant lists"
    case .explain where !state.hasOrg, .check where !state.hasOrg: "the row belongs to no org of the roster"
    case .console where !state.hasWorkspace: "consoles are of workspaces: select one"
    case .jumpMachine where !state.hasMachine: "the row has no machine that is known"
    case .jumpEvents where !state.hasEvents: "no events belong to the row"
    case .delete where state.page != .fleet && state.page != .deletions: "orgs are deleted on Fleet and Deletions"
    case .delete: refusalEverywhere(in: state) ?? (state.hasOrg ? nil : "the row belongs to no org of the roster")
    default: refusalEverywhere(in: state)
    }
  }
}
