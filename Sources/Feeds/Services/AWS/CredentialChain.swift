import FleetModel

/// Where AWS's own tools look for credentials, in botocore's order. A place that has none is passed over; one that is set up but fails ends
/// the search, so that nobody works with other keys than those meant.
struct CredentialChain: Sendable {
  let http: HTTPClient
  /// From the configuration; `nil` leaves the choice to the environment.
  let profile: String?
  let region: Region
  let environment: [String: String]
  let clock: @Sendable () -> Timestamp

  var profileName: String { profile ?? variable("AWS_PROFILE") ?? variable("AWS_DEFAULT_PROFILE") ?? "default" }

  func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

  /// - Throws: ``AWSError``; the last one lists where it looked.
  func credentials(within seconds: Double) async throws(AWSError) -> AWSCredentials {
    let deadline = monotonicSeconds() + seconds
    if profile == nil, let found = try environmentKeys() { return found }
    let profiles = try AWSProfiles(environment: environment)
    let name = profileName
    if let profile = profiles[name] {
      if profile.assumesRole { return try await assumedRole(of: profile, profiles, visited: [name], until: deadline) }
    } else if profile != nil || variable("AWS_PROFILE") != nil || variable("AWS_DEFAULT_PROFILE") != nil {
      throw unusable(
        "there is no profile \(shown(name)) in \(profiles.configPath) or \(profiles.credentialsPath)", "name one that is there, or add it")
    }
    if let found = try await credentials(
      ofProfile: profiles[name] ?? .init(name: name), profiles, usesEnvironment: profile == nil, until: deadline)
    {
      return found
    }
    if let found = try await containerCredentials(until: deadline) { return found }
    if let found = try await machineCredentials(until: deadline) { return found }
    throw unusable(
      "found none in \(profile == nil ? "the environment, " : "")profile \(shown(name)) of \(profiles.configPath) and \(profiles.credentialsPath), the container, or the machine's own role",
      "export AWS_PROFILE, log in with the AWS CLI, or name a profile under [environment.….aws] in the configuration")
  }

  /// What a profile gives by itself, without assuming a role: web identity, SSO, keys, a login, a process.
  func credentials(
    ofProfile profile: AWSProfiles.Profile, _ profiles: AWSProfiles, usesEnvironment: Bool, until deadline: Double
  ) async throws(AWSError) -> AWSCredentials? {
    if let found = try await webIdentity(profile, usesEnvironment: usesEnvironment, until: deadline) { return found }
    if profile.usesSSO { return try await exportedCredentials(profile: profile.name, why: "it uses AWS SSO", until: deadline) }
    let name = shown(profile.name)
    if let found = try keys(in: profile.inCredentialsFile, "profile \(name) in \(profiles.credentialsPath)") { return found }
    if profile["login_session"] != nil {
      return try await exportedCredentials(profile: profile.name, why: "it uses an AWS login session", until: deadline)
    }
    if let command = profile["credential_process"] { return try await processCredentials(command, profile: profile.name, until: deadline) }
    return try keys(in: profile.inConfigFile, "profile \(name) in \(profiles.configPath)")
  }

  /// `AWS_ACCESS_KEY_ID` and its companions.
  func environmentKeys() throws(AWSError) -> AWSCredentials? {
    guard let id = variable("AWS_ACCESS_KEY_ID") else { return nil }
    let end = variable("AWS_CREDENTIAL_EXPIRATION").map { Timestamp(rfc3339: $0) }
    if case .some(nil) = end { throw unusable("AWS_CREDENTIAL_EXPIRATION is no date", "unset it, or set it as its tool gave it") }
    return try AWSCredentials(
      accessKeyID: id, secretAccessKey: variable("AWS_SECRET_ACCESS_KEY") ?? "",
      sessionToken: variable("AWS_SESSION_TOKEN") ?? variable("AWS_SECURITY_TOKEN"),
      expiration: end ?? nil, source: "the environment (AWS_ACCESS_KEY_ID)")
  }

  private func keys(in settings: [String: String], _ source: String) throws(AWSError) -> AWSCredentials? {
    guard let id = settings["aws_access_key_id"], !id.isEmpty else { return nil }
    return try AWSCredentials(
      accessKeyID: id, secretAccessKey: settings["aws_secret_access_key"] ?? "",
      sessionToken: settings["aws_session_token"] ?? settings["aws_security_token"], source: source)
  }

  // MARK: - Errors

  func unusable(_ why: String, _ nextStep: String? = nil) -> AWSError {
    AWSError(.noCredentials, what: "AWS credentials", why: why, nextStep: nextStep)
  }

  /// A name out of a file or a variable, fit for a message.
  func shown(_ name: String) -> String { UntrustedText.clean(name, limit: 100) }
}

/// The JSON in which processes, containers and machines hand out credentials.
enum CredentialDocument {
  /// - Throws: ``AWSError``.
  static func credentials(in text: [UInt8], source: String, needsVersion: Bool = false) throws(AWSError) -> AWSCredentials {
    func unusable(_ why: String) -> AWSError { AWSError(.noCredentials, what: "AWS credentials", why: "\(source) \(why)") }
    // Its text is never quoted: it may hold what must not be shown.
    guard let json = try? JSONValue(parsing: text), case .object = json else { throw unusable("gave something else than JSON") }
    if needsVersion, json["Version"]?.integer != 1 { throw unusable("gave JSON without \"Version\": 1") }
    if let code = json["Code"]?.text, code != "Success" { throw unusable("refused: \(UntrustedText.clean(code, limit: 80))") }
    guard let id = json["AccessKeyId"]?.text, let secret = json["SecretAccessKey"]?.text else {
      throw unusable("gave JSON without AccessKeyId or SecretAccessKey")
    }
    var expiration: Timestamp?
    // A date, or seconds since 1970; what is there and is neither is not "never".
    if let end = json["Expiration"], !end.isNull, end != "" {
      guard let moment = json.time("Expiration") else { throw unusable("gave an Expiration that is no date") }
      expiration = moment
    }
    return try AWSCredentials(
      accessKeyID: id, secretAccessKey: secret, sessionToken: json["SessionToken"]?.text ?? json["Token"]?.text, expiration: expiration,
      source: source)
  }
}
