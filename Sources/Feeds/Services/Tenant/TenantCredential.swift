/// A tenant's token as it was last read, and whether it still counts: without reading, clock or chance.
///
/// One that is refused may have been rotated, and is read anew; but a good one is refused too while the tenant's database is away (captured),
/// so that it isn't read at each refusal.
struct TenantCredential {
  /// Seconds between two readings of a token that goes on being refused.
  static let pause = 60.0

  private(set) var token: Secret?
  private var isRefused = false
  private var readAgainAt = -Double.infinity

  /// Whether it is to be read before the tenant is asked.
  func mustBeRead(at now: Double) -> Bool { token == nil || (isRefused && now - readAgainAt >= Self.pause) }

  /// It was read; `nil`: it could not be. - Returns: whether it is another one than before.
  mutating func read(_ new: Secret?, at now: Double) -> Bool {
    if token != nil { readAgainAt = now }
    guard let new, new != token else { return false }
    token = new
    isRefused = false
    return true
  }

  mutating func accepted(_ used: Secret) { if used == token { isRefused = false } }

  /// - Returns: whether that was the token that counts; another one was read since otherwise.
  mutating func refused(_ used: Secret?) -> Bool {
    guard let used, used == token else { return false }
    isRefused = true
    return true
  }
}
