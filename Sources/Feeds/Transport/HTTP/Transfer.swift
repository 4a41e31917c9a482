import CCurl
import FleetModel
import Glibc

/// One exchange on the transport's thread: libcurl's easy handle and what came of it so far.
final class Transfer {
  let ticket: TransferTicket
  let origin: HTTPOrigin
  let completion: @Sendable (TransferOutcome) -> Void

  private let control: StreamControl
  private var request: HTTPRequest
  private var handle: UnsafeMutableRawPointer?
  private var headerList: UnsafeMutablePointer<curl_slist>?
  private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  /// When it was asked for: waiting for its host counts.
  private let startedAt: Double
  private var lastByteAt = monotonicSeconds()
  private var isPaused = false
  private var redirects = 0

  private(set) var head: HTTPHead?
  private var status = 0
  private var headers: [(name: String, value: String)] = []
  private var headerBytes = 0
  private var body: [UInt8] = []
  /// Why a callback refused to go on.
  private var refusal: Refusal?

  private enum Refusal { case stopped, tooLarge, headersTooLarge }

  /// - Parameter since: ``monotonicSeconds()`` at which its time began.
  init(
    ticket: TransferTicket, origin: HTTPOrigin, since: Double, control: StreamControl,
    completion: @escaping @Sendable (TransferOutcome) -> Void
  ) {
    self.ticket = ticket
    self.origin = origin
    startedAt = since
    self.control = control
    self.completion = completion
    request = ticket.request
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit { errorText.deallocate() }

  static func owner(of handle: UnsafeMutableRawPointer?) -> Transfer? {
    var context: UnsafeMutablePointer<CChar>?
    guard let handle, fleet_getinfo_pointer(handle, CURLINFO_PRIVATE, &context) == CURLE_OK, let context else { return nil }
    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  }

  // MARK: - Life

  /// Puts it on the multi handle; `false` when libcurl refuses.
  func begin(on multi: UnsafeMutableRawPointer, userAgent: String, request: HTTPRequest? = nil) -> Bool {
    if let request { self.request = request }
    head = nil
    headers = []
    body = []
    headerBytes = 0
    refusal = nil
    lastByteAt = monotonicSeconds()
    guard let handle = curl_easy_init() else { return false }
    self.handle = handle
    // Kept alive by the handle until `end`.
    let context = Unmanaged.passRetained(self).toOpaque()
    fleet_setopt_pointer(handle, CURLOPT_PRIVATE, context)
    guard configure(handle, context, userAgent) else {
      end(on: multi)
      return false
    }
    return curl_multi_add_handle(multi, handle) == CURLM_OK
  }

  /// Takes it off the multi handle and frees what libcurl holds. Harmless when repeated.
  func end(on multi: UnsafeMutableRawPointer) {
    guard let handle else { return }
    self.handle = nil
    curl_multi_remove_handle(multi, handle)
    curl_easy_cleanup(handle)
    curl_slist_free_all(headerList)
    headerList = nil
    Unmanaged.passUnretained(self).release()
  }

  func goOn() {
    guard isPaused, let handle else { return }
    isPaused = false
    lastByteAt = monotonicSeconds()
    curl_easy_pause(handle, CURLPAUSE_CONT)
  }

  enum Due {
    case never
    /// Seconds until its time is over or its peer counts as dead, whichever is first.
    case `in`(Double)
    case over(HTTPFailure)
  }

  func due(now: Double) -> Due {
    var next = Double.infinity
    if let timeout = request.timeout {
      next = startedAt + timeout - now
      if next <= 0 { return .over(.timedOut(seconds: now - startedAt)) }
    }
    if let limit = request.silenceLimit, !isPaused {
      let left = lastByteAt + limit - now
      if left <= 0 { return .over(.silent(seconds: limit)) }
      next = min(next, left)
    }
    return next.isFinite ? .in(next) : .never
  }

  private func configure(_ handle: UnsafeMutableRawPointer, _ context: UnsafeMutableRawPointer, _ userAgent: String) -> Bool {
    fleet_setopt_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
    fleet_setopt_string(handle, CURLOPT_URL, request.url)
    fleet_setopt_http_only(handle)
    fleet_setopt_leave_resolver(handle)
    fleet_setopt_long(handle, CURLOPT_NOSIGNAL, 1)
    fleet_setopt_long(handle, CURLOPT_FOLLOWLOCATION, 0)
    fleet_setopt_long(handle, CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(clamping: min(request.connectTimeout, 86_400) * 1000)))
    fleet_setopt_long(handle, CURLOPT_TCP_KEEPALIVE, 1)
    fleet_setopt_long(handle, CURLOPT_TCP_KEEPIDLE, 30)
    fleet_setopt_long(handle, CURLOPT_TCP_KEEPINTVL, 10)
    fleet_setopt_long(
      handle, CURLOPT_HTTP_VERSION, request.isStream || request.changesSomething ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS)
    fleet_setopt_string(handle, CURLOPT_USERAGENT, userAgent)
    if !request.isStream { fleet_setopt_string(handle, CURLOPT_ACCEPT_ENCODING, "") }
    // A proxy's own answer to CONNECT is not the service's.
    fleet_setopt_long(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    if origin.isLoopback || request.allowsPlainHTTP { fleet_setopt_string(handle, CURLOPT_NOPROXY, "*") }
    // libcurl itself doesn't look at these; curl's and OpenSSL's users expect them.
    if let bundle = getenv("CURL_CA_BUNDLE") ?? getenv("SSL_CERT_FILE") { fleet_setopt_string(handle, CURLOPT_CAINFO, bundle) }

    if let body = request.body {
      fleet_setopt_off(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
      _ = body.withUnsafeBytes { bytes in
        // An empty array may have no address, and NULL would mean "read from a callback".
        bytes.baseAddress.map { fleet_setopt_string(handle, CURLOPT_COPYPOSTFIELDS, $0.assumingMemoryBound(to: CChar.self)) }
          ?? fleet_setopt_string(handle, CURLOPT_COPYPOSTFIELDS, "")
      }
    }
    if request.body != nil || request.method != .get { fleet_setopt_string(handle, CURLOPT_CUSTOMREQUEST, request.method.rawValue) }
    if request.changesSomething {
      // libcurl repeats a request whose reused connection dies before an answer, a DELETE too: never give it one to reuse. (Over HTTP/2 it
      // also repeats a stream that the server refused: hence 1.1 above.)
      fleet_setopt_long(handle, CURLOPT_FRESH_CONNECT, 1)
      fleet_setopt_long(handle, CURLOPT_FORBID_REUSE, 1)
    }
    for header in request.headers + [("Expect", "")] {
      guard !header.name.utf8.contains(where: { $0 <= 0x20 || $0 == 0x3A || $0 >= 0x7F }),
        !header.value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F })
      else { return false }
      guard let list = curl_slist_append(headerList, "\(header.name): \(header.value)") else { return false }
      headerList = list
    }
    fleet_setopt_list(handle, CURLOPT_HTTPHEADER, headerList)
    fleet_setopt_data(handle, CURLOPT_HEADERFUNCTION, transferReceivedHeader)
    fleet_setopt_pointer(handle, CURLOPT_HEADERDATA, context)
    fleet_setopt_data(handle, CURLOPT_WRITEFUNCTION, transferReceivedBody)
    fleet_setopt_pointer(handle, CURLOPT_WRITEDATA, context)
    return true
  }

  // MARK: - What libcurl hands over

  fileprivate func received(header line: UnsafeRawBufferPointer) -> Int {
    lastByteAt = monotonicSeconds()
    headerBytes += line.count
    guard headerBytes <= HTTPFailure.headLimit else {
      refusal = .headersTooLarge
      return 0
    }
    // After the head these are trailers.
    guard head == nil else { return line.count }
    if line.starts(with: "HTTP/".utf8) {
      let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
      status = words.dropFirst().first.flatMap { Int(String(decoding: $0.prefix(3), as: UTF8.self)) } ?? 0
      headers = []
    } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
      headers.append((Self.name(line[..<colon]), Self.value(line[(colon + 1)...])))
    } else if line.allSatisfy({ $0 == 0x0D || $0 == 0x0A }), status >= 200 {
      let head = HTTPHead(status: status, headers: headers)
      self.head = head
      if let receiver = ticket.receiver, !isRedirect(head), !receiver.received(head: head, control: control) {
        refusal = .stopped
        return 0
      }
    }
    return line.count
  }

  /// In lower case: a field's name means the same in any (RFC 9110 §5.1).
  private static func name(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
    String(unsafeUninitializedCapacity: bytes.count) { name in
      for (index, byte) in bytes.enumerated() {
        name[index] = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
      }
      return bytes.count
    }
  }

  /// Without the space around it (RFC 9112 §5.1).
  private static func value(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
    let begun = bytes.drop { $0 <= 0x20 }
    return String(decoding: begun.prefix((begun.lastIndex { $0 > 0x20 } ?? begun.startIndex - 1) + 1 - begun.startIndex), as: UTF8.self)
  }

  fileprivate func received(body bytes: UnsafeRawBufferPointer) -> Int {
    lastByteAt = monotonicSeconds()
    if let head, isRedirect(head) { return bytes.count }
    guard let receiver = ticket.receiver else {
      guard body.count + bytes.count <= request.bodyLimit else {
        refusal = .tooLarge
        return fleet_writefunc_error()
      }
      body.append(contentsOf: bytes)
      return bytes.count
    }
    switch receiver.received(bytes: bytes) {
    case .more: return bytes.count
    case .pause:
      isPaused = true
      return fleet_writefunc_pause()
    case .stop:
      refusal = .stopped
      return fleet_writefunc_error()
    }
  }

  // MARK: - Its end

  private func isRedirect(_ head: HTTPHead) -> Bool {
    request.redirectLimit > 0 && [301, 302, 303, 307, 308].contains(head.status)
  }

  /// The request to send next when the answer redirects and this may be followed; `nil` when it is an answer.
  func redirected(_ result: CURLcode) -> Result<HTTPRequest, HTTPFailure>? {
    guard result == CURLE_OK, let head, isRedirect(head) else { return nil }
    redirects += 1
    guard redirects <= request.redirectLimit else { return .failure(.redirect(to: "more than \(request.redirectLimit) other addresses")) }
    guard let location = head["location"], !location.isEmpty else { return .failure(.redirect(to: "nowhere")) }
    var target: UnsafeMutablePointer<CChar>?
    guard let url = curl_url() else { return .failure(.redirect(to: "nowhere")) }
    defer { curl_url_cleanup(url) }
    guard curl_url_set(url, CURLUPART_URL, request.url, 0) == CURLUE_OK, curl_url_set(url, CURLUPART_URL, location, 0) == CURLUE_OK,
      curl_url_get(url, CURLUPART_URL, &target, 0) == CURLUE_OK, let target
    else { return .failure(.redirect(to: UntrustedText.clean(location, limit: 200))) }
    defer { curl_free(target) }
    var next = request
    next.url = String(cString: target)
    do {
      if try HTTPOrigin(url: next.url) != HTTPOrigin(url: request.url) {
        // Any header may be a credential: another origin gets only what every client sends.
        let harmless: Set = ["accept", "cache-control", "content-type", "last-event-id"]
        next.headers.removeAll { !harmless.contains($0.name.lowercased()) }
      }
    } catch { return .failure(error) }
    if head.status == 303 || (head.status < 303 && next.method == .post) {
      next.method = .get
      next.body = nil
    }
    return .success(next)
  }

  func outcome(of result: CURLcode) -> TransferOutcome {
    switch refusal {
    case .stopped: return .streamed(stopped: true)
    case .tooLarge: return .failed(.tooLarge(limit: request.bodyLimit))
    case .headersTooLarge: return .failed(.headTooLarge)
    case nil: break
    }
    let text = UntrustedText.clean(String(cString: errorText), limit: 300)
    let why = text.isEmpty ? String(cString: curl_easy_strerror(result)) : text
    switch result {
    case CURLE_OK:
      if ticket.receiver != nil { return .streamed(stopped: false) }
      guard let head else { return .failed(.broken("no status line", answered: false)) }
      return .answered(HTTPResponse(head: head, body: body, elapsed: monotonicSeconds() - startedAt, receivedAt: wallClock()))
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: return .failed(.badURL(why))
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return .failed(.unresolved(host: origin.host))
    case CURLE_COULDNT_CONNECT: return .failed(.refused(host: origin.host + (origin.port.isEmpty ? "" : ":\(origin.port)")))
    // libcurl 7.88 calls a line of more than 100 KiB (CURL_MAX_HTTP_HEADER) "out of memory", a later one "too large" (100).
    case CURLE_OUT_OF_MEMORY where head == nil: return .failed(.headTooLarge)
    case _ where result.rawValue == 100: return .failed(.headTooLarge)
    case CURLE_OPERATION_TIMEDOUT: return .failed(.timedOut(seconds: monotonicSeconds() - startedAt))
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED:
      return .failed(.tls(why))
    default: return .failed(.broken(why, answered: head != nil))
    }
  }
}

private func transferReceivedHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let context else { return 0 }
  return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    .received(header: UnsafeRawBufferPointer(start: bytes, count: size * count))
}

private func transferReceivedBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let context else { return 0 }
  return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().received(
    body: UnsafeRawBufferPointer(start: bytes, count: size * count))
}
