/// A tenant's token as it was last read: without reading, clock or chance. Whether it still counts is the fleet's to say.
///
/// One that is refused may have been rotated, and is read anew; but a good one is refused too while the tenant's database is away (captured),
/// so that it isn't read at each refusal.
struct TenantCredential {
  /// Seconds between two readings of a token that goes on being refused.
  static let pause = 60.0

  private(set) var token: Secret?
  /// Counts the different ones: that an earlier one is refused says nothing of this.
  private(set) var edition: UInt64 = 0
  /// Not to be read anew before then.
  private(set) var readAgainAt = -Double.infinity

  /// Whether it is to be read before the tenant is asked.
  func mustBeRead(isRefused: Bool, at now: Double) -> Bool { token == nil || (isRefused && readAgainAt <= now) }

  /// It was read; `nil`: it could not be. - Returns: whether it is another one than before.
  mutating func read(_ new: Secret?, at now: Double) -> Bool {
    if token != nil { readAgainAt = now + Self.pause }
    guard let new, new != token else { return false }
    token = new
    edition += 1
    return true
  }
}
