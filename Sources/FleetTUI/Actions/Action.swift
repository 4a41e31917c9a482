import FleetModel

/// One thing that a key can do, and everything that is to be said of it: key map, footer, help, manual and configuration read these rows.
struct Action: Sendable {
  /// Where a key is pressed: the same key may mean something else in each.
  enum Place: CaseIterable, Sendable {
    case page
    /// A text over the page.
    case pager
    /// A dialog that asks.
    case dialog
    /// A line that is typed: a filter, a search.
    case line

    /// Where characters are text, whatever they mean elsewhere.
    var takesText: Bool { self == .dialog || self == .line }
  }

  enum Group: String, CaseIterable, Sendable {
    case move = "Move"
    case look = "Look"
    case order = "Order"
    case pages = "Pages"
    case program = "Program"
    case plugins = "Plugins"
    case pager = "In a text"
    case dialog = "In a dialog"
    case line = "While typing"
  }

  /// What an action may do to the fleet.
  enum Danger: Sendable {
    /// Looks only.
    case none
    /// Can't be undone: asks for a phrase, and only where writing is allowed.
    case destructive
  }

  /// How the footer of a page has it.
  enum Offer: Equatable {
    case shown
    /// It can't be done just now, in a word, though it is worth knowing that it can be done at all.
    case marked(String)
    case hidden
  }

  /// The pages that offer it, and what the others say.
  struct Scope: Sendable {
    let pages: [PageID]
    let elsewhere: String
  }

  typealias Deed = @Sendable (inout Interface, Fleet, Timestamp) -> Intent
  typealias Reason = @Sendable (Desk, Fleet, Timestamp) -> String?

  /// Names it in `[keys]` and in the manual.
  let name: String
  /// The first is shown; none: it is asked for by name alone.
  let keys: [Key]
  /// As footers call it.
  let title: String
  let help: String
  let group: Group
  let danger: Danger
  /// Whether the page's footer names it where it can be done.
  let isInFooter: Bool
  /// Whether it is taken before any layer has the key, characters where text is typed aside.
  let isEverywhere: Bool

  // What it does, by where it is asked for.

  let onPage: Deed?
  /// What it does with what is typed behind its name; `nil` when it takes nothing.
  let argument: Argument?
  let inPager: (@Sendable (inout Pager) -> LayerIntent)?
  let inDialog: LineEditor.Command?
  let inLine: LineEditor.Command?
  /// What it does to whatever has rows.
  let movement: Movement?

  /// Every page offers it where there is none.
  let scope: Scope?
  /// Why it can't be done at all where the dashboard is of; `nil` when it depends on the row, or can.
  let never: @Sendable (Desk) -> String?
  private let whyNot: Reason
  private let offered: (@Sendable (Desk, Fleet, Timestamp) -> Offer)?

  init(
    _ name: String, _ keys: [Key], title: String? = nil, help: String, group: Group, danger: Danger = .none, isInFooter: Bool = false,
    isEverywhere: Bool = false, movement: Movement? = nil, argument: Argument? = nil,
    inPager: (@Sendable (inout Pager) -> LayerIntent)? = nil,
    inDialog: LineEditor.Command? = nil, inLine: LineEditor.Command? = nil, scope: Scope? = nil,
    never: @escaping @Sendable (Desk) -> String? = { _ in nil },
    whyNot: @escaping Reason = { _, _, _ in nil }, offered: (@Sendable (Desk, Fleet, Timestamp) -> Offer)? = nil, onPage: Deed? = nil
  ) {
    self.name = name
    self.keys = keys
    self.title = title ?? name.replacing("-", with: " ")
    self.help = help
    self.group = group
    self.danger = danger
    self.isInFooter = isInFooter
    self.isEverywhere = isEverywhere
    self.movement = movement
    self.argument = argument
    self.inPager = inPager
    self.inDialog = inDialog
    self.inLine = inLine
    self.scope = scope
    self.never = never
    self.whyNot = whyNot
    self.offered = offered
    self.onPage = onPage
  }

  /// Every action, in the order of help and footer.
  static let table: [Action] =
    opening + taking + moves + order + views + pages + rows + panes + events + program + texts

  static func named(_ name: String) -> Action? { table.first { $0.name == name } }

  /// How it is asked for by its name.
  var command: String { ":" + name }
  /// Its name and what may stand behind it.
  var usage: String { argument.map { "\(name) \($0.usage)" } ?? name }

  // MARK: - Where and when

  func has(_ place: Place) -> Bool {
    switch place {
    case .page: onPage != nil
    case .pager: inPager != nil || movement != nil
    case .dialog: inDialog != nil || movement?.passesText == true
    case .line: inLine != nil || movement?.passesText == true
    }
  }

  /// Whether it is of places where text is typed, and of no other.
  var isOfText: Bool { !has(.page) && !has(.pager) }

  /// Why it can't be done now; `nil` when it can.
  func refusal(_ desk: Desk, _ fleet: Fleet, at now: Timestamp) -> String? {
    if let scope, !scope.pages.contains(desk.pages.id) { return scope.elsewhere }
    return never(desk) ?? whyNot(desk, fleet, now)
  }

  func offer(_ desk: Desk, _ fleet: Fleet, at now: Timestamp) -> Offer {
    guard isInFooter else { return .hidden }
    if let offered { return offered(desk, fleet, now) }
    return refusal(desk, fleet, at: now) == nil ? .shown : .hidden
  }
}

extension Action: Hashable, CustomStringConvertible {
  var description: String { name }
  static func == (one: Action, other: Action) -> Bool { one.name == other.name }
  func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
