import Dispatch
import FleetModel
import Synchronization

/// A secret that is read when it is first needed, once for everybody who asks, and kept. Its source may be a helper program that takes seconds:
/// it is waited for away from the threads that all tasks share. Read again, at most once a minute, when it was refused, since it may have been
/// rotated, and when it could not be read.
public final class HeldSecret: Sendable {
  /// Seconds between two readings: a helper program isn't run at every question.
  private static let pause = 60.0

  private typealias Reading = Result<Secret, SecretSource.Unavailable>

  private struct State {
    var reading: Task<Reading, Never>?
    var latest: Reading?
    var readAt = -Double.infinity
    var isRefused = false

    /// Whether what was read last is no good and may be read again.
    func isDue(_ now: Double) -> Bool {
      switch latest {
      case nil: true
      case .success: isRefused && now - readAt >= HeldSecret.pause
      case .failure: now - readAt >= HeldSecret.pause
      }
    }
  }

  private enum Step {
    case known(Reading)
    case wait(Task<Reading, Never>)
  }

  private let source: SecretSource
  private let variables: [String: String]
  private let clock: @Sendable () -> Double
  private let state = Mutex(State())

  /// - Parameter clock: seconds that only grow.
  public init(_ source: SecretSource, variables: [String: String], clock: @escaping @Sendable () -> Double = { monotonicSeconds() }) {
    self.source = source
    self.variables = variables
    self.clock = clock
  }

  /// Many may ask at once: one reading serves them all.
  /// - Throws: ``SecretSource/Unavailable``, which says what to do.
  public func value() async throws(SecretSource.Unavailable) -> Secret {
    let now = clock()
    let step = state.withLock { state -> Step in
      if let reading = state.reading { return .wait(reading) }
      if let latest = state.latest, !state.isDue(now) { return .known(latest) }
      let reading = Task { await self.read() }
      state.reading = reading
      return .wait(reading)
    }
    switch step {
    case .known(let reading): return try reading.get()
    case .wait(let reading): return try await reading.value.get()
    }
  }

  /// As it was read last.
  var known: Secret? { state.withLock { $0.latest.flatMap { try? $0.get() } } }

  /// Whoever it was shown to does not take it (any more).
  func refuse() { state.withLock { $0.isRefused = true } }

  private func read() async -> Reading {
    let reading: Reading = await withCheckedContinuation { continuation in
      DispatchQueue.global().async { [source, variables] in
        do throws(SecretSource.Unavailable) { continuation.resume(returning: .success(try source.read(environment: variables))) } catch {
          continuation.resume(returning: .failure(error))
        }
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
