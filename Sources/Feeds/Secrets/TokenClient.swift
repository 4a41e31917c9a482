import FleetModel
import Synchronization

/// The one client of a service that is asked with a token, for everybody who asks in one run of the program. It is made when the token is there,
/// and made anew only for another token.
final class TokenClient<Client: Sendable>: Sendable {
  private struct Made {
    var token: Secret
    var client: Client
  }

  private let token: HeldSecret
  private let make: @Sendable (Secret) -> Client
  private let made = Mutex<Made?>(nil)

  init(_ token: HeldSecret, make: @escaping @Sendable (Secret) -> Client) {
    self.token = token
    self.make = make
  }

  /// - Throws: ``SecretSource/Unavailable`` when there is no token.
  func client() async throws(SecretSource.Unavailable) -> Client { client(with: try await token.value()) }

  /// With the token as it was read last.
  var known: Client? { token.known.map(client) }

  /// The service does not take its token (any more).
  func refuse() { token.refuse() }

  private func client(with token: Secret) -> Client {
    made.withLock { made in
      if let made, made.token == token { return made.client }
      let client = make(token)
      made = Made(token: token, client: client)
      return client
    }
  }
}
