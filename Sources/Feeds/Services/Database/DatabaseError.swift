import FleetModel

/// Why the database gave no usable answer, in words and without a secret.
public struct DatabaseError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// The configured address can't be used as it stands.
    case address
    /// No server answered there.
    case unreachable
    /// The server answered and wants no session: a password, a database that doesn't exist, TLS.
    case refused
    /// The session broke in mid-question.
    case lost
    /// The server refused one statement; its SQLSTATE.
    case statement(String)
    /// Not done within its time.
    case timedOut
    case cancelled
  }

  public var kind: Kind
  public var message: String

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = UntrustedText.clean(message, limit: 500).trimmingSpaces
  }

  public var description: String {
    switch kind {
    case .address: "\(message) – correct url or service of the environment's database table"
    case .unreachable: "\(message) – is it up, and reachable from here?"
    case .refused: "\(message) – check user, password (PGPASSWORD or ~/.pgpass) and sslmode"
    case .lost: "the connection broke: \(message)"
    case .statement(let state): "\(message) (\(state))"
    case .timedOut: message.isEmpty ? "no answer in time" : message
    case .cancelled: "interrupted"
    }
  }

  /// Whether the same question can be expected to succeed a little later.
  public var isTransient: Bool {
    switch kind {
    case .unreachable, .lost: true
    // The server is starting or shutting down, or out of connections (PostgreSQL, appendix A).
    case .statement(let state): ["57P01", "57P02", "57P03", "53300"].contains(state)
    case .address, .refused, .timedOut, .cancelled: false
    }
  }

  /// Whether the connection is of no further use.
  var endsSession: Bool {
    switch kind {
    case .statement(let state): state.hasPrefix("57P") || state.hasPrefix("08")
    default: true
    }
  }
}
