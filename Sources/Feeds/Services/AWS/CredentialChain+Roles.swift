import FleetModel

/// Roles: assumed with other credentials or with a web identity, both at STS (API version 2011-06-15).
extension CredentialChain {
  /// - Parameter visited: the profiles on the way here; one that comes again has no end.
  func assumedRole(
    of profile: AWSProfiles.Profile, _ profiles: AWSProfiles, visited: [String], until deadline: Double
  ) async throws(AWSError) -> AWSCredentials {
    let name = shown(profile.name)
    guard let role = profile["role_arn"] else { throw unusable("profile \(name) has no role_arn") }
    if let serial = profile["mfa_serial"] {
      // The CLI may hold a session for which the code was given.
      return try await exportedCredentials(
        profile: profile.name, why: "its role wants a code of the MFA device \(shown(serial))", until: deadline)
    }
    let base: AWSCredentials
    switch (profile["source_profile"], profile["credential_source"]) {
    case (let source?, nil): base = try await sourceCredentials(source, of: profile, profiles, visited, until: deadline)
    case (nil, let source?): base = try await credentials(fromSource: source, profile: name, until: deadline)
    case (nil, nil), (_?, _?):
      throw unusable(
        "profile \(name) has a role_arn and must have either source_profile or credential_source", "edit \(profiles.configPath)")
    }
    var parameters = [
      (name: "Action", value: "AssumeRole"), (name: "Version", value: "2011-06-15"), (name: "RoleArn", value: role),
      (name: "RoleSessionName", value: profile["role_session_name"] ?? "fleettui-\(clock().milliseconds / 1000)"),
    ]
    if let seconds = profile["duration_seconds"] { parameters.append(("DurationSeconds", seconds)) }
    if let id = profile["external_id"] { parameters.append(("ExternalId", id)) }
    return try await session(
      "AssumeRole", parameters, signedBy: base, endpoint: profile["endpoint_url"], source: "role \(shown(role)) of profile \(name)",
      until: deadline)
  }

  private func sourceCredentials(
    _ source: String, of profile: AWSProfiles.Profile, _ profiles: AWSProfiles, _ visited: [String], until deadline: Double
  ) async throws(AWSError) -> AWSCredentials {
    guard let next = profiles[source] else {
      throw unusable("the source_profile \(shown(source)) of profile \(shown(profile.name)) does not exist", "edit \(profiles.configPath)")
    }
    // A profile may name itself when it has the keys.
    let mayRepeat = source == profile.name && next.hasStaticKeys
    guard !visited.contains(source) || mayRepeat else {
      throw unusable(
        "the profiles \(visited.map(shown).joined(separator: " → ")) → \(shown(source)) name each other in a circle",
        "edit \(profiles.configPath)")
    }
    if next.assumesRole, !next.hasStaticKeys {
      return try await assumedRole(of: next, profiles, visited: visited + [source], until: deadline)
    }
    guard let found = try await credentials(ofProfile: next, profiles, usesEnvironment: false, until: deadline) else {
      throw unusable("the source_profile \(shown(source)) has no credentials", "add them, or name another")
    }
    return found
  }

  private func credentials(fromSource source: String, profile: String, until deadline: Double) async throws(AWSError) -> AWSCredentials {
    let found: AWSCredentials?
    switch source.lowercased() {
    case "environment": found = try environmentKeys()
    case "ecscontainer": found = try await containerCredentials(until: deadline)
    case "ec2instancemetadata": found = try await machineCredentials(until: deadline)
    default:
      throw unusable(
        "profile \(profile) has the unknown credential_source \(shown(source))", "use Environment, EcsContainer or Ec2InstanceMetadata")
    }
    guard let found else { throw unusable("the credential_source \(source) of profile \(profile) has none here") }
    return found
  }

  /// A token of another identity provider in a file, as EKS and CI systems give it.
  func webIdentity(
    _ profile: AWSProfiles.Profile, usesEnvironment: Bool, until deadline: Double
  ) async throws(AWSError) -> AWSCredentials? {
    func setting(_ name: String, _ key: String) -> String? { (usesEnvironment ? variable(name) : nil) ?? profile[key] }
    guard let path = setting("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file") else { return nil }
    guard let role = setting("AWS_ROLE_ARN", "role_arn") else {
      throw unusable("a web identity's token is given, but no role", "set AWS_ROLE_ARN or role_arn")
    }
    let file = try AWSProfileFile.text(of: SecretSource.expanded(path, environment)) ?? ""
    let token = String(file.withoutByteOrderMark).trimmingSpaces
    guard !token.isEmpty else { throw unusable("the web identity token file \(shown(path)) is missing or empty") }
    return try await session(
      "AssumeRoleWithWebIdentity",
      [
        ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", role),
        ("RoleSessionName", setting("AWS_ROLE_SESSION_NAME", "role_session_name") ?? "fleettui-\(clock().milliseconds / 1000)"),
        ("WebIdentityToken", token),
      ], signedBy: nil, endpoint: profile["endpoint_url"], source: "role \(shown(role)) by the web identity in \(shown(path))",
      until: deadline)
  }

  private func session(
    _ action: String, _ parameters: [(name: String, value: String)], signedBy base: AWSCredentials?, endpoint: String?, source: String,
    until deadline: Double
  ) async throws(AWSError) -> AWSCredentials {
    let question = AWSQuestion(
      service: "sts", action: action, region: region, endpoint: stsEndpoint(ofProfile: endpoint), path: ["\(action)Result", "Credentials"])
    let answer = try await AWSQuery(http: http, clock: clock)
      .ask(question, parameters, credentials: base.map(CredentialsProvider.init(fixed:)), until: deadline) { $0 }
    guard let item = answer.items.first, let id = item["AccessKeyId"]?.text, let secret = item["SecretAccessKey"]?.text,
      let token = item["SessionToken"]?.text
    else {
      throw AWSError(.unreadable, what: question.description, why: "the answer has no credentials in it")
    }
    let end = item["Expiration"].map { Timestamp(rfc3339: $0.text.trimmingSpaces) }
    if case .some(nil) = end {
      throw AWSError(.unreadable, what: question.description, why: "the answer's Expiration is no date")
    }
    return try AWSCredentials(
      accessKeyID: id.trimmingSpaces, secretAccessKey: secret.trimmingSpaces, sessionToken: token.trimmingSpaces,
      expiration: end ?? nil, source: source)
  }

  /// The region's own STS, unless the environment or the profile names another (SDKs Reference Guide, "Service-specific endpoints").
  private func stsEndpoint(ofProfile endpoint: String?) -> String {
    if variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?.lowercased() != "true",
      let configured = variable("AWS_ENDPOINT_URL_STS") ?? variable("AWS_ENDPOINT_URL") ?? endpoint
    {
      return configured
    }
    return "https://sts.\(region).amazonaws.com\(region.rawValue.hasPrefix("cn-") ? ".cn" : "")/"
  }
}
