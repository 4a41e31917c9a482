/// How many colours a terminal shows.
enum ColorDepth: Int, Comparable, CaseIterable, Sendable {
  case mono = 0
  case eight = 8
  case sixteen = 16
  case palette = 256
  case direct = 0x1000000

  /// As options and configuration call it.
  var name: String {
    switch self {
    case .mono: "mono"
    case .eight: "8"
    case .sixteen: "16"
    case .palette: "256"
    case .direct: "24bit"
    }
  }

  init?(named name: String) {
    guard let depth = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = depth
  }

  /// What `--colors` and `ui.colors` may be, `auto` aside.
  static let names = allCases.reversed().map(\.name)

  static func < (one: ColorDepth, other: ColorDepth) -> Bool { one.rawValue < other.rawValue }
}

extension Theme {
  /// The same in what a terminal shows, over the ground that it has; `nil`: nobody knows which.
  ///
  /// What is made for the other ground brings its own: every theme can be read everywhere.
  func adapted(to depth: ColorDepth, on terminal: Ground?) -> Theme {
    guard usesColor else { return self }
    guard depth > .mono else { return .mono }
    var theme = self
    if let ground, let terminal, ground != terminal, background == .terminal { theme.background = .rgb(ground.paint) }
    switch depth {
    case .direct: return theme
    case .palette: return theme.placed
    case .sixteen, .eight, .mono:
      return theme.reduced(isBright: depth == .sixteen, on: ground ?? terminal)
    }
  }

  /// In the palette's fixed places: what is read stays so there.
  private var placed: Theme {
    func placed(_ color: Color, on grounds: [RGB] = [], from before: [RGB] = []) -> Color {
      guard let rgb = color.rgb else { return color }
      let isRead = before.allSatisfy { rgb.contrast(to: $0) >= contrast }
      return .palette(rgb.nearestPlace(readOn: isRead ? grounds : [], contrast: contrast))
    }
    var theme = self
    theme.background = placed(background)
    theme.styles = styles.mapValues { style in
      let ground = placed(style.background)
      let color = placed(
        style.foreground, on: ground.rgb.map { [$0] } ?? theme.grounds, from: style.background.rgb.map { [$0] } ?? grounds)
      return Style(color, on: ground, style.attributes)
    }
    theme.selection.background = placed(selection.background)
    theme.selection.color = selection.color.map { placed($0) }
    return theme
  }

  /// In the colours that every terminal lets its user choose: greys become the terminal's own, a colour the nearest hue that is read on the ground.
  private func reduced(isBright: Bool, on ground: Ground?) -> Theme {
    let isPainted = background != .terminal
    let white: UInt8 = isBright ? 15 : 7
    let ink: Color = !isPainted ? .terminal : .palette(ground == .light ? 0 : white)
    var theme = self
    theme.background = !isPainted ? .terminal : .palette(ground == .light ? white : 0)
    theme.styles = styles.mapValues { style in
      guard let rgb = style.foreground.rgb else {
        let isOwn = if case .palette(let place) = style.foreground { isBright || place < 8 } else { false }
        return Style(isOwn ? style.foreground : ink, on: .terminal, style.attributes)
      }
      let lab = rgb.lab
      guard lab.chroma >= RGB.Lab.grey else {
        let isFaint = rgb.contrast(to: RGB(ground == .light ? 0xFFFFFF : 0)) < 7.5
        return Style(ink, style.attributes.isEmpty && isFaint ? .dim : style.attributes)
      }
      let hues = Self.hues(isBright: isBright, on: ground)
      let nearest = hues.max { $0.lab.likeness(to: lab) < $1.lab.likeness(to: lab) }
      return Style(nearest.map { .palette($0.place) } ?? ink, style.attributes)
    }
    theme.selection = Selection(color: ink, background: .terminal, attributes: .reverse)
    return theme
  }

  /// Those of the sixteen that most palettes have readable: blue vanishes on black, yellow on white, and what is bright on anything light.
  private static func hues(isBright: Bool, on ground: Ground?) -> [(place: UInt8, lab: RGB.Lab)] {
    let places: [UInt8] =
      switch ground {
      case .dark: isBright ? [9, 10, 11, 12, 13, 14] : [1, 2, 3, 5, 6]
      case .light: [1, 2, 4, 5, 6]
      case nil: [1, 2, 5, 6]
      }
    let colors: [UInt32] = [0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD]
    return places.map { ($0, RGB(colors[(Int($0) - 1) % 8]).lab) }
  }
}
