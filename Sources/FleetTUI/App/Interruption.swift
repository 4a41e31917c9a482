import Foundation
import Synchronization

/// Runs asynchronous work from the synchronous entry point, and lets the signals that ask a program to end do so.
///
/// The signals are blocked in every thread and taken by one that waits for them: no handler, no interrupted system calls.
enum Interruption {
  private static let signals: [Int32] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

  private enum End: Sendable {
    case done(Int32)
    case failed(any Error)
    case signal(Int32)
  }

  private final class Result: Sendable {
    private let end = Mutex<End?>(nil)
    private let semaphore = DispatchSemaphore(value: 0)

    func finish(_ value: End) {
      end.withLock { if $0 == nil { $0 = value } }
      semaphore.signal()
    }

    func wait() -> End {
      semaphore.wait()
      return end.withLock { $0 } ?? .done(1)
    }
  }

  /// - Parameter cleanup: runs after a signal, before this returns.
  /// - Returns: what `work` returns, or 128 plus the signal's number (`docs/json.md`, exit codes).
  /// - Throws: what `work` throws.
  static func run(
    cleanup: @escaping @Sendable () async -> Void = {}, _ work: @escaping @Sendable () async throws -> Int32
  ) throws -> Int32 {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    let result = Result()
    let task = Task.detached {
      do { result.finish(.done(try await work())) } catch { result.finish(.failed(error)) }
    }
    let waiter = Thread {
      var set = sigset_t()
      sigemptyset(&set)
      for signal in signals { sigaddset(&set, signal) }
      var number: Int32 = 0
      if sigwait(&set, &number) == 0 { result.finish(.signal(number)) }
    }
    waiter.start()
    switch result.wait() {
    case .done(let code): return code
    case .failed(let error): throw error
    case .signal(let number):
      task.cancel()
      let cleaned = Result()
      Task.detached {
        await cleanup()
        cleaned.finish(.done(0))
      }
      _ = cleaned.wait()
      return 128 + number
    }
  }
}
