import CNcurses
import FleetModel

/// How a role looks.
struct Style: Hashable, Sendable {
  var foreground: Color
  var background: Color
  var attributes: Attributes

  static let plain = Style()

  init(_ foreground: Color = .terminal, on background: Color = .terminal, _ attributes: Attributes = []) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  struct Attributes: OptionSet, Hashable, Sendable {
    let rawValue: Int32
    static let bold = Attributes(rawValue: CANVAS_BOLD)
    static let dim = Attributes(rawValue: CANVAS_DIM)
    static let underline = Attributes(rawValue: CANVAS_UNDERLINE)
    static let reverse = Attributes(rawValue: CANVAS_REVERSE)

    /// As theme files call them.
    static let named: [(name: String, attribute: Attributes)] = [
      ("bold", .bold), ("dim", .dim), ("underline", .underline), ("reverse", .reverse),
    ]
  }
}

/// Roles to looks, as a file says (docs/themes.md).
struct Theme: Hashable, Sendable {
  let name: String
  /// What it is made for; `nil`: either.
  var ground: Ground?
  /// What it paints under everything; the terminal's own: nothing.
  var background: Color = .terminal
  /// What each text has at least against its ground.
  var contrast = Theme.readable { didSet { dress() } }
  /// A role that has none looks as text does.
  var styles: [Role: Style] = [:] { didSet { dress() } }
  var selection = Selection() { didSet { dress() } }
  /// Each role in the row under the cursor.
  private var selected: [Role: Style] = [:]

  /// The row under the cursor.
  struct Selection: Hashable, Sendable {
    /// Of all text in it but states, of which those that are well have it too where the row is reversed; `nil`: each role keeps its own.
    var color: Color?
    var background: Color = .terminal
    var attributes: Style.Attributes = .reverse
  }

  init(name: String) {
    self.name = name
    dress()
  }

  /// Whether anything but attributes tells roles apart.
  var usesColor: Bool {
    background != .terminal || selection.background != .terminal || styles.values.contains { $0.foreground != .terminal }
  }

  /// The look of `role`, in the row under the cursor or not.
  func style(_ role: Role, isSelected: Bool = false) -> Style {
    var style = (isSelected ? selected : styles)[role] ?? styles[.text] ?? .plain
    if style.background == .terminal { style.background = background }
    return style
  }

  /// The contrast that text needs to be read (WCAG 2.2, 1.4.3: AA).
  static let readable = 4.5

  /// What its text may stand on: where it paints nothing, from black to what editors call dark, and from white to Solarized's light.
  var grounds: [RGB] {
    if let painted = background.rgb { return [painted] }
    return switch ground {
    case .dark: [RGB(0), Ground.dark.paint, RGB(0x1E1E1E)]
    case .light: [RGB(0xFFFFFF), RGB(0xFDF6E3)]
    case nil: [RGB(0), RGB(0xFFFFFF)]
    }
  }

  private mutating func dress() {
    let text = styles[.text] ?? .plain
    for role in Role.allCases {
      var style = styles[role] ?? text
      style.attributes.formUnion(selection.attributes)
      // Faint and reversed is hard to read.
      if style.attributes.contains(.reverse) { style.attributes.remove(.dim) }
      if selection.background != .terminal { style.background = selection.background }
      // In a row that is reversed a colour is a block: there only what is wrong has one.
      let isKept = styles[role] != nil && (selection.background == .terminal ? role.isTrouble : role.isState)
      if let color = selection.color, !isKept {
        style.foreground = color
      } else if role.isRead, let under = selection.background.rgb {
        // What is grey has no look to lose.
        style.foreground = style.foreground.read(on: under, contrast: contrast) ?? selection.color ?? text.foreground
      }
      selected[role] = style
    }
  }

  // MARK: - Those that are built in

  static let standard = builtIn("default")
  static let light = builtIn("light")
  /// Where nothing tells what the terminal's ground is.
  static let neutral = builtIn("neutral")
  static let mono = builtIn("mono")

  /// A test reads each of them: none is broken.
  private static func builtIn(_ name: String) -> Theme { (try? ThemeLibrary().theme(named: name)) ?? Theme(name: name) }
}
