/// What a workspace's own stream lets say of its silence: that nothing was told proves something only while somebody listened.
public struct Listening: Hashable, Sendable {
  /// Seconds between two heartbeats of an online workspace (contract §3.1): a shorter break of the stream hides one of them at most.
  static let beat = 30.0

  public private(set) var isOpen = false
  /// Since when the stream is open without a break or a gap: what it would have told since then was heard.
  public private(set) var since: Timestamp?
  /// Since when no sign of life was heard, short breaks of the stream not counted; `nil` before anybody listened. A gap doesn't change it:
  /// it can't hide three minutes of heartbeats.
  public private(set) var quietSince: Timestamp?
  /// When it was found silent: that stays, however often the stream is opened again, until it is heard.
  public private(set) var silentSince: Timestamp?
  private var closedAt: Timestamp?

  public init() {}

  /// When it broke, while it is not open.
  var brokenAt: Timestamp? { isOpen ? nil : closedAt }

  mutating func opened(at now: Timestamp) {
    guard !isOpen else { return }
    isOpen = true
    since = now
    guard silentSince == nil else { return }
    if let closedAt, let quietSince, now - closedAt <= Self.beat {
      self.quietSince = min(now, quietSince + max(0, now - closedAt))
    } else {
      quietSince = now
    }
  }

  mutating func closed(at now: Timestamp) {
    guard isOpen else { return }
    isOpen = false
    since = nil
    closedAt = now
  }

  /// Something that it told was lost.
  mutating func missed(at now: Timestamp) { if isOpen { since = now } }

  /// It gave a sign of life, by whatever way.
  mutating func heard(at now: Timestamp) {
    quietSince = now
    silentSince = nil
  }

  /// It should have given one long ago.
  mutating func foundSilent() { silentSince = quietSince }
}
