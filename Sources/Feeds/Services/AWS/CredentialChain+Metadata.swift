import FleetModel

/// Credentials that the place gives where the program runs: a container's agent, a machine's metadata service.
extension CredentialChain {
  static let containerAgent = "http://169.254.170.2"
  static let metadataService = "http://169.254.169.254"

  /// `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `…_FULL_URI` (SDKs Reference Guide, "Container credential provider"): ECS and EKS.
  func containerCredentials(until deadline: Double) async throws(AWSError) -> AWSCredentials? {
    guard let url = try containerAddress() else { return nil }
    let source = "the container's credentials service"
    var headers = [(name: "Accept", value: "application/json")]
    if let token = try containerToken() { headers.append(("Authorization", token)) }
    var request = HTTPRequest(.get, url, headers: headers, timeout: 2)
    request.connectTimeout = 2
    request.bodyLimit = 1 << 20
    request.allowsPlainHTTP = true
    let response: HTTPResponse
    do { response = try await http.ask(request, within: max(0.05, min(8, deadline - monotonicSeconds()))) } catch {
      throw unusable("\(source) gives none: \(error)")
    }
    guard response.status == 200 else { throw unusable("\(source) answered \(response.status)") }
    return try CredentialDocument.credentials(in: response.body, source: source)
  }

  /// Plain http only to this machine and to the agents' link-local addresses: whoever sets the variable must not send the token elsewhere.
  func containerAddress() throws(AWSError) -> String? {
    if let path = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
      guard path.hasPrefix("/") else { throw unusable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not start with /") }
      return Self.containerAgent + path
    }
    guard let url = variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") else { return nil }
    let origin: HTTPOrigin
    do { origin = try HTTPOrigin(url: url) } catch { throw unusable("AWS_CONTAINER_CREDENTIALS_FULL_URI: \(error)") }
    let agents = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"]
    guard origin.scheme == "https" || origin.isLoopback || agents.contains(origin.host) else {
      throw unusable("AWS_CONTAINER_CREDENTIALS_FULL_URI names \(shown(origin.host)) by plain http", "use https, or an agent's own address")
    }
    return url
  }

  private func containerToken() throws(AWSError) -> String? {
    var token = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    if let path = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
      guard let text = try AWSProfileFile.text(of: path) else { throw unusable("the container's token file \(shown(path)) is missing") }
      token = String(text.withoutByteOrderMark).trimmingSpaces
    }
    guard let token else { return nil }
    guard token.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      throw unusable("the container's authorization token holds a line break")
    }
    return token
  }

  /// The role of the EC2 machine that this runs on, by version 2 of its metadata service (EC2 User Guide, "Use IMDSv2"). `nil` elsewhere.
  func machineCredentials(until deadline: Double) async throws(AWSError) -> AWSCredentials? {
    guard variable("AWS_EC2_METADATA_DISABLED")?.lowercased() != "true" else { return nil }
    let isIPv6 = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")?.lowercased() == "ipv6"
    var base = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? (isIPv6 ? "http://[fd00:ec2::254]" : Self.metadataService)
    while base.hasSuffix("/") { base.removeLast() }
    // Anywhere but on EC2 nothing answers, or something that isn't it: then there is no machine's role.
    guard let token = await metadata(.put, "\(base)/latest/api/token", ("X-aws-ec2-metadata-token-ttl-seconds", "21600"), deadline),
      token.status == 200, let key = headerValue(token.body)
    else { return nil }
    let roles = "\(base)/latest/meta-data/iam/security-credentials/"
    guard let list = await metadata(.get, roles, ("X-aws-ec2-metadata-token", key), deadline), list.status == 200,
      let role = roleName(list.body)
    else { return nil }
    let source = "this machine's role \(role)"
    guard let answer = await metadata(.get, roles + JSONService.segment(role), ("X-aws-ec2-metadata-token", key), deadline) else {
      throw unusable("\(source) gives none: the metadata service does not answer")
    }
    guard answer.status == 200 else { throw unusable("\(source) gives none: the metadata service answered \(answer.status)") }
    return try CredentialDocument.credentials(in: answer.body, source: source)
  }

  /// One second each, as AWS's tools wait.
  private func metadata(
    _ method: HTTPRequest.Method, _ url: String, _ header: (name: String, value: String), _ deadline: Double
  ) async -> HTTPResponse? {
    let left = deadline - monotonicSeconds()
    guard left > 0 else { return nil }
    var request = HTTPRequest(method, url, headers: [header], timeout: min(1, left))
    request.connectTimeout = 1
    request.bodyLimit = 1 << 20
    request.allowsPlainHTTP = true
    return try? await http.send(request)
  }

  /// The first line, if it is a role's name (IAM: letters, digits and `+=,.@_-`, at most 64). Anything else may be what must not be shown.
  private func roleName(_ body: [UInt8]) -> String? {
    let name = body.prefix { $0 != 0x0A && $0 != 0x0D }
    let isName = name.allSatisfy { byte in
      let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
      return isLetter || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+=,.@_-".utf8.contains(byte)
    }
    return isName && (1...64).contains(name.count) ? String(decoding: name, as: UTF8.self) : nil
  }

  private func headerValue(_ body: [UInt8]) -> String? {
    let text = String(decoding: body, as: UTF8.self).trimmingSpaces
    return !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
  }
}
