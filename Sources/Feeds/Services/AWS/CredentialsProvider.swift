import FleetModel
import Synchronization

/// Gives out credentials, found once and found again before they end. Many may ask at once: one search serves them all.
public final class CredentialsProvider: Sendable {
  /// Seconds before their end at which credentials are renewed; those that live shorter than twice that, at half their life.
  static let renewalMargin = 300.0

  private struct Held {
    var credentials: AWSCredentials
    var since: Timestamp
  }
  private struct State {
    var held: Held?
    var search: Task<Result<AWSCredentials, AWSError>, Never>?
  }

  private let state = Mutex(State())
  private let clock: @Sendable () -> Timestamp
  private let find: @Sendable (_ seconds: Double) async -> Result<AWSCredentials, AWSError>

  /// - Parameter find: searches for at most that many seconds.
  init(
    clock: @escaping @Sendable () -> Timestamp = { wallClock() },
    find: @escaping @Sendable (_ seconds: Double) async -> Result<AWSCredentials, AWSError>
  ) {
    self.clock = clock
    self.find = find
  }

  /// The usual chain of AWS's tools, in botocore's order: the environment, the profile's role, its web identity, SSO, the credentials
  /// file, a login session, `credential_process`, the config file, the container, the machine's own role.
  /// - Parameters:
  ///   - profile: as the configuration has it; the environment's keys don't count then.
  ///   - region: where STS is asked.
  public convenience init(
    http: HTTPClient, profile: String?, region: Region, environment: [String: String],
    clock: @escaping @Sendable () -> Timestamp = { wallClock() }
  ) {
    let chain = CredentialChain(http: http, profile: profile, region: region, environment: environment, clock: clock)
    self.init(clock: clock) { seconds in
      do throws(AWSError) { return .success(try await chain.credentials(within: seconds)) } catch { return .failure(error) }
    }
  }

  /// Always the same.
  public convenience init(fixed credentials: AWSCredentials) { self.init { _ in .success(credentials) } }

  /// - Parameter budget: seconds for a search that starts now.
  /// - Throws: ``AWSError``, unless what is held is good for a while still.
  public func credentials(within budget: Double = 20) async throws(AWSError) -> AWSCredentials {
    enum Step {
      case use(AWSCredentials)
      case wait(Task<Result<AWSCredentials, AWSError>, Never>)
    }
    let now = clock()
    let step = state.withLock { state -> Step in
      if let held = state.held, !Self.isDue(held.credentials, since: held.since, now: now) { return .use(held.credentials) }
      if let search = state.search { return .wait(search) }
      let search = Task { await self.search(budget) }
      state.search = search
      return .wait(search)
    }
    switch step {
    case .use(let credentials): return credentials
    case .wait(let search): return try await search.value.get()
    }
  }

  /// Not to be given out again: the server says that they have expired.
  func forget(_ credentials: AWSCredentials) {
    state.withLock { state in
      guard let held = state.held?.credentials, held.accessKeyID == credentials.accessKeyID,
        held.sessionToken?.reveal() == credentials.sessionToken?.reveal()
      else { return }
      state.held = nil
    }
  }

  private func search(_ seconds: Double) async -> Result<AWSCredentials, AWSError> {
    let found = await find(seconds)
    let now = clock()
    return state.withLock { state in
      state.search = nil
      switch found {
      case .success(let credentials):
        state.held = Held(credentials: credentials, since: now)
        return found
      case .failure:
        // What is held may be good for some minutes more, and the next question tries again.
        guard let held = state.held?.credentials, let end = held.expiration, now < end else { return found }
        return .success(held)
      }
    }
  }

  static func isDue(_ credentials: AWSCredentials, since: Timestamp, now: Timestamp) -> Bool {
    guard let end = credentials.expiration else { return false }
    return end - now <= min(renewalMargin, max(0, end - since) / 2)
  }
}
