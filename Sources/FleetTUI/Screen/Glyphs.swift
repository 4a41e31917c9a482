/// The signs that a screen is drawn with: Unicode, or ASCII where the language's character set, or the user, has nothing else.
///
/// One sign has one meaning, which help tells (``Role/meaning``): those of states are no signs of anything else.
struct Glyphs: Hashable, Sendable {
  var isASCII: Bool
  var ok, coming, warning, stale, late, failed, off, unknown, info: String
  var cursor, mark, ascending, descending, secondAscending, secondDescending, into, both, separator, none, approximately, atMost: String
  var rule, corner, border, jointAbove, jointBelow: String
  /// Of a tree.
  var branch, lastBranch, trunk: String
  var barLeft, barRight, barFull, barTrack, barTick, barLimit, waterfallTrack: String
  /// From one eighth to seven.
  var barParts: [String]
  var heights: [String]

  static let unicode = Glyphs(
    isASCII: false,
    ok: "●", coming: "◌", warning: "◐", stale: "◔", late: "▲", failed: "✕", off: "○", unknown: "?", info: "•",
    cursor: "▶", mark: "◆", ascending: "↑", descending: "↓", secondAscending: "⇡", secondDescending: "⇣", into: "▸", both: "⇄",
    separator: "·",
    none: "·", approximately: "≈", atMost: "≤",
    rule: "─", corner: "─", border: "│", jointAbove: "┬", jointBelow: "┴", branch: "├ ", lastBranch: "└ ", trunk: "│ ",
    barLeft: "▕", barRight: "▏", barFull: "█", barTrack: "░", barTick: "│", barLimit: "┊", waterfallTrack: "░",
    barParts: ["▏", "▎", "▍", "▌", "▋", "▊", "▉"], heights: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"])

  static let ascii = Glyphs(
    isASCII: true,
    ok: "*", coming: "o", warning: "%", stale: "z", late: "!", failed: "x", off: "-", unknown: "?", info: "i",
    cursor: ">", mark: "#", ascending: "^", descending: "v", secondAscending: "'", secondDescending: ",", into: ">", both: "<>",
    separator: ".",
    none: ".", approximately: "~", atMost: "<",
    rule: "-", corner: "+", border: "|", jointAbove: "+", jointBelow: "+", branch: "|-", lastBranch: "`-", trunk: "| ",
    barLeft: "[", barRight: "]", barFull: "=", barTrack: " ", barTick: "|", barLimit: ":", waterfallTrack: "-",
    barParts: [], heights: [".", ":", "-", "=", "+", "*", "#", "@"])

  /// The ASCII sign that stands for a scalar of the program's own; `?` for what a server said.
  static func ascii(for scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar {
    case "…": "."
    case "–", "—", "─", "−": "-"
    case "·", "•": "."
    case "≈": "~"
    case "≤": "<"
    case "▸", "▶": ">"
    case "◆": "#"
    case "⇡": "'"
    case "⇣": ","
    case "↑": "^"
    case "↓": "v"
    case "’", "‘": "'"
    case "×": "x"
    case "↵": "<"
    default: scalar.isASCII ? scalar : "?"
    }
  }
}
