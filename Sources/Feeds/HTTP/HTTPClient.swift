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
public final class HTTPClient: Sendable {
  public init(userAgent: String = "fleettui") {}

  /// One exchange. Any status is an answer. Cancelling the task ends the transfer.
  /// - Throws: ``HTTPFailure`` when no whole answer came.
  public func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse { throw .cancelled }

  /// One long answer, handed to `receiver` as it comes. Returns when it ended. Cancelling the task ends it.
  public func stream(_ request: HTTPRequest, to receiver: any StreamReceiver) async -> StreamEnd { .stopped }

  /// Ends every transfer and the thread.
  public func stop() {}
}
