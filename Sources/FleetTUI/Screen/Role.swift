/// What a piece of text means. Pages name roles, never colours; a theme says how each looks, and no meaning rests on colour alone: states
/// carry a glyph and a word too.
enum Role: String, CaseIterable, Hashable, Sendable {
  case text, dim, title, heading, rule
  case key, link, match
  case ok, running, late, failed, stale, unknown, danger, warning, info
  case money
  case bar, barLate, barTrack, barTick
  case environment, protected

  /// Whether a space of this role can be told from another: underlined or reversed.
  var isSeenOnSpaces: Bool {
    switch self {
    case .link, .match, .danger, .failed, .protected: true
    default: false
    }
  }

  /// The sign before the word.
  func glyph(_ glyphs: Glyphs) -> String {
    switch self {
    case .ok: glyphs.ok
    case .running: glyphs.coming
    case .late: glyphs.late
    case .failed, .danger: glyphs.failed
    case .stale, .warning: glyphs.partial
    case .unknown: glyphs.unknown
    case .info: glyphs.info
    default: ""
    }
  }

  /// What the glyph and the colour say, for who sees neither.
  var word: String {
    switch self {
    case .ok: "ok"
    case .running: "coming up"
    case .late: "late"
    case .failed: "failed"
    case .stale: "stale"
    case .unknown: "unknown"
    case .danger: "danger"
    case .warning: "warning"
    case .info: "note"
    default: ""
    }
  }
}
