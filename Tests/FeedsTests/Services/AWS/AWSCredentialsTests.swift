import FleetModel
import FlyingFox
import Foundation
import Testing

@testable import Feeds

@Suite struct AWSCredentialsTests {
  let http = HTTPClient(userAgent: "fleettui/test")
  /// Nothing outside the test is looked at.
  static let nowhere = [
    "HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/nonexistent/config",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent/credentials", "PATH": "/nonexistent",
  ]

  private func found(_ environment: [String: String], profile: String? = nil) async throws -> AWSCredentials {
    let chain = CredentialChain(
      http: http, profile: profile, region: "us-east-2", environment: Self.nowhere.merging(environment) { $1 },
      clock: { Timestamp(milliseconds: 1_795_000_000_000) })
    return try await chain.credentials(within: 10)
  }

  private func problem(_ environment: [String: String], profile: String? = nil) async throws -> String {
    do {
      let credentials = try await found(environment, profile: profile)
      throw Moto.Missing(description: "found \(credentials)")
    } catch let error as AWSError {
      #expect(error.kind == .noCredentials)
      return error.description
    }
  }

  /// Kept to the end of the test.
  private let kept = Recorder<TemporaryFiles>()

  private func files(_ config: String, _ credentials: String = "") throws -> (TemporaryFiles, [String: String]) {
    let files = try TemporaryFiles(["config": config, "credentials": credentials])
    kept.add(files)
    return (files, ["AWS_CONFIG_FILE": files.path("config"), "AWS_SHARED_CREDENTIALS_FILE": files.path("credentials")])
  }

  // MARK: - The environment and the files

  @Test func theEnvironmentComesFirstWithItsTokenAndItsEnd() async throws {
    let credentials = try await found([
      "AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t",
      "AWS_CREDENTIAL_EXPIRATION": "2026-11-23T13:42:07Z",
    ])
    #expect(
      credentials.accessKeyID == "AKIDENV" && credentials.secretAccessKey.reveal() == "s" && credentials.sessionToken?.reveal() == "t")
    #expect(credentials.expiration == Timestamp(rfc3339: "2026-11-23T13:42:07Z"))
  }

  @Test func anEndThatCannotBeReadIsNotForever() async throws {
    func document(_ end: String) throws -> Timestamp? {
      let text = "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\",\"Expiration\":\(end)}"
      return try CredentialDocument.credentials(in: Array(text.utf8), source: "a test").expiration
    }
    #expect(try document("1795441327") == Timestamp(seconds: 1_795_441_327))
    #expect(try document("1795441327.5") == Timestamp(seconds: 1_795_441_327.5))
    #expect(try document("\"2026-11-23T13:42:07Z\"") == Timestamp(rfc3339: "2026-11-23T13:42:07Z"))
    #expect(try document("null") == nil)
    #expect(try document("\"\"") == nil)
    for end in ["true", "{}", "[1]", "-5", "\"soon\""] {
      #expect(throws: AWSError.self, "\(end)") { try document(end) }
    }
    let text = try await problem(["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s", "AWS_CREDENTIAL_EXPIRATION": "soon"])
    #expect(text.contains("AWS_CREDENTIAL_EXPIRATION is no date"))
  }

  @Test func halfAKeyInTheEnvironmentIsAnErrorAndNotPassedOver() async throws {
    let text = try await problem(["AWS_ACCESS_KEY_ID": "AKIDENV"])
    #expect(text.contains("the environment") && text.contains("incomplete"))
  }

  @Test func aProfileOfTheConfigurationGoesBeforeTheEnvironmentsKeys() async throws {
    let (files, environment) = try files("", "[staging]\naws_access_key_id = AKIDFILE\naws_secret_access_key = s\n")
    let keys = ["AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "s"]
    let credentials = try await found(environment.merging(keys) { $1 }, profile: "staging")
    #expect(credentials.accessKeyID == "AKIDFILE" && credentials.source == "profile staging in \(files.path("credentials"))")
    // Where only AWS_PROFILE names one, botocore takes the environment's keys.
    let others = try await found(environment.merging(keys) { $1 }.merging(["AWS_PROFILE": "staging"]) { $1 })
    #expect(others.accessKeyID == "AKIDENV")
  }

  @Test func bothFilesAreReadInTheirDialect() async throws {
    let (_, environment) = try files(
      """
      # a comment
      ; another
      [default]
      region = us-east-2
      AWS_ACCESS_KEY_ID = AKIDCONFIG
      aws_secret_access_key=a=b:c
      s3 =
        aws_access_key_id = NESTED
      [profile "two words"]
      aws_access_key_id: AKIDWORDS
      aws_secret_access_key: s
      [not a profile]
      aws_access_key_id = AKIDNOT
      """, "[both]\naws_access_key_id = AKIDSHARED\naws_secret_access_key = s\naws_session_token = t\n")
    let standard = try await found(environment)
    #expect(standard.accessKeyID == "AKIDCONFIG" && standard.secretAccessKey.reveal() == "a=b:c")
    let words = try await found(environment.merging(["AWS_PROFILE": "two words"]) { $1 })
    #expect(words.accessKeyID == "AKIDWORDS")
    let shared = try await found(environment.merging(["AWS_DEFAULT_PROFILE": "both"]) { $1 })
    #expect(shared.accessKeyID == "AKIDSHARED" && shared.sessionToken?.reveal() == "t")
    let missing = try await problem(environment, profile: "not a profile")
    #expect(missing.contains("there is no profile not a profile"))
  }

  @Test func filesOfOtherSystemsAndHandsAreReadTheSame() async throws {
    let credentials = "[default]\naws_access_key_id = AKIDLINES\naws_secret_access_key = s\n"
    // A byte-order mark, CRLF, CR, everything indented, comments in between.
    for text in [
      "\u{FEFF}" + credentials, credentials.replacing("\n", with: "\r\n"), credentials.replacing("\n", with: "\r"),
      credentials.split(separator: "\n").map { "  \($0)\n" }.joined(), "  # a\n" + credentials.replacing("\n", with: "\n\n  ; b\n"),
      "[default]\n\taws_access_key_id = AKIDLINES\n    aws_secret_access_key = s\n",
    ] {
      let (_, environment) = try files("", text)
      #expect(try await found(environment).accessKeyID == "AKIDLINES", "\(text.debugDescription)")
    }
  }

  @Test func onlyWhatIsDeeperThanAKeyWithoutAValueBelongsToIt() {
    let sections = AWSProfileFile.sections(
      of: """
          [default]
          s3 =
            max_concurrent_requests = 20
            [not a section]

            # still nested
            aws_access_key_id = NESTED
          region = us-east-2
           output = json
        [profile b]
        s3=
        role_arn = r
        """)
    #expect(sections.map(\.name) == ["default", "profile b"])
    #expect(sections.first?.settings == ["s3": "", "region": "us-east-2", "output": "json"])
    #expect(sections.last?.settings == ["s3": "", "role_arn": "r"])
  }

  @Test func aDeviceAndAPipeAreFilesToo() async throws {
    let (_, environment) = try files("", "[default]\naws_access_key_id = AKIDSHARED\naws_secret_access_key = s\n")
    #expect(try await found(environment.merging(["AWS_CONFIG_FILE": "/dev/null"]) { $1 }).accessKeyID == "AKIDSHARED")
    #expect(try await problem(["AWS_CONFIG_FILE": "/"]).contains("can't be read: Is a directory"))
    let large = try files(String(repeating: "# x\n", count: 300_000))
    #expect(try await problem(large.1).contains("it is larger than 1 MiB"))
  }

  /// `<(…)` gives its text once; credentials are looked for again and again.
  @Test func aPipeIsReadOnceAndRemembered() async throws {
    let (files, _) = try files("")
    let pipe = files.path("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    let text = Data("[default]\naws_access_key_id = AKIDPIPE\naws_secret_access_key = s\n".utf8)
    // Opening waits for the reader, and the text comes in two pieces.
    let writer = Thread {
      guard let file = FileHandle(forWritingAtPath: pipe) else { return }
      try? file.write(contentsOf: text.prefix(20))
      try? file.write(contentsOf: text.dropFirst(20))
      try? file.close()
    }
    writer.start()
    for _ in 0..<3 {
      #expect(try await found(["AWS_SHARED_CREDENTIALS_FILE": pipe]).accessKeyID == "AKIDPIPE")
    }
  }

  @Test func whereNothingIsFoundThePlacesAreNamed() async throws {
    let text = try await problem([:])
    #expect(text.contains("found none in the environment, profile default of /nonexistent/config") && text.contains("AWS_PROFILE"))
  }

  @Test func theWordsOfACommandAreSplitAsAShellDoes() {
    #expect(ShellWords.split(#"  /bin/x 'a b' "c \"d\" \e" f\ g "" h'i'"j" "#) == ["/bin/x", "a b", #"c "d" \e"#, "f g", "", "hij"])
    #expect(ShellWords.split("a 'b") == nil)
    #expect(ShellWords.split("") == [])
  }

  // MARK: - Programs

  @Test func aProcessIsRunWithoutAShellAndItsJSONRead() async throws {
    let (files, environment) = try files("[default]\ncredential_process = FOLDER/keys \"one two\" $HOME\n")
    try files.program(
      "keys",
      """
      #!/bin/sh
      [ "$1" = "one two" ] && [ "$2" = '$HOME' ] || exit 3
      echo '{"Version":1,"AccessKeyId":"AKIDPROC","SecretAccessKey":"s","SessionToken":"t","Expiration":"2026-11-23T13:42:07+00:00"}'
      """)
    try "[default]\ncredential_process = \(files.path("keys")) \"one two\" $HOME\n".write(
      toFile: files.path("config"), atomically: true, encoding: .utf8)
    let credentials = try await found(environment)
    #expect(credentials.accessKeyID == "AKIDPROC" && credentials.expiration == Timestamp(rfc3339: "2026-11-23T13:42:07Z"))
  }

  @Test(arguments: [
    ("echo '{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\"}'", "without \"Version\": 1"), ("echo hunter2", "something else than JSON"),
    ("exit 7", "ended with 7"), ("echo '{\"Version\":1,\"AccessKeyId\":\"A\"}'", "without AccessKeyId or SecretAccessKey"),
  ]) func aProcessThatFailsSaysWhyAndNeverWhatItPrinted(_ script: String, _ words: String) async throws {
    let (files, environment) = try files("")
    try files.program("keys", "#!/bin/sh\n\(script)\n")
    try "[default]\ncredential_process = \(files.path("keys"))\n".write(toFile: files.path("config"), atomically: true, encoding: .utf8)
    let text = try await problem(environment)
    #expect(text.contains(words) && text.contains("the credential_process of profile default") && !text.contains("hunter2"))
  }

  static let sso =
    "[profile sso]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = reader\n[sso-session corp]\nsso_region = us-east-1\n"

  @Test func anSSOProfileIsAskedOfTheCLI() async throws {
    let (files, environment) = try files(Self.sso)
    try files.program(
      "aws",
      """
      #!/bin/sh
      [ "$*" = "configure export-credentials --profile sso --format process" ] || exit 2
      echo '{"Version":1,"AccessKeyId":"ASIASSO","SecretAccessKey":"s","SessionToken":"t","Expiration":"2030-01-01T00:00:00Z"}'
      """)
    let credentials = try await found(environment.merging(["PATH": "/nonexistent:\(files.folder)"]) { $1 }, profile: "sso")
    #expect(credentials.accessKeyID == "ASIASSO" && credentials.source.contains("AWS CLI's session for profile sso"))
  }

  @Test func version1OfTheCLINoCLIAndNoSessionEachHaveTheirMessage() async throws {
    let (files, environment) = try files(Self.sso)
    let path = environment.merging(["PATH": files.folder]) { $1 }
    let absent = try await problem(path, profile: "sso")
    #expect(absent.contains("needs the AWS CLI") && absent.contains("version 2"))
    try files.program("aws", "#!/bin/sh\n[ \"$1\" = --version ] && echo aws-cli/1.45.11 Python/3 && exit 0\nexit 2\n")
    let old = try await problem(path, profile: "sso")
    #expect(old.contains("is version 1") && old.contains("install AWS CLI version 2"))
    try files.program("aws", "#!/bin/sh\n[ \"$1\" = --version ] && echo aws-cli/2.30.0 Python/3 && exit 0\nexit 255\n")
    let loggedOut = try await problem(path, profile: "sso")
    #expect(loggedOut.contains("has no session") && loggedOut.contains("aws sso login --profile sso"))
  }

  @Test func aRoleThatWantsACodeIsAskedOfTheCLI() async throws {
    let (files, environment) = try files(
      "[profile m]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = m\nmfa_serial = arn:aws:iam::1:mfa/u\n")
    let text = try await problem(environment.merging(["PATH": files.folder]) { $1 }, profile: "m")
    #expect(text.contains("wants a code of the MFA device arn:aws:iam::1:mfa/u"))
  }

  // MARK: - Roles

  private static func session(_ action: String, _ id: String) -> String {
    """
    <\(action)Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><\(action)Result><Credentials><AccessKeyId>\(id)</AccessKeyId>
    <SecretAccessKey>s2</SecretAccessKey><SessionToken>t2</SessionToken><Expiration>2026-11-23T14:42:07Z</Expiration></Credentials></\(action)Result></\(action)Response>
    """
  }

  @Test func aChainOfRolesIsAssumedOneAfterTheOther() async throws {
    let asked = Recorder<String>()
    let (_, environment) = try files(
      """
      [profile top]
      role_arn = arn:top
      source_profile = middle
      external_id = e+1
      role_session_name = me
      duration_seconds = 900
      [profile middle]
      role_arn = arn:middle
      source_profile = base
      """, "[base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = s\n")
    try await withServer({ request in
      let fields = try await FakeEC2.fields(request)
      let key = request.headers[.authorization]?.split(separator: "=").dropFirst().first?.prefix { $0 != "/" } ?? "-"
      asked.add(
        "\(key) \(fields["RoleArn"] ?? "") \(fields["ExternalId"] ?? "-") \(fields["DurationSeconds"] ?? "-") \(fields["RoleSessionName"] ?? "")"
      )
      return FakeEC2.answer(200, Self.session("AssumeRole", fields["RoleArn"] == "arn:top" ? "ASIATOP" : "ASIAMIDDLE"))
    }) { base in
      let credentials = try await found(environment.merging(["AWS_ENDPOINT_URL_STS": base]) { $1 }, profile: "top")
      #expect(credentials.accessKeyID == "ASIATOP" && credentials.sessionToken?.reveal() == "t2")
      #expect(credentials.expiration == Timestamp(rfc3339: "2026-11-23T14:42:07Z"))
      #expect(asked.values == ["AKIDBASE arn:middle - - fleettui-1795000000", "ASIAMIDDLE arn:top e+1 900 me"])
    }
  }

  @Test func rolesThatNameEachOtherAreACircleAndNotForever() async throws {
    let (_, environment) = try files("[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = a\n")
    #expect(try await problem(environment, profile: "a").contains("a → b → a"))
  }

  @Test func aProfileMayBeItsOwnSourceWhenItHasKeys() async throws {
    let (_, environment) = try files(
      "[profile a]\nrole_arn = r\nsource_profile = a\n", "[a]\naws_access_key_id = AKIDSELF\naws_secret_access_key = s\n")
    try await withServer({ _ in FakeEC2.answer(200, Self.session("AssumeRole", "ASIASELF")) }) { base in
      let credentials = try await found(environment.merging(["AWS_ENDPOINT_URL": base]) { $1 }, profile: "a")
      #expect(credentials.accessKeyID == "ASIASELF")
    }
  }

  @Test func aRoleThatMayNotBeAssumedSaysWhichPermissionIsMissing() async throws {
    let (_, environment) = try files("[profile a]\nrole_arn = r\ncredential_source = Environment\n")
    try await withServer({ _ in FakeEC2.answer(403, FakeEC2.error("AccessDenied", "User x is not authorized to perform: sts:AssumeRole")) })
    { base in
      let keys = ["AWS_ENDPOINT_URL_STS": base, "AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "s"]
      let error = try await #require(throws: AWSError.self) { _ = try await found(environment.merging(keys) { $1 }, profile: "a") }
      #expect(error.kind == .denied && error.description.contains("sts:AssumeRole") && error.description.contains("AWS_ACCESS_KEY_ID"))
    }
  }

  @Test func aWebIdentityIsExchangedWithoutASignature() async throws {
    let files = try TemporaryFiles(["token": "eyJhbGciOi.J9\n"])
    let asked = Recorder<String>()
    try await withServer({ request in
      let fields = try await FakeEC2.fields(request)
      asked.add(
        "\(request.headers[.authorization] ?? "unsigned") \(fields["WebIdentityToken"] ?? "") \(fields["RoleArn"] ?? "") \(fields["RoleSessionName"] ?? "")"
      )
      return FakeEC2.answer(200, Self.session("AssumeRoleWithWebIdentity", "ASIAWEB"))
    }) { base in
      let credentials = try await found([
        "AWS_ENDPOINT_URL_STS": base, "AWS_WEB_IDENTITY_TOKEN_FILE": files.path("token"), "AWS_ROLE_ARN": "arn:r",
        "AWS_ROLE_SESSION_NAME": "me",
      ])
      #expect(credentials.accessKeyID == "ASIAWEB")
      #expect(asked.values == ["unsigned eyJhbGciOi.J9 arn:r me"])
    }
  }

  // MARK: - Where the program runs

  static let document =
    "{\"Code\":\"Success\",\"AccessKeyId\":\"ASIAPLACE\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"2026-11-23T13:42:07Z\"}"

  @Test func aContainersCredentialsAreAskedWithItsToken() async throws {
    let files = try TemporaryFiles(["token": "from the file\n"])
    let seen = Recorder<String>()
    try await withServer({ request in
      seen.add("\(request.path) \(request.headers[.authorization] ?? "-")")
      return FakeEC2.answer(200, Self.document)
    }) { base in
      let credentials = try await found([
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": base + "/creds", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "unused",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": files.path("token"),
      ])
      #expect(credentials.accessKeyID == "ASIAPLACE" && credentials.sessionToken?.reveal() == "t")
      #expect(seen.values == ["/creds from the file"])
    }
  }

  @Test func aContainersAddressIsTheAgentsThisMachinesOrHTTPS() throws {
    func address(_ name: String, _ value: String) throws -> String? {
      try CredentialChain(http: http, profile: nil, region: "r", environment: [name: value], clock: { wallClock() }).containerAddress()
    }
    #expect(try address("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x") == "http://169.254.170.2/v2/x")
    for url in ["https://example.com/x", "http://127.0.0.1:80/x", "http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/v1"] {
      #expect(try address("AWS_CONTAINER_CREDENTIALS_FULL_URI", url) == url)
    }
    for url in ["http://example.com/x", "http://169.254.170.2.example.com/", "ftp://127.0.0.1/", "nonsense"] {
      #expect(throws: AWSError.self) { try address("AWS_CONTAINER_CREDENTIALS_FULL_URI", url) }
    }
  }

  @Test func aMachinesRoleIsReadByVersion2OfTheMetadataService() async throws {
    let seen = Recorder<String>()
    try await withServer({ request in
      let token = request.headers[HTTPHeader("X-aws-ec2-metadata-token")] ?? "-"
      seen.add(
        "\(request.method.rawValue) \(request.path) \(token) \(request.headers[HTTPHeader("X-aws-ec2-metadata-token-ttl-seconds")] ?? "-")")
      switch request.path {
      case "/latest/api/token": return FakeEC2.answer(200, "imds-token")
      // FlyingFox drops the last slash.
      case "/latest/meta-data/iam/security-credentials": return FakeEC2.answer(200, "fleet-role\n")
      default: return FakeEC2.answer(200, Self.document)
      }
    }) { base in
      let credentials = try await found(["AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": base + "/"])
      #expect(credentials.accessKeyID == "ASIAPLACE" && credentials.source == "this machine's role fleet-role")
      #expect(
        seen.values == [
          "PUT /latest/api/token - 21600", "GET /latest/meta-data/iam/security-credentials imds-token -",
          "GET /latest/meta-data/iam/security-credentials/fleet-role imds-token -",
        ])
    }
  }

  @Test func aMachineWithoutARoleAndNoMachineAtAllHaveNone() async throws {
    try await withServer({ request in request.path == "/latest/api/token" ? FakeEC2.answer(200, "x") : FakeEC2.answer(404, "none") }) {
      base in
      let text = try await problem(["AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": base])
      #expect(text.contains("found none"))
    }
    // A captive portal, or some proxy: nothing of it may show up in a message.
    try await withServer({ _ in FakeEC2.answer(200, "hunter2 {}") }) { base in
      let text = try await problem(["AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": base])
      #expect(text.contains("found none") && !text.contains("hunter2"))
    }
    let text = try await problem(["AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"])
    #expect(text.contains("found none"))
  }
}
