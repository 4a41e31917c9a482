import FleetModel

/// Asks services of the `application/x-amz-json-1.1` protocol: the action in a header, JSON in and out
/// (Smithy, "AWS JSON 1.1 protocol"). What it asks is never worth more than a few tries.
struct AWSJSONService: Sendable {
  /// Tries of a question that is throttled or that the server fails at.
  static let tries = 3

  let http: HTTPClient
  /// The prefix of the action in `X-Amz-Target`.
  let target: String
  /// The name that signatures and permissions carry.
  let service: String
  let region: Region
  let endpoint: String
  let credentials: CredentialsProvider
  var clock: @Sendable () -> Timestamp = { wallClock() }

  /// - Parameter budget: seconds, repetitions included.
  /// - Throws: ``AWSError``.
  func ask(_ action: String, _ parameters: JSONValue, within budget: Double) async throws(AWSError) -> JSONValue {
    let deadline = monotonicSeconds() + budget
    let question = AWSQuestion(service: service, action: action, region: region, endpoint: endpoint, path: [])
    var schedule = RetrySchedule()
    schedule.firstDelay = 0.5
    var failures = 0
    var hasRenewed = false
    var known: AWSError?
    while true {
      let used = try await credentials.credentials(within: max(0.05, deadline - monotonicSeconds()))
      let failed: AWSError
      var retryAfter: Double?
      switch await exchange(question, parameters, used, until: deadline) {
      case .answer(let answer): return answer
      case .expired(let error):
        guard !hasRenewed else { throw error }
        hasRenewed = true
        credentials.forget(used)
        continue
      case .final(let error): throw error
      case .late(let error, let seconds): throw seconds < RetrySchedule.moments ? known ?? error : error
      case .fault(let error, let seconds):
        failed = error
        retryAfter = seconds
        failures += 1
      }
      let left = deadline - monotonicSeconds()
      guard failures < Self.tries,
        let delay = schedule.delay(status: 503, retryAfter: retryAfter, left: left, random: Double.random(in: 0..<1))
      else { throw failed }
      known = failed
      do { try await Task.sleep(seconds: delay) } catch { throw AWSError.transport(.cancelled, question: question) }
    }
  }

  private enum Outcome {
    case answer(JSONValue)
    case expired(AWSError)
    /// Worth another try.
    case fault(AWSError, retryAfter: Double?)
    case final(AWSError)
    /// Its time was over before an answer came; so many seconds it had.
    case late(AWSError, after: Double)
  }

  private func exchange(_ question: AWSQuestion, _ parameters: JSONValue, _ credentials: AWSCredentials, until deadline: Double) async
    -> Outcome
  {
    let left = deadline - monotonicSeconds()
    guard left > 0 else { return .late(AWSError(.transport, what: question.description, why: "its time is over"), after: 0) }
    var request = HTTPRequest(
      .post, endpoint, headers: [("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", "\(target).\(question.action)")],
      body: Array(parameters.serialized().utf8), timeout: left)
    request.isQuery = true
    request.connectTimeout = 5
    let now = clock()
    do throws(HTTPFailure) {
      request.headers += try Signature(region: region.rawValue, service: service).headers(for: request, credentials: credentials, at: now)
      return judge(try await http.send(request), question, credentials, now)
    } catch {
      let failure = AWSError.transport(error, question: question)
      guard monotonicSeconds() < deadline else { return .late(failure, after: left) }
      return error.isTransient ? .fault(failure, retryAfter: nil) : .final(failure)
    }
  }

  private func judge(_ response: HTTPResponse, _ question: AWSQuestion, _ credentials: AWSCredentials, _ now: Timestamp) -> Outcome {
    let document = try? JSONValue(parsing: response.body)
    let retryAfter = response.head.retryAfter(now: now.seconds)
    if response.status == 200 {
      if let document, document.members != nil { return .answer(document) }
      return .final(AWSError(.unreadable, what: question.description, why: "\(endpoint) answered something else than a JSON object"))
    }
    // The code stands in `__type`, perhaps after its shape's namespace, or in a header.
    let named = document?["__type"]?.text ?? document?["code"]?.text ?? response.head["x-amzn-errortype"]
    guard let code = named?.split(separator: "#").last?.split(separator: ":").first.map(String.init) else {
      let error = AWSError(
        .endpoint, what: question.description, why: "\(endpoint) answered \(response.status) without an error code",
        nextStep: "this endpoint may not know \(question.permission)")
      return [429, 502, 503, 504].contains(response.status) ? .fault(error, retryAfter: retryAfter) : .final(error)
    }
    let message = document?["message"]?.text ?? document?["Message"]?.text ?? ""
    let clockError = response.head["date"].flatMap(HTTPDate.seconds).map { $0 - now.seconds }
    let error = AWSError.refused(
      code: code, message: message, status: response.status, question: question, credentials: credentials, clockError: clockError)
    switch AWSErrorCode(code, status: response.status) {
    case .throttled, .serverFault: return .fault(error, retryAfter: retryAfter)
    case .expired: return .expired(error)
    case .wrongKeys, .denied, .other: return .final(error)
    }
  }
}
