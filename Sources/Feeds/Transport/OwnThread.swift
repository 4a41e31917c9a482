import CGlibc
import Glibc

/// A thread of the program's own. Signals from outside are the UI thread's business and never interrupt it. A fault of its own is handled, and
/// on a stack of its own: what the handler of a crash has to give back, it gives back whichever thread crashed.
///
/// Those that Swift's concurrency and libdispatch start are theirs: a handler runs there on the thread's own stack, and only where that stack
/// itself is used up there is none.
enum OwnThread {
  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// What a thread brings upon itself. Blocked, it would end the process without its handler.
  private static let faults = [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS]

  /// - Returns: `nil` when the system has no thread left. Else it is to be joined or detached.
  static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
    let work = Unmanaged.passRetained(Work(body))
    var thread = pthread_t()
    guard pthread_create(&thread, nil, ownThreadMain, work.toOpaque()) == 0 else {
      work.release()
      return nil
    }
    return thread
  }

  fileprivate static func run(_ context: UnsafeMutableRawPointer) {
    var others = sigset_t()
    sigfillset(&others)
    for fault in faults { sigdelset(&others, fault) }
    pthread_sigmask(SIG_SETMASK, &others, nil)
    fleet_alternate_stack()
    Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
  }
}

private func ownThreadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let context { OwnThread.run(context) }
  return nil
}
