import Dispatch
import Synchronization

/// A wait that can be cut short.
///
/// Not made of `Task.sleep`: a sleep that is cancelled stays in memory until it would have ended, and these are cut short many times a second.
final class Kick: Sendable {
  private struct State {
    var waiter: CheckedContinuation<Void, Never>?
    var isKicked = false
  }

  private let state = Mutex(State())
  // A dispatch source may be scheduled and cancelled from any thread (dispatch_source_set_timer(3)).
  nonisolated(unsafe) private let timer: any DispatchSourceTimer

  init() {
    timer = DispatchSource.makeTimerSource(queue: .global())
    timer.setEventHandler { [weak self] in self?.wake() }
    timer.activate()
  }

  deinit { timer.cancel() }

  /// Ends the wait that is under way, else the next one at once.
  func kick() {
    let waiter = state.withLock { state in
      if state.waiter == nil { state.isKicked = true }
      return state.waiter.take()
    }
    waiter?.resume()
  }

  /// Returns after `seconds`, at the first kick, or when the task is cancelled. For one task at a time.
  func wait(_ seconds: Double) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.isKicked || Task.isCancelled {
            state.isKicked = false
            return true
          }
          state.waiter = continuation
          return false
        }
        if isOver { return continuation.resume() }
        timer.schedule(deadline: .now() + max(0, min(seconds, 86_400)), leeway: .milliseconds(10))
      }
    } onCancel: {
      kick()
    }
  }

  /// The timer fired. A late firing of an earlier wait only makes its owner look once more.
  private func wake() { state.withLock { $0.waiter.take() }?.resume() }
}
