import FleetModel
import Synchronization
import Testing

@testable import Feeds

/// A clock that stands until it is set.
final class HandClock: Sendable {
  private let seconds = Mutex(1_000_000.0)
  func advance(by step: Double) { seconds.withLock { $0 += step } }
  var now: Timestamp { Timestamp(seconds: seconds.withLock { $0 }) }
}

@Suite struct AWSCredentialsProviderTests {
  let clock = HandClock()

  private func provider(lifetime: Double?, searches: Counter, failingFrom: Int = .max) -> CredentialsProvider {
    CredentialsProvider(clock: { [clock] in clock.now }) { [clock] _ in
      let number = searches.next()
      do throws(AWSError) {
        if number >= failingFrom { throw AWSError(.noCredentials, what: "AWS credentials", why: "gone") }
        return .success(
          try AWSCredentials(
            accessKeyID: "KEY\(number)", secretAccessKey: "s", expiration: lifetime.map { clock.now + $0 }, source: "a test"))
      } catch { return .failure(error) }
    }
  }

  @Test func keysWithoutAnEndAreLookedForOnce() async throws {
    let searches = Counter()
    let provider = provider(lifetime: nil, searches: searches)
    for _ in 0..<3 {
      _ = try await provider.credentials()
      clock.advance(by: 1e6)
    }
    #expect(searches.value == 1)
  }

  @Test func aSessionIsRenewedFiveMinutesBeforeItsEnd() async throws {
    let searches = Counter()
    let provider = provider(lifetime: 3600, searches: searches)
    _ = try await provider.credentials()
    clock.advance(by: 3299)
    #expect(try await provider.credentials().accessKeyID == "KEY1")
    clock.advance(by: 1)
    #expect(try await provider.credentials().accessKeyID == "KEY2")
  }

  @Test func aShortSessionIsUsedForHalfItsLife() async throws {
    let searches = Counter()
    let provider = provider(lifetime: 60, searches: searches)
    _ = try await provider.credentials()
    clock.advance(by: 29)
    #expect(try await provider.credentials().accessKeyID == "KEY1")
    clock.advance(by: 1)
    #expect(try await provider.credentials().accessKeyID == "KEY2")
  }

  @Test func whenRenewalFailsTheSessionServesToItsEndAndThenTheFailureIsSaid() async throws {
    let provider = provider(lifetime: 3600, searches: Counter(), failingFrom: 2)
    _ = try await provider.credentials()
    clock.advance(by: 3500)
    #expect(try await provider.credentials().accessKeyID == "KEY1")
    clock.advance(by: 100)
    await #expect(throws: AWSError.self) { try await provider.credentials() }
  }

  @Test func manyWhoAskAtOnceShareOneSearch() async throws {
    let searches = Counter()
    let gate = AsyncStream<Void>.makeStream()
    let provider = CredentialsProvider { _ in
      _ = searches.next()
      for await _ in gate.stream { break }
      do throws(AWSError) { return .success(try AWSCredentials(accessKeyID: "KEY", secretAccessKey: "s", source: "a test")) } catch {
        return .failure(error)
      }
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<50 { group.addTask { _ = try await provider.credentials() } }
      gate.continuation.yield()
      gate.continuation.finish()
      try await group.waitForAll()
    }
    #expect(searches.value == 1)
  }

  @Test func onlyTheCredentialsThatAreHeldCanBeForgotten() async throws {
    let provider = provider(lifetime: nil, searches: Counter())
    let first = try await provider.credentials()
    provider.forget(first)
    let second = try await provider.credentials()
    provider.forget(first)
    #expect(second.accessKeyID == "KEY2")
    #expect(try await provider.credentials().accessKeyID == "KEY2")
  }
}
