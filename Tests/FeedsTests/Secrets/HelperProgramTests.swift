import Foundation
import Glibc
import Synchronization
import Testing

@testable import Feeds

/// What programs that are started here inherit, and what the program's own threads bring along.
@Suite struct HelperProgramTests {
  @Test func aHelperInheritsNothingButItsThreeStreams() throws {
    // As a library leaves them: open in whatever is started.
    var careless: [Int32] = [-1, -1]
    #expect(pipe(&careless) == 0)
    defer { for end in careless { close(end) } }
    let open = try ChildProcess.output(of: ["/bin/sh", "-c", "ls /proc/self/fd"], environment: ["PATH": "/usr/bin:/bin"], seconds: 20)
    // The last is the one with which it looks.
    #expect(open.split(separator: "\n").compactMap { Int($0) }.sorted() == [0, 1, 2, 3], "\(open)")
  }

  @Test func noPipeOfThisProgramIsLeftOpenInAnother() {
    for isBlocking in [true, false] {
      let ends = PipeEnds(isBlocking: isBlocking)
      for end in [ends.reading, ends.writing] {
        #expect(fcntl(end, F_GETFD) & FD_CLOEXEC != 0)
        #expect((fcntl(end, F_GETFL) & O_NONBLOCK == 0) == isBlocking)
        close(end)
      }
    }
    let queue = EventQueue()
    #expect(fcntl(queue.wakeDescriptor, F_GETFD) & FD_CLOEXEC != 0 && fcntl(queue.wakeDescriptor, F_GETFL) & O_NONBLOCK != 0)
  }

  /// One that holds what the other waits for would end only with its time limit.
  @Test func helpersThatRunAtOnceDoNotWaitForEachOther() async throws {
    let go = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-go-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: go) }
    let waiting = "while [ ! -e \(go) ]; do sleep 0.05; done; echo late"
    let variables = ["PATH": "/usr/bin:/bin"]
    func run(_ text: String) -> Task<String, any Error> {
      Task {
        try await withCheckedThrowingContinuation { continuation in
          Thread {
            continuation.resume(
              with: Result { try ChildProcess.output(of: ["/bin/sh", "-c", text], environment: variables, seconds: 60) })
          }.start()
        }
      }
    }
    let slow = (0..<4).map { _ in run(waiting) }
    let quick = (0..<16).map { _ in run("echo quick") }
    for task in quick { #expect(try await task.value == "quick\n") }
    #expect(FileManager.default.createFile(atPath: go, contents: nil))
    for task in slow { #expect(try await task.value == "late\n") }
  }

  @Test func aCrashOnAnyThreadOfOursCanBeHandled() async {
    struct Seen: Sendable {
      var hasStack = false
      var size = 0
      var blocked: Set<Int32> = []
    }
    let seen = await withCheckedContinuation { continuation in
      let thread = OwnThread.start {
        var seen = Seen()
        var stack = stack_t()
        if sigaltstack(nil, &stack) == 0, stack.ss_flags & Int32(SS_DISABLE) == 0 { (seen.hasStack, seen.size) = (true, stack.ss_size) }
        var mask = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &mask)
        for signal in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGINT, SIGTERM, SIGWINCH, SIGCHLD]
        where sigismember(&mask, signal) == 1 {
          seen.blocked.insert(signal)
        }
        continuation.resume(returning: seen)
      }
      if let thread { pthread_detach(thread) } else { continuation.resume(returning: Seen()) }
    }
    // A fault that is blocked ends the process past every handler; a signal from outside is the UI's.
    #expect(seen.hasStack && seen.size >= 32 << 10 && seen.blocked == [SIGINT, SIGTERM, SIGWINCH, SIGCHLD], "\(seen)")
  }

  /// libcurl's thread too: its callbacks run there.
  @Test func theTransportsThreadIsSuchAThread() async throws {
    final class Receiver: StreamReceiver {
      let hasStack = Mutex<Bool?>(nil)
      func received(head: HTTPHead, control: StreamControl) -> Bool {
        var stack = stack_t()
        let isGiven = sigaltstack(nil, &stack) == 0 && stack.ss_flags & Int32(SS_DISABLE) == 0
        hasStack.withLock { $0 = isGiven }
        return false
      }
      func received(bytes: UnsafeRawBufferPointer) -> StreamFlow { .stop }
    }
    try await withServer({ _ in .init(statusCode: .ok, body: Data("x".utf8)) }) { base in
      let receiver = Receiver()
      _ = await HTTPClient().stream(HTTPRequest(.get, base + "/", timeout: 20), to: receiver)
      #expect(receiver.hasStack.withLock { $0 } == true)
    }
  }
}
