import FleetModel

/// Why AWS gave no usable answer: what failed, on what, why, and what to do. Holds no secret.
public struct AWSError: Error, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// None found, or the place that should give them fails.
    case noCredentials
    /// The keys or the signature are wrong.
    case wrongKeys
    /// The session behind the keys is over.
    case expired
    /// The keys are good, but this action isn't allowed to them.
    case denied
    case throttled
    /// What answers there isn't AWS, or nothing does.
    case endpoint
    /// No whole answer came for a reason that may pass.
    case transport
    /// Not a document of the agreed shape, or one that is cut.
    case unreadable
    /// AWS refused for a reason of its own; its code.
    case refused(String)
  }

  public let kind: Kind
  /// `EC2 DescribeInstances in us-east-2`.
  public let what: String
  public let why: String
  public let nextStep: String?

  init(_ kind: Kind, what: String, why: String, nextStep: String? = nil) {
    self.kind = kind
    self.what = what
    self.why = why
    self.nextStep = nextStep
  }

  public var description: String { "\(what): \(why)" + (nextStep.map { " – \($0)" } ?? "") }
}

/// What an error answer's code means (EC2 API reference, "Error codes for the Amazon EC2 API"; STS, "Common Errors").
enum AWSErrorCode {
  case throttled, serverFault, expired, wrongKeys, denied, other

  init(_ code: String, status: Int) {
    // Some SDKs' servers answer `Client.UnauthorizedOperation`.
    switch code.split(separator: ".").last.map(String.init) ?? code {
    case "RequestLimitExceeded", "EC2ThrottledException", "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled",
      "RequestThrottledException", "TooManyRequestsException", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown",
      "PriorRequestNotComplete", "ProvisionedThroughputExceededException", "TransactionInProgressException":
      self = .throttled
    case "InternalError", "InternalFailure", "Unavailable", "ServiceUnavailable", "RequestTimeout", "RequestTimeoutException",
      "IDPCommunicationError":
      self = .serverFault
    case "ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired": self = .expired
    case "AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch", "InvalidSignatureException", "InvalidAccessKeyId",
      "UnrecognizedClientException", "MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature",
      "InvalidSecurity":
      self = .wrongKeys
    case "UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "OptInRequired", "Blocked", "NotAuthorized": self = .denied
    default: self = status == 429 ? .throttled : (status >= 500 ? .serverFault : .other)
    }
  }
}

extension AWSError {
  /// The one clear message for an error document.
  /// - Parameters:
  ///   - clockError: seconds that this machine's clock is behind the server's, where its answer says.
  static func refused(
    code: String, message: String, status: Int, question: AWSQuestion, credentials: AWSCredentials?, clockError: Double?
  ) -> AWSError {
    let shownCode = UntrustedText.clean(code, limit: 80)
    let said = shown(message)
    let detail = said.isEmpty ? shownCode : "\(shownCode): \(said)"
    let source = credentials?.source ?? "nowhere"
    let what = question.description
    var clock = ""
    if let clockError, abs(clockError) >= 240 {
      clock =
        "; this machine's clock is \(Int(clamping: abs(clockError) / 60)) min \(clockError > 0 ? "behind" : "ahead of") the server's, which alone makes every signature wrong: set it right"
    }
    switch AWSErrorCode(code, status: status) {
    case .throttled:
      return AWSError(
        .throttled, what: what, why: "AWS throttles these questions (\(detail))", nextStep: "ask less often, or wait a minute")
    case .expired:
      return AWSError(
        .expired, what: what, why: "the session from \(source) has expired (\(detail))\(clock)",
        nextStep: "log in again, or renew the session token there")
    case .wrongKeys:
      return AWSError(
        .wrongKeys, what: what, why: "AWS does not accept the keys from \(source) (\(detail))\(clock)",
        nextStep: (credentials?.sessionToken == nil
          ? "check the access key and its secret there" : "log in again, or check the key, its secret and its session token there")
          + (question.service == "ec2" ? ", and that the region is enabled for the account" : ""))
    case .denied:
      return AWSError(
        .denied, what: what, why: "the keys from \(source) lack the permission \(question.permission) (\(detail))",
        nextStep: "allow \(question.permission) to them")
    case .serverFault, .other:
      return AWSError(.refused(shownCode), what: what, why: "\(status) \(detail)")
    }
  }

  /// What AWS says, without the encoded authorization blob: it is long, says nothing to a reader, and names what the keys may do.
  private static func shown(_ message: String) -> String {
    var text = message[...]
    if let blob = text.firstRange(of: "Encoded authorization failure message") { text = text[..<blob.lowerBound] }
    return UntrustedText.clean(String(text), limit: 240).trimmingSpaces
  }

  /// For an answer that is no document of AWS's.
  static func notAWS(_ response: AWSAnswerStart, question: AWSQuestion, why: String) -> AWSError {
    let page = response.isHTML ? "an HTML page" : "something else than XML"
    return AWSError(
      .endpoint, what: question.description,
      why: "\(question.endpoint) answered \(response.status) with \(page) (\(UntrustedText.clean(why, limit: 120)))",
      nextStep: "check the endpoint: it must be the address of an EC2 Query API")
  }

  static func transport(_ failure: HTTPFailure, question: AWSQuestion) -> AWSError {
    switch failure {
    case .badURL, .insecure, .unresolved, .refused, .tls, .redirect:
      return AWSError(
        .endpoint, what: question.description, why: "\(question.endpoint): \(failure)",
        nextStep: "check the endpoint, the region and the network")
    case .timedOut, .silent, .broken, .tooLarge, .headTooLarge, .cancelled:
      return AWSError(.transport, what: question.description, why: "\(failure)")
    }
  }
}
