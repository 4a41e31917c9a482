import FleetModel

/// Why a service gave no usable answer. Its text says what failed, on what and why; it holds no secret.
public enum FeedError: Error, Sendable, CustomStringConvertible {
  /// No answer came, although it was tried for so many seconds.
  case transport(String, HTTPFailure, triedFor: Double)
  /// The service answered, but not with what was asked for; `retryAfter` in seconds where it said one. `remark` ends its description.
  case status(String, Int, message: String, remark: String = "", retryAfter: Double?)
  /// 200, but not a document of the agreed shape.
  case unreadable(String, why: String)
  /// 404, 405 or 501: this service has no such thing.
  case notOffered(String, Int)
  /// The control plane's own word that no such org exists (contract §1.8).
  case absent(Slug)
  /// What the question needs is missing here: a token, a well-formed name.
  case unanswerable(String)

  public var description: String {
    switch self {
    case .transport(let what, .timedOut(let seconds), _): return "\(what): \(HTTPFailure.timedOut(seconds: seconds))"
    case .transport(let what, let failure, let seconds): return "\(what): \(failure)\(Self.persistence(seconds))"
    case .status(let what, let status, let message, let remark, let retryAfter):
      let advice: String =
        switch status {
        case 429: retryAfter.map { " – asked to wait \(Int(clamping: $0)) s" } ?? " – too many requests"
        case 300..<400: " – redirects are never followed with credentials; configure the final address"
        default: ""
        }
      return "\(what) answered \(status)" + (message.isEmpty ? "" : ": \(message)") + remark + advice
    case .unreadable(let what, let why): return "\(what) answered something else than the agreed document: \(why)"
    case .notOffered(let what, let status): return "\(what) is not offered here (\(status))"
    case .absent(let slug): return "the control plane knows no org \(slug)"
    case .unanswerable(let why): return why
    }
  }

  /// An answer that a later question may well turn into a good one.
  public var retryAfter: Double? {
    if case .status(_, _, _, _, let seconds) = self { seconds } else { nil }
  }

  /// The service refused the credentials.
  var isDenied: Bool {
    if case .status(_, 401, _, _, _) = self { true } else if case .status(_, 403, _, _, _) = self { true } else { false }
  }

  /// ``retryAfter`` as it is obeyed by who goes on asking: no service silences itself for longer.
  var pause: Double? { retryAfter.map { min(Self.longestPause, $0) } }
  static let longestPause = 300.0

  /// ` (tried for 18 s)`; nothing where it failed at once.
  private static func persistence(_ seconds: Double?) -> String {
    guard let seconds, seconds >= 1.5 else { return "" }
    return " (tried for \(Int(clamping: seconds.rounded())) s)"
  }

  /// An answer that isn't the one asked for.
  /// - Parameter credential: what to check when it is 401 or 403.
  static func refusal(of what: String, _ response: HTTPResponse, credential: String) -> FeedError {
    let isDenied = response.status == 401 || response.status == 403
    return .status(
      what, response.status, message: message(of: response), remark: persistence(response.triedFor) + (isDenied ? " – \(credential)" : ""),
      retryAfter: response.head.retryAfter(now: wallClock().seconds))
  }

  /// What an error answer says of itself: `{"error":…}` where it does, else the first words of its text (contract §12 row 10).
  static func message(of response: HTTPResponse) -> String {
    let body = response.body.prefix(64 << 10)
    if let json = try? JSONValue(parsing: body) {
      let text = json["error"]?.text ?? json["message"]?.text ?? json["errors"]?.array?.first?["message"]?.text
      return UntrustedText.clean(text ?? "", limit: 200)
    }
    var text = String(decoding: body.prefix(2000), as: UTF8.self)
    if text.contains("<") {
      // An edge's HTML page: its title says it all.
      let lower = text.lowercased()
      if let start = lower.range(of: "<title>"), let end = lower.range(of: "</title>"), start.upperBound <= end.lowerBound {
        text = String(text[start.upperBound..<end.lowerBound])
      } else {
        text = "an HTML page"
      }
    }
    return UntrustedText.clean(text, limit: 200).trimmingSpaces
  }
}

extension String {
  var trimmingSpaces: String { String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()) }
  /// The first occurrence of `needle`, by bytes.
  fileprivate func range(of needle: String) -> Range<Index>? { firstRange(of: needle) }
}

/// One service behind one address, asked with one bearer.
struct JSONService: Sendable {
  let http: HTTPClient
  /// What errors call it: `control plane`, `tenant acme`.
  let name: String
  let base: String
  let headers: [(name: String, value: String)]
  /// What to do about a 401 or 403.
  var credential = "check the token that the configuration names"
  /// Seconds after which nothing is asked again; see ``HTTPClient/ask(_:within:patience:)``.
  var patience = Double.infinity

  /// - Parameters:
  ///   - budget: seconds for everything, repetitions included.
  ///   - rowLimit: how many rows are kept of a list.
  /// - Throws: ``FeedError`` for any answer but a 200 with JSON.
  func get(_ path: String, timeout: Double, within budget: Double, rowLimit: Int = .max) async throws(FeedError) -> JSONValue {
    let response = try await response(path, timeout: timeout, within: budget)
    guard response.status == 200 else { throw failure(path, response) }
    return try document(path, response, rowLimit: rowLimit)
  }

  func response(_ path: String, timeout: Double, within budget: Double) async throws(FeedError) -> HTTPResponse {
    let request = HTTPRequest(.get, base + path, headers: headers + [("Accept", "application/json")], timeout: timeout)
    let began = monotonicSeconds()
    do throws(HTTPFailure) { return try await http.ask(request, within: budget, patience: patience) } catch {
      throw .transport("\(name) \(Self.shown(path))", error, triedFor: monotonicSeconds() - began)
    }
  }

  func document(_ path: String, _ response: HTTPResponse, rowLimit: Int = .max) throws(FeedError) -> JSONValue {
    do throws(JSONReadError) { return try JSONValue(parsing: response.body, rowLimit: rowLimit) } catch {
      let looksLikeHTML = response.head["content-type"]?.contains("html") == true || response.body.first == UInt8(ascii: "<")
      throw .unreadable("\(name) \(Self.shown(path))", why: looksLikeHTML ? "an HTML page (is the address right?)" : error.description)
    }
  }

  func failure(_ path: String, _ response: HTTPResponse) -> FeedError {
    if [404, 405, 501].contains(response.status) { return .notOffered("\(name) \(Self.shown(path))", response.status) }
    return refusal(path, response)
  }

  /// Where 404 is a wrong address rather than something that isn't offered.
  func refusal(_ path: String, _ response: HTTPResponse) -> FeedError {
    FeedError.refusal(of: "\(name) \(Self.shown(path))", response, credential: credential)
  }

  /// A path without its query.
  static func shown(_ path: String) -> String { String(path.prefix { $0 != "?" }) }

  /// A value that may stand as one segment of a path (RFC 3986 §2.3).
  static func segment(_ text: String) -> String {
    var out = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
        out.unicodeScalars.append(Unicode.Scalar(byte))
      case UInt8(ascii: ".") where text != "." && text != "..": out += "."
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        out += "%" + (digits.count == 1 ? "0" : "") + digits
      }
    }
    return out
  }
}
