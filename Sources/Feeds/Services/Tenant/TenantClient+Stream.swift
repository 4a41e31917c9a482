import FleetModel
import Synchronization

extension TenantClient {
  /// Opens one workspace's stream and leaves it again at once: whether what happens there would be told (contract §3.1).
  /// - Throws: ``FeedError`` for any answer but a stream.
  public func tryStream(of workspace: WorkspaceID, within budget: Double) async throws(FeedError) {
    var request = streamRequest(of: workspace)
    request.isStream = true
    request.timeout = budget
    let what = "\(service.name) /workspaces/\(JSONService.segment(workspace.rawValue))/events/stream"
    let head = FirstHead()
    let end = await service.http.stream(request, to: head)
    guard let head = head.value else {
      guard case .failed(let failure) = end else { throw .transport(what, .cancelled, triedFor: 0) }
      throw .transport(what, failure, triedFor: 0)
    }
    switch EventStreamPolicy.tenant.refusal(of: head, now: wallClock().seconds) {
    case nil: return
    case .denied(let why), .slow(let why), .retry(let why, _), .ended(let why), .final(let why), .notOffered(let why):
      throw .status(what, head.status, message: why, retryAfter: head.retryAfter(now: wallClock().seconds))
    }
  }
}

/// Takes the head of an answer and nothing more.
private final class FirstHead: StreamReceiver {
  private let head = Mutex<HTTPHead?>(nil)
  var value: HTTPHead? { head.withLock { $0 } }

  func received(head: HTTPHead, control: StreamControl) -> Bool {
    self.head.withLock { $0 = head }
    return false
  }

  func received(bytes: UnsafeRawBufferPointer) -> StreamFlow { .stop }
}
