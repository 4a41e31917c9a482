import FleetModel

/// What a layer makes of a key or of the world's answer.
enum LayerIntent {
  case none
  case draw
  case close
  /// Not for it: the layer under it may have the key.
  case pass
  /// It means nothing here, nor under it.
  case unknown
  case perform(Effect)
  /// An action is asked for, as if its key had been pressed; the layer goes first where it `closes`.
  case act(Action, with: String = "", closes: Bool = false)
  /// What is looked at becomes that.
  case go(Subject, closes: Bool = false)
  /// Everything known of that is shown, over the page as it is.
  case show(Subject, closes: Bool = false)
}

/// What a key typed now is about, as far as that can go away by itself.
enum Aim: Equatable {
  case layer
  /// The selected row, since that is what is shown of it.
  case row(Subject)
}

/// Rows of the screen's body, and where they are.
struct Room: Equatable {
  /// The first, counted from the screen's top.
  var top = 0
  var rows = 0
  var width = 0
  /// Whether others have rows of the body too.
  var isShared = false
}

/// One of what lies over one another on the screen: page, detail, text, dialog. The top one has each key first and may pass it on, and each learns what
/// happens to the fleet.
protocol Layer {
  /// Whether keys are text to it. When that ends by itself, what is typed on is not for what it has become.
  var takesText: Bool { get }
  /// `nil`: whatever it is about for the layer under it.
  func aim(_ desk: Desk) -> Aim?

  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent
  /// The operator went to another row.
  mutating func rowChanged()
  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp)
  /// What the world said to an effect; answers to others' questions too.
  mutating func hear(_ answer: Answer, _ fleet: Fleet, at now: Timestamp) -> LayerIntent
  /// The next key may ask for much: it can be put together while nothing else is to do.
  mutating func anticipate(_ desk: inout Desk, _ fleet: Fleet, at now: Timestamp)

  /// How many of the last of `rows` it wants; the others are for what lies under it.
  mutating func height(in rows: Int, _ desk: Desk, _ fleet: Fleet, _ context: inout DrawingContext) -> Int
  /// At most the room's rows; a cursor counts from the first of them.
  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  /// The last line while it is the top one, and the column of a cursor in it.
  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?)
  /// The action that stands in that column of the footer.
  func offer(at column: Int, _ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> Action?
}

extension Layer {
  var takesText: Bool { false }
  func aim(_ desk: Desk) -> Aim? { .layer }
  mutating func rowChanged() {}
  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) {}
  mutating func hear(_ answer: Answer, _ fleet: Fleet, at now: Timestamp) -> LayerIntent { .none }
  mutating func anticipate(_ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) {}
  func height(in rows: Int, _ desk: Desk, _ fleet: Fleet, _ context: inout DrawingContext) -> Int { rows }
  func offer(at column: Int, _ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> Action? { nil }
}

/// What every layer stands on: the pages, the keys, and what may be done here.
struct Desk {
  var pages: Pages
  let keys: KeyMap
  var glyphs: Glyphs
  /// The row that another one is to be compared with.
  var comparand: Subject?
  var themes: ThemeChoice
  /// Where the last frame has them; `nil`: nowhere.
  var tabs: DrawnTabs?
  /// Columns of the screen.
  var width = Interface.smallest.columns
  /// What is said in the footer until a key is pressed.
  var notice: Span?
  /// What the program takes, as of the last frame that shows it.
  var vitals: Vitals?
  /// What is shown is a recording.
  let isReplay: Bool
  /// What the next start takes up again.
  var remembered: RememberedScreen
  /// Views with names.
  var views: ViewBook
  /// What is shown of the selected row besides the table's columns.
  var panes = (detail: Pane(.detail), events: Pane(.events))
  /// Why nothing may ever be changed here; `nil` when it may.
  let writeRefusal: String?
  let clipboard: Clipboard
  let links: Links
  let environment: String
  /// Where `~/` leads.
  let home: String?

  init(_ options: DashboardOptions) {
    pages = Pages(options)
    keys = options.keys
    glyphs = options.isASCII ? .ascii : .unicode
    themes = options.themes
    notice = options.notice.map { Span($0, .warning) }
    isReplay = options.replay != nil
    writeRefusal = options.writeRefusal
    remembered = options.remembered
    views = options.views
    clipboard = Clipboard(terminal: options.terminal.kind)
    links = options.links
    environment = options.environment
    home = options.home
  }

  /// What a command of the rows is about: those that are marked on the open page, else the selected one.
  var chosen: [Subject] {
    let marked = pages.current.marked
    return marked.isEmpty ? [pages.current.selection].compactMap { $0 } : marked
  }
}
