import Dispatch
import FleetModel
import Synchronization

/// The control plane together with its admin token, which is read when it is first needed: a helper program may take seconds, and nobody's
/// first frame waits for it. A token that was refused is read again, since it may have been rotated; so is one that could not be read.
final class ControlPlaneAccess: Sendable {
  /// Seconds between two readings: a helper program isn't run at every question.
  private static let pause = 60.0

  private typealias Reading = Result<ControlPlaneClient, FeedError>

  private struct State {
    var reading: Task<Reading, Never>?
    var latest: Reading?
    var readAt = -Double.infinity
    var isRefused = false

    /// Whether what was read last is no good and may be read again.
    func isDue(_ now: Double) -> Bool {
      switch latest {
      case nil: true
      case .success: isRefused && now - readAt >= ControlPlaneAccess.pause
      case .failure: now - readAt >= ControlPlaneAccess.pause
      }
    }
  }

  let base: String
  private let http: HTTPClient
  private let source: SecretSource?
  private let variables: [String: String]
  private let clock: @Sendable () -> Double
  private let state = Mutex(State())

  /// - Parameter clock: seconds that only grow.
  init(
    http: HTTPClient, base: String, token: SecretSource?, variables: [String: String],
    clock: @escaping @Sendable () -> Double = { monotonicSeconds() }
  ) {
    self.http = http
    self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
    source = token
    self.variables = variables
    self.clock = clock
  }

  /// Many may ask at once: one reading serves them all.
  /// - Throws: ``FeedError`` when there is no token.
  func client() async throws(FeedError) -> ControlPlaneClient {
    let now = clock()
    let reading = state.withLock { state -> Task<Reading, Never>? in
      if let reading = state.reading { return reading }
      guard state.isDue(now) else { return nil }
      let reading = Task { await self.read() }
      state.reading = reading
      return reading
    }
    guard let reading else { return try known.get() }
    return try await reading.value.get()
  }

  /// What was read last.
  private var known: Reading { state.withLock { $0.latest } ?? .failure(.unanswerable("control plane: its token was not read yet")) }

  /// The token as it was read last, for a connection that is made again.
  var headers: [(name: String, value: String)]? { (try? known.get())?.service.headers }

  /// The roster, which every right token may read, was refused. - Parameter error: other answers are passed over.
  func note(_ error: FeedError) {
    if error.isDenied { state.withLock { $0.isRefused = true } }
  }

  private func read() async -> Reading {
    // It may block, so not on the threads that all tasks share.
    let reading: Reading = await withCheckedContinuation { continuation in
      DispatchQueue.global().async { [source, variables, http, base] in
        guard let source else {
          return continuation.resume(returning: .failure(.unanswerable("control plane: no admin_token is configured")))
        }
        do throws(SecretSource.Unavailable) {
          let token = try source.read(environment: variables)
          continuation.resume(returning: .success(ControlPlaneClient(http: http, base: base, token: token)))
        } catch { continuation.resume(returning: .failure(.unanswerable("control plane: \(error)"))) }
      }
    }
    state.withLock { state in
      state.reading = nil
      state.latest = reading
      state.readAt = clock()
      state.isRefused = false
    }
    return reading
  }
}
