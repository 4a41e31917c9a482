import FleetModel
import FlyingFox
import Foundation

import enum FleetModel.JSONValue

/// An answer of a simulated service before it becomes the server's.
struct Answer: Sendable {
  enum Body: Sendable {
    case bytes([UInt8])
    case stream(Hub.Chunks)
  }

  var status: Int
  var headers: [(name: String, value: String)] = []
  var body: Body

  static func json(_ value: JSONValue) -> Self { json(200, value) }

  static func json(_ status: Int, _ value: JSONValue, type: String = "application/json") -> Self {
    var bytes: [UInt8] = []
    value.write(to: &bytes)
    return Answer(status: status, headers: [("Content-Type", type)], body: .bytes(bytes))
  }

  static func error(_ status: Int, _ text: String) -> Self { .json(status, ["error": .string(text)]) }

  static func text(_ status: Int, _ text: String, type: String = "text/plain") -> Self {
    Answer(status: status, headers: [("Content-Type", type)], body: .bytes(Array(text.utf8)))
  }

  /// What a gateway in front of a dead service answers.
  static func gateway(_ status: Int) -> Self {
    .text(
      status,
      "<html>\r\n<head><title>\(status) \(phrase(status))</title></head>\r\n<body>\r\n<center><h1>\(status) \(phrase(status))</h1>"
        + "</center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n", type: "text/html")
  }

  static let notFound = text(404, "404 page not found")

  static func events(_ chunks: Hub.Chunks) -> Self {
    Answer(
      status: 200,
      headers: [("Content-Type", "text/event-stream"), ("Cache-Control", "no-cache"), ("X-Accel-Buffering", "no")], body: .stream(chunks))
  }

  func with(_ headers: [(name: String, value: String)]) -> Self {
    var answer = self
    answer.headers += headers
    return answer
  }

  /// The server's answer, with the `Date` that clients compare their clocks with.
  func response(at now: Timestamp) -> HTTPResponse {
    var fields = HTTPHeaders()
    fields.setValues([Self.httpDate(now)], for: HTTPHeader("Date"))
    for (name, value) in headers { fields.setValues([value], for: HTTPHeader(name)) }
    let code = HTTPStatusCode(status, phrase: Self.phrase(status))
    switch body {
    // One write for the whole body: the default splits it into 4 KiB ones.
    case .bytes(let bytes):
      let sequence = HTTPBodySequence(data: Data(bytes), suggestedBufferSize: max(1, bytes.count))
      return HTTPResponse(statusCode: code, headers: fields, body: sequence)
    case .stream(let chunks):
      return HTTPResponse(statusCode: code, headers: fields, body: HTTPBodySequence(from: StreamBody(chunks: chunks)))
    }
  }

  private static func phrase(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 204: "No Content"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 409: "Conflict"
    case 429: "Too Many Requests"
    case 500: "Internal Server Error"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 530: "Origin DNS Error"
    default: "Status"
    }
  }

  /// `Mon, 23 Nov 2026 12:47:20 GMT` (RFC 9110 §5.6.7).
  static func httpDate(_ moment: Timestamp) -> String {
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let text = moment.description
    let day = days[Int(max(0, moment.milliseconds) / 86_400_000) % 7]
    let month = months[(Int(text.dropFirst(5).prefix(2)) ?? 1) - 1]
    return "\(day), \(text.dropFirst(8).prefix(2)) \(month) \(text.prefix(4)) \(moment.timeOfDay) GMT"
  }
}

/// The first four parts of a path, to be matched as a tuple; `nil` for a longer one.
typealias PathParts = (String?, String?, String?, String?)

func parts(_ path: some Collection<String>) -> PathParts? {
  guard path.count <= 4 else { return nil }
  var rest = path.makeIterator()
  return (rest.next(), rest.next(), rest.next(), rest.next())
}

/// A request as the services read it.
struct Question: Sendable {
  var method: String
  /// The path's parts, decoded.
  var path: [String]
  var query: [String: String]
  var headers: HTTPHeaders
  var body: [UInt8]

  init(_ request: HTTPRequest) async {
    method = request.method.rawValue
    path = request.path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
    query = Dictionary(request.query.map { ($0.name, $0.value) }) { _, last in last }
    headers = request.headers
    body = ((try? await request.bodyData).map(Array.init)) ?? []
  }

  func header(_ name: String) -> String? { headers[HTTPHeader(name)] }

  /// The bearer token: `nil` without the header, empty for another scheme.
  var bearer: String? {
    guard let value = header("Authorization") else { return nil }
    let parts = value.split(separator: " ", maxSplits: 1)
    return parts.count == 2 && parts[0].lowercased() == "bearer" ? String(parts[1]) : ""
  }

  func limit(default fallback: Int) -> Int { query["limit"].flatMap { Int($0) }.map { max(0, $0) } ?? fallback }
}
