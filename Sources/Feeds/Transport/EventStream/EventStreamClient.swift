import FleetModel
import Synchronization

/// One event stream, kept open: it connects, resumes, waits and asks again until the server says 204 or its task is cancelled.
///
/// Everything is delivered in order: events on the transport's thread, right from the read that completed them, the rest from ``run``'s
/// task, never two at once.
public final class EventStreamClient: Sendable {
  public struct Options: Sendable {
    public var policy: EventStreamPolicy = .standard
    /// Seconds between two connections until the server names its own.
    public var retryDelay = 1.0
    /// Where the first connection resumes.
    public var lastEventID = ""
    /// Bytes of one event's data at most; a larger one is a gap.
    public var eventLimit = EventStreamParser.defaultEventLimit
    /// Seconds until the head of an answer must be there; some servers take the connection and then say nothing.
    public var answerLimit = 30.0
    /// Headers that are asked for anew for each connection: credentials that may be renewed.
    public var headers: (@Sendable () -> [(name: String, value: String)])?

    public init(policy: EventStreamPolicy = .standard) { self.policy = policy }
  }

  private let http: HTTPClient
  private let request: HTTPRequest
  private let options: Options
  private let state: Mutex<State>
  /// Held while something is delivered, so that an opening which the time proves stands where it belongs among what the transport delivers.
  private let delivering = Mutex(())

  private struct State {
    var connection: EventStreamConnection
    var parser: EventStreamParser
    var control: StreamControl?
    var isPaused = false
    /// What ``run`` waits for: a transfer or a delay.
    var current: Task<StreamEnd, Never>?
    /// Waits until the connection is worth being told.
    var proof: Task<Void, Never>?
  }

  /// - Parameter request: address, method, body, credentials, silence limit and redirect limit; the stream's own headers are added unless
  ///   the request names them.
  public init(http: HTTPClient, request: HTTPRequest, options: Options = Options()) {
    self.http = http
    self.options = options
    var request = request
    request.isStream = true
    request.timeout = nil
    for header in [(name: "Accept", value: "text/event-stream"), (name: "Cache-Control", value: "no-cache")]
    where !request.headers.contains(where: { $0.name.lowercased() == header.name.lowercased() }) {
      request.headers.append(header)
    }
    self.request = request
    state = Mutex(
      State(
        connection: EventStreamConnection(policy: options.policy, retryDelay: options.retryDelay, lastEventID: options.lastEventID),
        parser: EventStreamParser()))
  }

  /// Runs until the stream has ended for good, which the last delivery says. Once a client.
  /// - Parameters:
  ///   - isFull: asked before bytes are read; while it says yes they stay with the server. Call ``resume()`` when there is room again.
  ///   - deliver: must not wait; it may call ``restart()``.
  public func run(
    isFull: @escaping @Sendable () -> Bool = { false }, deliver: @escaping @Sendable (EventStreamDelivery) -> Void
  ) async {
    var actions = state.withLock { $0.connection.started() }
    while !actions.isEmpty {
      var next: [EventStreamConnection.Action] = []
      for action in actions {
        switch action {
        case .deliver(let delivery): delivering.withLock { _ in deliver(delivery) }
        case .connect(let id): next = await transfer(resumingFrom: id, isFull, deliver)
        case .wait(let seconds): next = await wait(seconds)
        case .drop, .finish, .prove: break
        }
      }
      actions = next
    }
  }

  /// Drops the connection, or the wait for one, and connects again at once, resuming where the stream allows it.
  /// - Parameter gap: what is told of a connection that stood and can't be resumed; `nil`: nothing.
  public func restart(gap: String? = "restarted") {
    let current = state.withLock { $0.connection.restarted(gap: gap).contains(.drop) ? $0.current : nil }
    current?.cancel()
  }

  /// There is room again: goes on reading if that was waited for.
  public func resume() {
    let control = state.withLock { state -> StreamControl? in
      guard state.isPaused else { return nil }
      state.isPaused = false
      return state.control
    }
    control?.resume()
  }

  // MARK: - One connection, one wait

  private func transfer(
    resumingFrom id: String?, _ isFull: @escaping @Sendable () -> Bool, _ deliver: @escaping @Sendable (EventStreamDelivery) -> Void
  ) async -> [EventStreamConnection.Action] {
    var request = request
    let renewed = options.headers?() ?? []
    request.headers.removeAll { header in
      header.name.lowercased() == "last-event-id" || renewed.contains { $0.name.lowercased() == header.name.lowercased() }
    }
    request.headers += renewed
    if let id { request.headers.append(("Last-Event-ID", id)) }
    state.withLock {
      $0.parser = EventStreamParser(lastEventID: $0.connection.lastEventID, eventLimit: options.eventLimit)
      $0.control = nil
      $0.isPaused = false
    }
    let receiver = Receiver(client: self, isFull: isFull, deliver: deliver)
    let transfer = Task { [http, request] in await http.stream(request, to: receiver) }
    let watch = Task { [options] in
      do { try await Task.sleep(seconds: options.answerLimit) } catch { return }
      if state.withLock({ $0.connection.answerIsOverdue(seconds: options.answerLimit).contains(.drop) }) { transfer.cancel() }
    }
    let end = await finish(of: transfer)
    watch.cancel()
    return state.withLock {
      $0.control = nil
      $0.proof.take()?.cancel()
      if Task.isCancelled { return $0.connection.cancelled() }
      return $0.connection.ended(end, now: monotonicSeconds(), random: .random(in: 0..<1))
    }
  }

  private func wait(_ seconds: Double) async -> [EventStreamConnection.Action] {
    _ = await finish(
      of: Task {
        try? await Task.sleep(seconds: seconds)
        return .stopped
      })
    return state.withLock { Task.isCancelled ? $0.connection.cancelled() : $0.connection.waited() }
  }

  /// Waits for `task`, which ``restart()`` and cancellation end early.
  private func finish(of task: Task<StreamEnd, Never>) async -> StreamEnd {
    let isUnwanted = state.withLock {
      $0.current = task
      return $0.connection.isRestarting
    }
    if isUnwanted { task.cancel() }
    defer { state.withLock { $0.current = nil } }
    return await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
  }

  // MARK: - On the transport's thread

  fileprivate func received(
    head: HTTPHead, control: StreamControl, _ deliver: @escaping @Sendable (EventStreamDelivery) -> Void
  ) -> Bool {
    delivering.withLock { _ in
      let actions = state.withLock {
        $0.control = control
        return $0.connection.answered(head, now: monotonicSeconds(), date: wallClock().seconds)
      }
      for action in actions {
        switch action {
        case .deliver(let delivery): deliver(delivery)
        case .prove(let seconds):
          let proof = Task {
            do { try await Task.sleep(seconds: seconds) } catch { return }
            stood(deliver)
          }
          state.withLock { $0.proof = proof }
        default: break
        }
      }
      return !actions.contains(.drop)
    }
  }

  /// The connection stands for as long as it takes to be believed.
  private func stood(_ deliver: (EventStreamDelivery) -> Void) {
    delivering.withLock { _ in
      for case .deliver(let delivery) in state.withLock({ $0.connection.stood(now: monotonicSeconds()) }) { deliver(delivery) }
    }
  }

  fileprivate func received(bytes: UnsafeRawBufferPointer, _ isFull: () -> Bool, _ deliver: (EventStreamDelivery) -> Void) -> StreamFlow {
    if isFull(), pauses(unless: { !isFull() }) { return .pause }
    return delivering.withLock { _ in
      // Delivered outside the state's lock: the owner may restart the stream from there.
      var items: [EventStreamItem] = []
      var actions: [EventStreamConnection.Action] = []
      let isUnwanted = state.withLock { state in
        state.parser.feed(bytes) { item in
          switch item {
          case .retry(let milliseconds): state.connection.retryChanged(milliseconds: milliseconds)
          case .event, .oversized:
            actions += state.connection.told()
            items.append(item)
          case .comment: items.append(item)
          }
        }
        state.connection.lastEventID = state.parser.lastEventID
        return state.connection.isRestarting
      }
      for case .deliver(let delivery) in actions { deliver(delivery) }
      for item in items {
        switch item {
        case .event(let event): deliver(.event(event))
        case .comment(let text): deliver(.comment(text))
        case .oversized: deliver(.gap("an event of more than \(options.eventLimit >> 20) MiB was skipped"))
        case .retry: break
        }
      }
      return isUnwanted ? .stop : .more
    }
  }

  /// Room that appears between the question and the pause must not be missed, so it is looked for again once ``resume()`` would see the pause.
  private func pauses(unless hasRoom: () -> Bool) -> Bool {
    state.withLock { $0.isPaused = true }
    guard hasRoom() else { return true }
    return state.withLock {
      $0.isPaused = false
      return false
    }
  }
}

private final class Receiver: StreamReceiver {
  private let client: EventStreamClient
  private let isFull: @Sendable () -> Bool
  private let deliver: @Sendable (EventStreamDelivery) -> Void

  init(client: EventStreamClient, isFull: @escaping @Sendable () -> Bool, deliver: @escaping @Sendable (EventStreamDelivery) -> Void) {
    self.client = client
    self.isFull = isFull
    self.deliver = deliver
  }

  func received(head: HTTPHead, control: StreamControl) -> Bool { client.received(head: head, control: control, deliver) }
  func received(bytes: UnsafeRawBufferPointer) -> StreamFlow { client.received(bytes: bytes, isFull, deliver) }
}
