import CNcurses
import FleetModel

/// How a role looks. Colours are of the 256-colour palette, −1 the terminal's own.
struct Style: Hashable, Sendable {
  var foreground = -1
  var background = -1
  var attributes: Int32 = 0

  static let plain = Style()

  init(_ foreground: Int = -1, on background: Int = -1, _ attributes: Int32 = 0) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }
}

/// Roles to looks.
struct Theme: Hashable, Sendable {
  var name: String
  private var styles: [Role: Style]
  /// The row under the cursor: laid under every style in it.
  private var selection: Style
  /// Whether anything but attributes tells roles apart.
  let usesColor: Bool

  /// The look of `role`, on the selection's ground or not.
  func style(_ role: Role, isSelected: Bool = false) -> Style {
    var style = styles[role] ?? .plain
    guard isSelected else { return style }
    style.attributes |= selection.attributes
    style.background = selection.background
    // The faintest greys are hard to read there.
    if usesColor, role == .dim || role == .barTrack, style.foreground > 15 { style.foreground = 246 }
    return style
  }

  /// The built-in themes; `nil` for any other name.
  static func named(_ name: String) -> Theme? {
    switch name {
    case "default": .standard
    case "contrast": .contrast
    case "colourblind", "colorblind": .colorblind
    case "mono": .mono
    default: nil
    }
  }

  static let names = ["default", "contrast", "colourblind", "mono"]

  /// Why there is no theme of that name, `nil` when there is one.
  static func problem(withName name: String) -> String? {
    guard named(name) == nil else { return nil }
    let near = NearestName.of(name, among: names).map { "; did you mean \($0)?" } ?? ""
    return "there is no theme \"\(UntrustedText.clean(name, limit: 80))\"\(near); there are \(names.joined(separator: ", "))"
  }

  /// The same in what the terminal can show.
  func adapted(toColors colors: Int) -> Theme {
    guard usesColor else { return self }
    if colors < 8 { return .mono }
    guard colors < 256 else { return self }
    var theme = self
    theme.styles = styles.mapValues { Self.reduced($0) }
    theme.selection = Style(-1, on: -1, CANVAS_REVERSE)
    return theme
  }

  /// The nearest of the eight colours that every terminal has.
  private static func reduced(_ style: Style) -> Style {
    var style = style
    switch style.foreground {
    case ..<8: break
    case 8...15: style.foreground -= 8
    case 232...:
      style.foreground = -1
      if style.attributes == 0 { style.attributes = CANVAS_DIM }
    case let index:
      let cube = index - 16
      let high = { (level: Int) in level >= 3 ? 1 : 0 }
      style.foreground = high(cube / 36) + 2 * high(cube / 6 % 6) + 4 * high(cube % 6)
      if style.foreground == 0 { style.foreground = -1 }
    }
    style.background = -1
    return style
  }

  /// Calm is grey; what needs a human is lit.
  static let standard = Theme(
    name: "default",
    styles: [
      .text: Style(252), .dim: Style(243), .title: Style(255, CANVAS_BOLD), .heading: Style(109, CANVAS_BOLD), .rule: Style(238),
      .key: Style(110, CANVAS_BOLD), .link: Style(110, CANVAS_UNDERLINE), .match: Style(222, CANVAS_BOLD),
      .ok: Style(108), .running: Style(111), .late: Style(215, CANVAS_BOLD), .failed: Style(203, CANVAS_BOLD), .stale: Style(179),
      .unknown: Style(140), .danger: Style(203, CANVAS_BOLD), .warning: Style(215), .info: Style(246), .money: Style(150),
      .bar: Style(74), .barLate: Style(209), .barTrack: Style(238), .barTick: Style(250),
      .environment: Style(255, CANVAS_BOLD), .protected: Style(203, CANVAS_BOLD | CANVAS_REVERSE),
    ],
    selection: Style(-1, on: 236, CANVAS_BOLD), usesColor: true)

  /// The sixteen colours that every terminal lets its user choose.
  static let contrast = Theme(
    name: "contrast",
    styles: [
      .text: Style(15), .dim: Style(7), .title: Style(15, CANVAS_BOLD), .heading: Style(14, CANVAS_BOLD), .rule: Style(7),
      .key: Style(14, CANVAS_BOLD), .link: Style(14, CANVAS_UNDERLINE), .match: Style(11, CANVAS_BOLD),
      .ok: Style(10), .running: Style(14), .late: Style(11, CANVAS_BOLD), .failed: Style(9, CANVAS_BOLD), .stale: Style(11),
      .unknown: Style(13), .danger: Style(9, CANVAS_BOLD), .warning: Style(11), .info: Style(7), .money: Style(10),
      .bar: Style(12), .barLate: Style(11), .barTrack: Style(8), .barTick: Style(15),
      .environment: Style(15, CANVAS_BOLD), .protected: Style(9, CANVAS_BOLD | CANVAS_REVERSE),
    ],
    selection: Style(-1, on: -1, CANVAS_REVERSE), usesColor: true)

  /// Blue and orange in place of green and red (Okabe and Ito's pairs).
  static let colorblind: Theme = {
    var theme = standard
    theme.name = "colourblind"
    theme.styles[.ok] = Style(74)
    theme.styles[.money] = Style(152)
    theme.styles[.running] = Style(117)
    theme.styles[.late] = Style(220, CANVAS_BOLD)
    theme.styles[.failed] = Style(208, CANVAS_BOLD | CANVAS_UNDERLINE)
    theme.styles[.danger] = Style(208, CANVAS_BOLD | CANVAS_UNDERLINE)
    theme.styles[.warning] = Style(220)
    theme.styles[.barLate] = Style(208)
    return theme
  }()

  /// No colour at all (`NO_COLOR`).
  static let mono = Theme(
    name: "mono",
    styles: [
      .dim: Style(-1, CANVAS_DIM), .title: Style(-1, CANVAS_BOLD), .heading: Style(-1, CANVAS_BOLD), .rule: Style(-1, CANVAS_DIM),
      .key: Style(-1, CANVAS_BOLD), .link: Style(-1, CANVAS_UNDERLINE), .match: Style(-1, CANVAS_UNDERLINE),
      .late: Style(-1, CANVAS_BOLD), .failed: Style(-1, CANVAS_BOLD), .danger: Style(-1, CANVAS_BOLD | CANVAS_UNDERLINE),
      .warning: Style(-1, CANVAS_BOLD), .barTrack: Style(-1, CANVAS_DIM), .environment: Style(-1, CANVAS_BOLD),
      .protected: Style(-1, CANVAS_BOLD | CANVAS_REVERSE),
    ],
    selection: Style(-1, on: -1, CANVAS_REVERSE), usesColor: false)
}

extension Style {
  fileprivate init(_ foreground: Int, _ attributes: Int32) { self.init(foreground, on: -1, attributes) }
}
