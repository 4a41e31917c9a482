/// What a piece of text means. Pages name roles, never colours; a theme says how each looks, and no meaning rests on colour alone: states
/// carry a glyph and a word too.
enum Role: String, CaseIterable, Hashable, Sendable {
  case text, dim, title, heading, rule
  case key, link, match
  case ok, running, late, failed, stale, unknown, danger, warning, info
  case money
  case bar, barLate, barTrack, barTick
  case environment, protected

  /// Whether it is of what is read: rules and the empty part of a bar only lead the eye.
  var isRead: Bool { self != .rule && self != .barTrack }

  /// Whether it tells how something is: in the row under the cursor it does so too.
  var isState: Bool { self == .ok || self == .running || isTrouble }

  /// Whether it tells that something isn't well, or not known to be.
  var isTrouble: Bool {
    switch self {
    case .late, .failed, .stale, .unknown, .danger, .warning, .barLate: true
    default: false
    }
  }

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
    case .warning: glyphs.warning
    case .stale: glyphs.stale
    case .unknown: glyphs.unknown
    case .info: glyphs.info
    default: ""
    }
  }

  /// Those that stand for a state and have a sign, as help lists them.
  static let states: [Role] = [.ok, .running, .warning, .stale, .late, .failed, .unknown, .dim, .info]

  /// What the sign and the colour say, for who sees neither: the one meaning that the sign has everywhere.
  var meaning: String {
    switch self {
    case .ok: "well: running, online, fresh, done"
    case .running: "on its way: loading, coming up, being deleted, in its time of grace"
    case .warning: "a warning: degraded, offline, nearly full, held back"
    case .stale: "stale or incomplete: from before, or not all of it"
    case .late: "late: longer than nearly all before it"
    case .failed, .danger: "failed or critical: it needs somebody"
    case .unknown: "not known"
    case .dim: "off or over: stopped, paused, not offered, past"
    case .info: "worth knowing"
    default: ""
    }
  }
}
