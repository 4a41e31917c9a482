import FleetModel

/// What signs a request to AWS. Printing it shows where it came from and nothing else.
public struct AWSCredentials: Sendable, CustomStringConvertible {
  let accessKeyID: String
  let secretAccessKey: Secret
  let sessionToken: Secret?
  /// When they end; `nil` for keys that don't.
  public let expiration: Timestamp?
  /// Where they came from, in words that can follow "from": `the environment`, `profile staging in ~/.aws/credentials`.
  public let source: String

  /// - Throws: ``AWSError`` for keys that can't be keys: empty, or with spaces, control or non-ASCII characters in them.
  public init(
    accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiration: Timestamp? = nil, source: String
  ) throws(AWSError) {
    let token = sessionToken.flatMap { $0.isEmpty ? nil : $0 }
    for part in [accessKeyID, secretAccessKey, token ?? "-"] where part.isEmpty || !part.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
      throw AWSError(
        .noCredentials, what: "AWS credentials", why: "those from \(source) are \(part.isEmpty ? "incomplete" : "not well-formed")",
        nextStep: "look for a missing half, a line break or a stray space there")
    }
    self.accessKeyID = accessKeyID
    self.secretAccessKey = Secret(secretAccessKey)
    self.sessionToken = token.map(Secret.init)
    self.expiration = expiration
    self.source = source
  }

  public var description: String { "credentials from \(source)" }
}
