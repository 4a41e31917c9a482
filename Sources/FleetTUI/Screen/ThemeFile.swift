import FleetModel
import TOMLKit

/// A theme as a file says it (docs/themes.md).
enum ThemeFile {
  /// - Throws: ``ConfigurationError``, with file, line and key.
  static func parse(_ text: String, name: String, path: String) throws(ConfigurationError) -> Theme {
    var top = try TableReader(parsing: text, path: path)
    var theme = Theme(name: name)
    if let base = try top.string("base") {
      let other: Theme
      do throws(ThemeFailure) { other = try ThemeLibrary().theme(named: base) } catch {
        let near = NearestName.of(base, among: ThemeLibrary.builtIn).map { ": did you mean \($0)?" } ?? ""
        throw top.failure("base", "must be a built-in theme" + near)
      }
      (theme.ground, theme.background) = (other.ground, other.background)
      (theme.styles, theme.selection, theme.contrast) = (other.styles, other.selection, other.contrast)
    }
    if let ground = try top.string("ground") {
      theme.ground = Ground(rawValue: ground)
      guard theme.ground != nil || ground == "any" else { throw top.failure("ground", "must be \"dark\", \"light\" or \"any\"") }
    }
    theme.background = try top.color("background") ?? theme.background
    theme.contrast = try top.contrast("contrast") ?? theme.contrast
    if var table = try top.table("selection") {
      let color = try table.color("color")
      let background = try table.color("background")
      theme.selection = Theme.Selection(color: color, background: background ?? .terminal, attributes: try table.attributes())
      try table.refuseUnknownKeys()
    }
    if var table = try top.table("roles") {
      var styles = theme.styles
      for role in Role.allCases {
        if let style = try table.style(role.key) { styles[role] = style }
      }
      theme.styles = styles
      try table.refuseUnknownKeys()
    }
    try top.refuseUnknownKeys()
    return theme
  }
}

extension Role {
  /// As theme files call it: `bar_late`.
  var key: String { rawValue.reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : String($1) } }
}

extension TableReader {
  fileprivate mutating func color(_ key: String) throws(ConfigurationError) -> Color? {
    guard let value = value(key) else { return nil }
    if let place = value.int, let place = UInt8(exactly: place) { return .palette(place) }
    if let text = value.string, let color = Color(text) { return color }
    let near = value.string.flatMap { NearestName.of($0, among: Color.names + ["default"]) }.map { "; did you mean \($0)?" } ?? ""
    throw failure(key, "must be a colour: \"#rrggbb\", 0 to 255, or a name such as \"red\", \"bright-blue\" or \"default\"" + near)
  }

  /// As WCAG has it: from none to that of black and white.
  fileprivate mutating func contrast(_ key: String) throws(ConfigurationError) -> Double? {
    guard let value = value(key) else { return nil }
    guard let contrast = value.double ?? value.int.map(Double.init), (1...21).contains(contrast) else {
      throw failure(key, "must be a contrast from 1 to 21")
    }
    return contrast
  }

  fileprivate mutating func attributes() throws(ConfigurationError) -> Style.Attributes {
    var attributes: Style.Attributes = []
    for (name, attribute) in Style.Attributes.named where try flag(name) == true { attributes.insert(attribute) }
    return attributes
  }

  /// A colour, or a table with a colour and attributes.
  fileprivate mutating func style(_ key: String) throws(ConfigurationError) -> Style? {
    guard value(key)?.table != nil else { return try color(key).map { Style($0) } }
    guard var table = try table(key) else { return nil }
    let style = Style(
      try table.color("color") ?? .terminal, on: try table.color("background") ?? .terminal, try table.attributes())
    try table.refuseUnknownKeys()
    return style
  }
}
