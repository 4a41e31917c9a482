/// Why a tenant could not be read, by the words of ``HTTPFailure`` and of its answers.
public enum TenantTrouble: Hashable {
  /// The first layer at which a request fails.
  case layer(TenantProbeReport.Layer)
  /// Its platform answers and says that its database does not (contract §4.0).
  case databaseDown
  /// The allowance that all callers from an address share is used up (contract §4.0).
  case rateLimited
  /// Its guard knows another org id than the control plane.
  case guardRefuses

  /// What a platform whose database is away says of it.
  public static let databaseWords = "platform datastore unavailable"

  /// `nil` when the tenant was not asked at all, or refused the token: that alone tells nothing of its health.
  init?(problem: String) {
    guard problem.hasPrefix("tenant ") else { return nil }
    if problem.contains("guard refuses the org id") {
      self = .guardRefuses
    } else if problem.contains(Self.databaseWords) {
      self = .databaseDown
    } else if problem.contains(" answered 429") {
      self = .rateLimited
    } else if let layer = Self.failingLayer(of: problem) {
      self = .layer(layer)
    } else {
      return nil
    }
  }

  private static func failingLayer(of problem: String) -> TenantProbeReport.Layer? {
    if problem.contains("does not resolve") { return .dns }
    if problem.contains("TLS failed") { return .tls }
    let isSilent = [
      "refuses connections", "no answer within", "connection broke", "answer broke off", "nothing came for", "headers are larger",
    ]
    if isSilent.contains(where: problem.contains) { return .http }
    guard let range = problem.firstRange(of: " answered "), let status = Int(problem[range.upperBound...].prefix(while: \.isNumber)) else {
      return nil
    }
    switch status {
    // The platform's own word; an edge that can't reach it has others.
    case 500, 501: return .routes
    // The edge says that the name has no origin.
    case 530: return .dns
    default: return status > 501 ? .http : nil
    }
  }
}
