import Foundation
import Synchronization
import Testing

@testable import Feeds

@Suite struct TokenClientTests {
  /// Whatever a service's client would be.
  private final class Client: Sendable {}

  @Test func allWhoAskShareOneClientUntilTheTokenIsAnother() async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-token-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    func write(_ token: String) {
      try? FileManager.default.removeItem(atPath: path)
      #expect(FileManager.default.createFile(atPath: path, contents: Data(token.utf8), attributes: [.posixPermissions: 0o600]))
    }
    let seconds = Mutex(0.0)
    let made = Recorder<Secret>()
    let shared = TokenClient(HeldSecret(.file(path), variables: [:], clock: { seconds.withLock { $0 } })) { token in
      made.add(token)
      return Client()
    }
    func refuse() async throws -> Client {
      shared.refuse()
      seconds.withLock { $0 += 61 }
      return try await shared.client()
    }
    await #expect(throws: SecretSource.Unavailable.self) { _ = try await shared.client() }
    #expect(shared.known == nil)

    write("one")
    seconds.withLock { $0 += 61 }
    let first = try await shared.client()
    #expect(try await shared.client() === first && shared.known === first)
    // What was refused and stayed the same is asked with the same client.
    #expect(try await refuse() === first)
    write("two")
    let second = try await refuse()
    #expect(second !== first)
    #expect(try await shared.client() === second && shared.known === second)
    #expect(made.values == [Secret("one"), Secret("two")])
  }
}
