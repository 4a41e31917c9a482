import CCurl
import Synchronization

/// What becomes of a stream after some of its bytes.
public enum StreamFlow: Sendable {
  case more
  /// Take no more from the socket until ``StreamControl/resume()``. The bytes of this call count as not taken and come again.
  case pause
  /// End the transfer: ``StreamEnd/stopped``.
  case stop
}

/// Receives a stream's answer on the transport's own thread: must neither block nor wait.
public protocol StreamReceiver: AnyObject, Sendable {
  /// The head came; `false` ends the transfer.
  func received(head: HTTPHead, control: StreamControl) -> Bool
  func received(bytes: UnsafeRawBufferPointer) -> StreamFlow
}

/// How a stream ended.
public enum StreamEnd: Hashable, Sendable {
  /// The server finished the body.
  case finished
  /// The receiver had enough, or its task was cancelled.
  case stopped
  case failed(HTTPFailure)
}

/// A handle on a running stream, usable from any thread.
public final class StreamControl: Sendable {
  private let onResume: @Sendable () -> Void
  init(onResume: @escaping @Sendable () -> Void) { self.onResume = onResume }
  /// Goes on after ``StreamFlow/pause``.
  public func resume() { onResume() }
}

/// All of the program's HTTP: one libcurl multi handle on one thread of its own.
///
/// It never follows a redirect with credentials, speaks plain http to this machine only, asks one host at most six things at once (streams
/// apart), and repeats nothing by itself: see ``ask(_:within:)`` for what is asked again.
public final class HTTPClient: Sendable {
  private let loop: HTTPLoop

  /// Starts the thread. - Parameter userAgent: what the services see; some edges refuse a library's default.
  public init(userAgent: String = "fleettui") { loop = HTTPLoop(userAgent: userAgent) }

  deinit { loop.stop() }

  /// One exchange. Any status is an answer. Cancelling the task ends the transfer.
  /// - Throws: ``HTTPFailure`` when no whole answer came.
  public func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    switch await outcome(of: request, receiver: nil) {
    case .answered(let response): return response
    case .streamed: throw .cancelled
    case .failed(let failure): throw failure
    }
  }

  /// One long answer, handed to `receiver` as it comes. Returns when it ended. Cancelling the task ends it.
  public func stream(_ request: HTTPRequest, to receiver: any StreamReceiver) async -> StreamEnd {
    switch await outcome(of: request, receiver: receiver) {
    case .answered, .streamed(stopped: false): .finished
    case .streamed(stopped: true), .failed(.cancelled): .stopped
    case .failed(let failure): .failed(failure)
    }
  }

  /// What was asked of whom.
  public var tally: HTTPTally { loop.tally }

  /// Ends every transfer and the thread.
  public func stop() { loop.stop() }

  private func outcome(of request: HTTPRequest, receiver: (any StreamReceiver)?) async -> TransferOutcome {
    let ticket = TransferTicket(request: request, receiver: receiver)
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        loop.post(.start(ticket) { continuation.resume(returning: $0) })
      }
    } onCancel: {
      // May run before the start is posted: the flag is looked at there.
      ticket.isCancelled.store(true, ordering: .releasing)
      loop.post(.cancel(ticket))
    }
  }
}

/// One request on its way to the transport's thread.
final class TransferTicket: Sendable {
  let request: HTTPRequest
  let receiver: (any StreamReceiver)?
  let isCancelled = Atomic(false)

  init(request: HTTPRequest, receiver: (any StreamReceiver)?) {
    self.request = request
    self.receiver = receiver
  }
}

enum TransferOutcome: Sendable {
  case answered(HTTPResponse)
  case streamed(stopped: Bool)
  case failed(HTTPFailure)
}
