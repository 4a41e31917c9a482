import FleetModel

/// The control plane together with its admin token.
final class ControlPlaneAccess: Sendable {
  let base: String
  private let held: TokenClient<ControlPlaneClient>?

  /// - Parameter clock: seconds that only grow.
  init(
    http: HTTPClient, base: String, token: SecretSource?, variables: [String: String],
    clock: @escaping @Sendable () -> Double = { monotonicSeconds() }
  ) {
    let base = base.hasSuffix("/") ? String(base.dropLast()) : base
    self.base = base
    held = token.map { source in
      TokenClient(HeldSecret(source, variables: variables, clock: clock)) { ControlPlaneClient(http: http, base: base, token: $0) }
    }
  }

  /// - Throws: ``FeedError`` when there is no token.
  func client() async throws(FeedError) -> ControlPlaneClient {
    guard let held else { throw .unanswerable("control plane: no admin_token is configured") }
    do throws(SecretSource.Unavailable) { return try await held.client() } catch { throw .unanswerable("control plane: \(error)") }
  }

  /// With the token as it was read last, for a connection that is made again.
  var headers: [(name: String, value: String)]? { held?.known?.service.headers }

  /// The roster, which every right token may read, was refused. - Parameter error: other answers are passed over.
  func note(_ error: FeedError) {
    if error.isDenied { held?.refuse() }
  }
}
