import FleetModel

/// Asks services of the `application/x-amz-json-1.1` protocol: the action in a header, JSON in and out
/// (Smithy, "AWS JSON 1.1 protocol").
struct AWSJSONService: Sendable {
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
    return try await RetryPolicy.awsJSON.ask(question, credentials: credentials, until: deadline) { used, left in
      await exchange(question, parameters, signedBy: used, within: left)
    }
  }

  private typealias Try = Attempt<Result<JSONValue, AWSError>>

  private func exchange(_ question: AWSQuestion, _ parameters: JSONValue, signedBy credentials: AWSCredentials?, within left: Double) async
    -> Try
  {
    let deadline = monotonicSeconds() + left
    var request = HTTPRequest(
      .post, endpoint, headers: [("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", "\(target).\(question.action)")],
      body: Array(parameters.serialized().utf8), timeout: left)
    request.isQuery = true
    request.connectTimeout = 5
    let now = clock()
    do throws(HTTPFailure) {
      if let credentials {
        request.headers += try Signature(region: region.rawValue, service: service).headers(for: request, credentials: credentials, at: now)
      }
      return judge(try await http.send(request), question, credentials, now)
    } catch {
      // Whatever broke off at the end of its time was cut short by that.
      let verdict = monotonicSeconds() < deadline ? error.verdict(within: left) : .timedOut(after: left)
      return Try(.failure(.transport(error, question: question)), verdict)
    }
  }

  private func judge(_ response: HTTPResponse, _ question: AWSQuestion, _ credentials: AWSCredentials?, _ now: Timestamp) -> Try {
    let document = try? JSONValue(parsing: response.body)
    if response.status == 200 {
      if let document, document.members != nil { return Try(.success(document), .final) }
      let why = "\(endpoint) answered something else than a JSON object"
      return Try(.failure(AWSError(.unreadable, what: question.description, why: why)), .final)
    }
    // The code stands in `__type`, perhaps after its shape's namespace, or in a header.
    let named = document?["__type"]?.text ?? document?["code"]?.text ?? response.head["x-amzn-errortype"]
    guard let code = named?.split(separator: "#").last?.split(separator: ":").first.map(String.init) else {
      let error = AWSError(
        .endpoint, what: question.description, why: "\(endpoint) answered \(response.status) without an error code",
        nextStep: "this endpoint may not know \(question.permission)")
      return Try(.failure(error), response.head.verdict(now: now.seconds))
    }
    let message = document?["message"]?.text ?? document?["Message"]?.text ?? ""
    let clockError = response.head["date"].flatMap(HTTPDate.seconds).map { $0 - now.seconds }
    let error = AWSError.refused(
      code: code, message: message, status: response.status, question: question, credentials: credentials, clockError: clockError)
    return Try(
      .failure(error), AWSErrorCode(code, status: response.status).verdict(retryAfter: response.head.retryAfter(now: now.seconds)))
  }
}
