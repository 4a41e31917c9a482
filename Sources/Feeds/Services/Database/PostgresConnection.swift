import DequeModule
import FleetModel
import Glibc
import Synchronization

/// A connection to PostgreSQL with a thread of its own, so that neither a name server nor a silent socket holds anybody else up.
///
/// It opens at the first question, opens again when it broke, and listens in between.
final class PostgresConnection: Sendable {
  /// The part that the thread keeps: questions, and a pipe to wake it.
  fileprivate final class Mailbox: Sendable {
    struct Content {
      var questions: Deque<@Sendable (PostgresSession) -> Void> = []
      var isOpen = true
    }
    let content = Mutex(Content())
    let wakeDescriptor: Int32
    private let signalDescriptor: Int32
    let address: PostgresAddress
    let hint = Kick()

    init(address: PostgresAddress) {
      self.address = address
      let ends = PipeEnds(isBlocking: false)
      (wakeDescriptor, signalDescriptor) = (ends.reading, ends.writing)
    }

    deinit {
      Glibc.close(wakeDescriptor)
      Glibc.close(signalDescriptor)
    }

    func wake() {
      var byte: UInt8 = 1
      _ = write(signalDescriptor, &byte, 1)
    }
  }

  private let mailbox: Mailbox
  /// Kicked when something may have changed: the server notified, or closed the connection.
  var hint: Kick { mailbox.hint }

  init(settings: DatabaseSettings) {
    let mailbox = Mailbox(address: PostgresAddress(settings))
    self.mailbox = mailbox
    if let thread = OwnThread.start({ mailbox.serve() }) {
      pthread_detach(thread)
    } else {
      mailbox.content.withLock { $0.isOpen = false }
    }
  }

  deinit { close() }

  /// Ends the connection and its thread. Harmless when repeated.
  func close() {
    mailbox.content.withLock { $0.isOpen = false }
    mailbox.wake()
  }

  /// Runs `body` on the connection's thread. The answer comes within `seconds` and a little, even while a name is being resolved.
  /// - Throws: ``DatabaseError``: what `body` throws, `timedOut` or `cancelled`.
  func perform<Value: Sendable>(
    within seconds: Double, _ body: @escaping @Sendable (PostgresSession, QuestionLimits) throws(DatabaseError) -> Value
  ) async throws(DatabaseError) -> Value {
    let limits = QuestionLimits(seconds: seconds)
    let answer = Answer<Value>()
    let mailbox = mailbox
    // The thread keeps the deadline itself, except where libpq blocks.
    let watchdog = Task {
      try await Task.sleep(seconds: seconds + 0.5)
      limits.cancel()
      answer.resolve(.failure(DatabaseError(.timedOut, "the database did not answer in time; can its name be resolved?")))
    }
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        answer.install(continuation)
        let accepted = mailbox.content.withLock { content in
          guard content.isOpen else { return false }
          content.questions.append { session in
            guard !limits.isCancelled else { return answer.resolve(.failure(DatabaseError(.cancelled, ""))) }
            do throws(DatabaseError) { answer.resolve(.success(try body(session, limits))) } catch { answer.resolve(.failure(error)) }
          }
          return true
        }
        if accepted { mailbox.wake() } else { answer.resolve(.failure(DatabaseError(.cancelled, ""))) }
      }
    } onCancel: {
      limits.cancel()
      mailbox.wake()
      // The thread answers at once, after telling the server; where libpq blocks it isn't waited for.
      Task {
        try? await Task.sleep(for: .seconds(1))
        answer.resolve(.failure(DatabaseError(.cancelled, "")))
      }
    }
    watchdog.cancel()
    return try result.get()
  }
}

/// One answer, given once; whoever comes second is too late.
private final class Answer<Value: Sendable>: Sendable {
  private enum State {
    case pending
    case awaited(CheckedContinuation<Result<Value, DatabaseError>, Never>)
    case given(Result<Value, DatabaseError>)
    case over
  }

  private let state = Mutex(State.pending)

  func install(_ continuation: CheckedContinuation<Result<Value, DatabaseError>, Never>) {
    let given: Result<Value, DatabaseError>? = state.withLock { state in
      if case .given(let result) = state {
        state = .over
        return result
      }
      state = .awaited(continuation)
      return nil
    }
    if let given { continuation.resume(returning: given) }
  }

  func resolve(_ result: Result<Value, DatabaseError>) {
    let continuation: CheckedContinuation<Result<Value, DatabaseError>, Never>? = state.withLock { state in
      switch state {
      case .pending:
        state = .given(result)
        return nil
      case .awaited(let continuation):
        state = .over
        return continuation
      case .given, .over: return nil
      }
    }
    continuation?.resume(returning: result)
  }
}

extension PostgresConnection.Mailbox {
  /// Answers questions and listens in between, on the connection's own thread, until it is closed.
  fileprivate func serve() {
    let session = PostgresSession(address: address, wakeDescriptor: wakeDescriptor)
    while true {
      let (question, isOpen) = content.withLock { ($0.questions.popFirst(), $0.isOpen) }
      if let question {
        question(session)
        if session.takeNotifications() { hint.kick() }
      } else if isOpen {
        if session.idle() { hint.kick() }
      } else {
        return session.disconnect()
      }
    }
  }
}
