import Feeds
import Foundation

/// The streams that the harness has asked for.
actor StreamRegistry {
  static let capabilities = [
    "bom", "comments", "headers", "last-event-id", "payload-size-stress-testable", "post", "read-timeout", "report", "restart",
    "server-directed-shutdown-request",
  ]

  private struct Running {
    let client: EventStreamClient
    let task: Task<Void, Never>
  }

  /// Bytes of an event: `payload-size-stress-testable` sends up to 128 MiB of data.
  private static let eventLimit = 256 << 20

  private let http = HTTPClient(userAgent: "eventstream-contract-service")
  private var streams: [Int: Running] = [:]
  private var lastID = 0
  /// Whether the harness asked the service to end.
  private(set) var isEnding = false

  /// `nil` when the parameters make no request.
  func open(_ parameters: StreamParameters) -> Int? {
    guard let method = HTTPRequest.Method(rawValue: (parameters.method ?? "GET").uppercased()),
      (try? HTTPOrigin(url: parameters.streamUrl)) != nil, (try? HTTPOrigin(url: parameters.callbackUrl)) != nil,
      parameters.readTimeoutMs ?? 1 > 0, parameters.initialDelayMs ?? 0 >= 0
    else { return nil }
    var request = HTTPRequest(method, parameters.streamUrl, headers: (parameters.headers ?? [:]).map { (name: $0.key, value: $0.value) })
    request.body = parameters.body.map { Array($0.utf8) }
    if request.body != nil, !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
      request.headers.append(("Content-Type", "text/plain"))
    }
    request.silenceLimit = parameters.readTimeoutMs.map { Double($0) / 1000 }
    request.redirectLimit = 10
    request.allowsPlainHTTP = true
    var options = EventStreamClient.Options(policy: .standard)
    if let delay = parameters.initialDelayMs { options.retryDelay = Double(delay) / 1000 }
    options.lastEventID = parameters.lastEventId ?? ""
    options.eventLimit = Self.eventLimit
    let client = EventStreamClient(http: http, request: request, options: options)

    let (deliveries, continuation) = AsyncStream.makeStream(of: EventStreamDelivery.self)
    let report = Task { [http] in await Self.report(deliveries, to: parameters.callbackUrl, over: http) }
    let task = Task {
      await client.run { continuation.yield($0) }
      continuation.finish()
      if Task.isCancelled { report.cancel() }
    }
    lastID += 1
    streams[lastID] = Running(client: client, task: task)
    return lastID
  }

  func end() { isEnding = true }

  func restart(_ id: Int?) -> Bool {
    guard let stream = id.flatMap({ streams[$0] }) else { return false }
    stream.client.restart()
    return true
  }

  func close(_ id: Int?) -> Bool {
    guard let stream = id.flatMap({ streams.removeValue(forKey: $0) }) else { return false }
    stream.task.cancel()
    return true
  }

  /// Numbered from 1, one after the other.
  private static func report(_ deliveries: AsyncStream<EventStreamDelivery>, to callbackURL: String, over http: HTTPClient) async {
    var count = 0
    for await delivery in deliveries {
      guard let message = CallbackMessage(delivery), let body = try? JSONEncoder().encode(message) else { continue }
      count += 1
      var request = HTTPRequest(.post, "\(callbackURL)/\(count)", headers: [("Content-Type", "application/json")], body: Array(body))
      request.allowsPlainHTTP = true
      _ = try? await http.send(request)
    }
  }
}

private struct CallbackMessage: Encodable {
  struct Event: Encodable {
    var type: String
    var data: String
    var id: String
  }

  var kind: String
  var event: Event?
  var comment: String?
  var error: String?

  /// `nil` for what the harness does not want to know.
  init?(_ delivery: EventStreamDelivery) {
    switch delivery {
    case .event(let event):
      kind = "event"
      self.event = Event(type: event.type, data: event.text, id: event.lastEventID)
    case .comment(let text):
      kind = "comment"
      comment = text
    case .failed(let reason, _), .refused(let reason):
      kind = "error"
      comment = reason
      error = reason
    case .opened, .gap, .notOffered, .ended: return nil
    }
  }
}
