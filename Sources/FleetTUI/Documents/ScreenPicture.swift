import FleetModel

/// A frame as a picture: SVG 1.1, in a theme's colours, every cell in its place whatever font shows it.
struct ScreenPicture {
  private static let (width, height, margin) = (8.4, 18, 12)
  private let theme: Theme
  private let ink: RGB
  private let paper: RGB
  private var out: [String] = []

  /// - Parameters:
  ///   - size: of the screen that the frame is of.
  ///   - ground: what the theme is shown on, where it doesn't say.
  static func svg(of frame: Frame, _ size: Terminal.Size, in theme: Theme, on ground: Ground?) -> String {
    var picture = ScreenPicture(theme: theme, on: theme.ground ?? ground ?? .dark)
    picture.draw(frame, size)
    return picture.out.joined(separator: "\n") + "\n"
  }

  private init(theme: Theme, on ground: Ground) {
    self.theme = theme
    paper = theme.background.rgb ?? (ground == .dark ? RGB(0x16181D) : RGB(0xFFFFFF))
    ink = ground == .dark ? RGB(0xD7D7D7) : RGB(0x1F2328)
  }

  private mutating func draw(_ frame: Frame, _ size: Terminal.Size) {
    let (width, height) = (Int(clamping: Double(size.columns) * Self.width) + 2 * Self.margin, size.rows * Self.height + 2 * Self.margin)
    out.append(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"\(width)\" height=\"\(height)\" viewBox=\"0 0 \(width) \(height)\">"
    )
    out.append("<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"\(paper.code)\"/>")
    out.append(
      "<g font-family=\"ui-monospace, SFMono-Regular, Menlo, DejaVu Sans Mono, monospace\" font-size=\"14\" xml:space=\"preserve\">")
    for (row, line) in frame.lines.prefix(size.rows).enumerated() {
      var column = 0
      for span in line.fitted(to: size.columns).spans where !span.text.isEmpty {
        let columns = TextWidth.columns(of: span.text)
        if let link = span.link { out.append("<a xlink:href=\"\(Self.escaped(link.address))\">") }
        draw(span.text, theme.style(span.role, isSelected: line.isSelected && column < line.ground), at: column, columns, row)
        if span.link != nil { out.append("</a>") }
        column += columns
      }
    }
    out.append("</g></svg>")
  }

  private mutating func draw(_ text: String, _ style: Style, at column: Int, _ columns: Int, _ row: Int) {
    guard columns > 0 else { return }
    var (front, back) = (Self.color(style.foreground) ?? ink, Self.color(style.background) ?? paper)
    if style.attributes.contains(.reverse) { swap(&front, &back) }
    let (left, top) = (Self.decimal(Double(Self.margin) + Double(column) * Self.width), Self.margin + row * Self.height)
    let width = Self.decimal(Double(columns) * Self.width)
    if back != paper { out.append("<rect x=\"\(left)\" y=\"\(top)\" width=\"\(width)\" height=\"\(Self.height)\" fill=\"\(back.code)\"/>") }
    let isUnderlined = style.attributes.contains(.underline)
    guard isUnderlined || !text.allSatisfy({ $0 == " " }) else { return }
    let looks =
      (style.attributes.contains(.bold) ? " font-weight=\"bold\"" : "") + (isUnderlined ? " text-decoration=\"underline\"" : "")
      + (style.attributes.contains(.dim) ? " opacity=\"0.6\"" : "")
    out.append("<text x=\"\(left)\" y=\"\(top + 14)\" fill=\"\(front.code)\" textLength=\"\(width)\"\(looks)>\(Self.escaped(text))</text>")
  }

  private static func decimal(_ value: Double) -> String { Wording.dollars(value, digits: 1) }

  /// As XML has them, and only what a cell shows.
  private static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      guard let (shown, _) = TextWidth.shown(scalar) else { continue }
      switch shown {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      default: out.unicodeScalars.append(shown)
      }
    }
    return out
  }

  // MARK: - Colours

  /// The sixteen that a terminal's user chooses, as they are read well on dark.
  private static let palette: [RGB] = [
    0x2B2F36, 0xF2777A, 0x8FCE8A, 0xE6C07B, 0x7AA6F0, 0xC594E0, 0x6CC6C9, 0xD7D7D7, 0x7D8590, 0xFF9A9D, 0xB0E8A8, 0xFFE0A0, 0xA0C4FF,
    0xE0B8F5, 0x98E4E6, 0xFFFFFF,
  ].map { RGB($0) }

  /// `nil`: the terminal's own.
  private static func color(_ color: Color) -> RGB? {
    if case .palette(let place) = color, place < 16 { return palette[Int(place)] }
    return color.rgb
  }
}

extension RGB {
  /// `#rrggbb`.
  fileprivate var code: String {
    "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
