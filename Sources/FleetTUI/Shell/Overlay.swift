import FleetModel

/// What an overlay makes of a key or of the world's answer.
enum OverlayIntent: Equatable {
  case none
  case draw
  case close
  /// Not for it: what lies under it may have the key.
  case pass
  /// It means nothing here, nor under it.
  case unknown
  case perform(Effect)
}

/// What lies over the page, a pager or a dialog: the top one has the keys first, and learns what happens to the fleet under it.
protocol Overlay {
  /// Whether keys are text to it. When that ends by itself, what is typed on is not for what it has become.
  var takesText: Bool { get }
  mutating func handle(_ key: Key, _ fleet: Fleet, at now: Timestamp) -> OverlayIntent
  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp)
  /// What the world said to an effect; answers to others' questions too.
  mutating func take(_ answer: Answer, _ fleet: Fleet, at now: Timestamp) -> OverlayIntent
  /// Its lines in place of the page's, `lines.count` of them at most; a cursor counts rows from the first of them.
  mutating func draw(over lines: [Line], width: Int, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  /// What the footer says while it is open.
  func footer(_ glyphs: Glyphs) -> [Span]
}
