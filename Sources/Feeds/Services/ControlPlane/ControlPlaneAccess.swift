import FleetModel

/// The control plane together with its admin token.
final class ControlPlaneAccess: Sendable {
  let base: String
  private let http: HTTPClient
  private let token: HeldSecret?

  /// - Parameter clock: seconds that only grow.
  init(
    http: HTTPClient, base: String, token: SecretSource?, variables: [String: String],
    clock: @escaping @Sendable () -> Double = { monotonicSeconds() }
  ) {
    self.http = http
    self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
    self.token = token.map { HeldSecret($0, variables: variables, clock: clock) }
  }

  /// - Throws: ``FeedError`` when there is no token.
  func client() async throws(FeedError) -> ControlPlaneClient {
    guard let token else { throw .unanswerable("control plane: no admin_token is configured") }
    do throws(SecretSource.Unavailable) { return client(with: try await token.value()) } catch {
      throw .unanswerable("control plane: \(error)")
    }
  }

  private func client(with token: Secret) -> ControlPlaneClient { ControlPlaneClient(http: http, base: base, token: token) }

  /// With the token as it was read last, for a connection that is made again.
  var headers: [(name: String, value: String)]? { token?.known.map { client(with: $0).service.headers } }

  /// The roster, which every right token may read, was refused. - Parameter error: other answers are passed over.
  func note(_ error: FeedError) {
    if error.isDenied { token?.refuse() }
  }
}
