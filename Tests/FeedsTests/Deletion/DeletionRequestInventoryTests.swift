import Foundation
import TestSupport
import Testing

/// Every request that the sources can make. There is one that changes anything: a change to this list is a decision, not an accident.
@Suite struct DeletionRequestInventoryTests {

  /// The product's own sources, comments taken out; the simulated fleet only serves.
  static let sources: [(name: String, text: String, target: String)] = {
    var found: [(name: String, text: String, target: String)] = []
    for target in ["Feeds", "FleetModel", "FleetTUI"] {
      let base = PackageRoot.url.appendingPathComponent("Sources/\(target)")
      for case let file as URL in FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil) ?? .init()
      where file.pathExtension == "swift" {
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        let code = text.split(separator: "\n", omittingEmptySubsequences: false)
          .filter { !$0.drop { $0 == " " }.hasPrefix("//") }.joined(separator: "\n")
        found.append((file.lastPathComponent, code, target))
      }
    }
    return found.sorted { $0.name < $1.name }
  }()

  static func matches(_ pattern: String, in target: String? = nil) throws -> [String] {
    let expression = try NSRegularExpression(pattern: pattern)
    return sources.filter { target == nil || $0.target == target }.flatMap { source -> [String] in
      expression.matches(in: source.text, range: NSRange(source.text.startIndex..., in: source.text)).compactMap { match in
        let group = match.numberOfRanges > 1 ? 1 : 0
        return Range(match.range(at: group), in: source.text).map { "\(source.name): \(source.text[$0])" }
      }
    }
  }

  @Test func thereAreSourcesToLookAt() { #expect(Self.sources.count > 50) }

  @Test func theOneRequestThatChangesAnythingIsTheDeletion() throws {
    // Methods as they are written where a request is made; `.get` is the default and changes nothing.
    let changing = try Self.matches(#"HTTPRequest\(\s*\.(post|put|delete|report|patch)\b"#)
    let allowed: Set = ["DeletionRunner.swift: delete"]
    let asking = changing.filter { !allowed.contains($0) }
    // A POST that only asks says so where it is made.
    for entry in asking {
      #expect(entry.hasSuffix(": post"), "\(entry) can change something")
      let name = entry.split(separator: ":")[0]
      let text = Self.sources.first { $0.name == name }?.text ?? ""
      #expect(text.contains("isQuery = true") || Self.isLinkLocal(text), "\(entry) is no question")
    }
    #expect(changing.filter { allowed.contains($0) } == ["DeletionRunner.swift: delete"])
  }

  /// The metadata service's token is asked for with PUT (EC2 IMDSv2); it is at a link-local address and changes nothing.
  private static func isLinkLocal(_ text: String) -> Bool { text.contains("169.254.169.254") || text.contains("allowsPlainHTTP = true") }

  @Test func noMethodIsSetOtherwise() throws {
    #expect(try Self.matches(#"\.method\s*=\s*[^=\n]+"#) == ["HTTPMessage.swift: .method = method", "Transfer.swift: .method = .get"])
    #expect(try Self.matches(#"method:\s*\.(?:post|put|delete|report)"#).isEmpty)
    // libcurl is spoken to in one place.
    #expect(Set(try Self.matches(#"CURLOPT_CUSTOMREQUEST"#).map { $0.prefix { $0 != ":" } }) == ["Transfer.swift"])
  }

  /// Every path of every service, as it is written where it is asked for. Any change of this list is a decision: it is made here too.
  @Test func everyPathThatIsAskedForIsInThisListAndNoOther() throws {
    let literal = #""((?:\\\((?:[^()\n]|\([^()\n]*\))*\)|[^"\\\n])*)""#
    let paths = Set(
      try Self.matches(literal, in: "Feeds").map { $0.drop { $0 != " " }.dropFirst() }.map(String.init).filter { text in
        !text.contains(" ") && text.contains(/^(\\\([a-zA-Z.]+\))?\/[a-z]/)
      }
    ).subtracting(Self.ownFiles)
    #expect(paths == Self.paths, "new: \(paths.subtracting(Self.paths).sorted()); gone: \(Self.paths.subtracting(paths).sorted())")
    // Nobody else makes requests.
    #expect(try Self.matches(#"HTTPRequest\("#, in: "FleetTUI").isEmpty && Self.matches(#"HTTPRequest\("#, in: "FleetModel").isEmpty)
    // The one path that a DELETE may go to.
    #expect(
      try Self.matches(#"\.delete,\s*base \+ "([^\n]*)","#) == [
        #"DeletionRunner.swift: /cp/admin/tenants/\(JSONService.segment(slug.rawValue))"#
      ])
  }

  static let paths: Set<String> = [
    // The control plane.
    "/health", "/cp/admin/events/stream", "/cp/admin/orgs?limit=\\(Self.rosterLimit)", "/cp/admin/purges?limit=\\(Self.purgeLimit)",
    "/cp/admin/stats",
    "/cp/admin/orgs/\\(JSONService.segment(slug.rawValue))/admin-token", "/cp/admin/partner-keys",
    "/cp/admin/tenants/\\(JSONService.segment(slug.rawValue))",
    "/cp/admin/tenants/\\(JSONService.segment(slug.rawValue))/boot-events?limit=\\(limit)",
    "/cp/admin/tenants/\\(JSONService.segment(slug.rawValue))/diagnostics", "/cp/orgs/\\(JSONService.segment(slug.rawValue))/instance",
    "/cp/admin/workspaces/\\(JSONService.segment(workspace.rawValue))/console",
    // Tenants.
    "/admin/liveness", "/admin/schedules/health", "/approvals/pending", "/canvas/viewport", "/events", "/metrics", "/plugins", "/templates",
    "/workspaces", "/workspaces/\\(JSONService.segment(workspace))/\\(route.path)",
    "/workspaces/\\(JSONService.segment(workspace.rawValue))/activity",
    "/workspaces/\\(JSONService.segment(workspace.rawValue))/events/stream",
    // DNS.
    "/zones?name=\\(JSONService.segment(zone))", "/zones/\\(JSONService.segment(id))/dns_records",
    // The machine's own metadata.
    "\\(base)/latest/api/token", "\\(base)/latest/meta-data/iam/security-credentials/",
  ]

  /// Files of this machine.
  static let ownFiles: Set<String> = [
    "/chain", "/dev/null", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt", "/evidence", "/fleettui", "/journal",
    "/nonexistent/fleettui", "/receipts", "/usr/local/bin:/usr/bin:/bin", "\\(base)/fleettui/history.sqlite",
    "\\(base)/fleettui/prices.json",
  ]

  @Test func everyActionOfAWSIsInThisListAndOnlyLooks() throws {
    let actions = Set(
      try Self.matches(
        #""((?:Describe|Get|List|Assume|Terminate|Stop|Start|Run|Create|Delete|Modify|Put|Release|Detach|Revoke|Reboot|Authorize|Associate|Disassociate|Attach|Cancel|Update|Tag|Untag|Send)[A-Z][A-Za-z]+)""#,
        in: "Feeds"
      ).map { String($0.drop { $0 != " " }.dropFirst()) })
    let known: Set = [
      "DescribeInstances", "DescribeInstanceStatus", "DescribeVolumes", "DescribeAddresses", "DescribeSecurityGroups",
      "DescribeNetworkInterfaces", "GetProducts", "GetServiceQuota", "AssumeRole", "AssumeRoleWithWebIdentity",
    ]
    #expect(actions == known, "new: \(actions.subtracting(known).sorted()); gone: \(known.subtracting(actions).sorted())")
  }

  /// What is sent to PostgreSQL begins with a word that only reads.
  @Test func everyStatementThatIsSentReads() throws {
    let statements = try Self.matches(
      #"(?i)"(?:""\s*)?\s*(select|insert|update|delete|merge|truncate|drop|alter|create|grant|revoke|copy|call|do|lock|vacuum)\s+[a-z_*\\(]"#,
      in: "Feeds"
    )
    .filter { $0.hasPrefix("Database") || $0.hasPrefix("Postgres") }.map { $0.drop { $0 != " " }.dropFirst().lowercased() }
    #expect(!statements.isEmpty && Set(statements) == ["select"], "\(statements)")
  }

  @Test func noStatementOfSQLWrites() throws {
    let words = try Self.matches(
      #"(?i)"[^"\n]*\b((?:INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|TRUNCATE\s+\w|DROP\s+(?:TABLE|INDEX|SCHEMA)|ALTER\s+TABLE|GRANT\s+\w+\s+ON))"#
    )
    // The local history's own file is the program's to write.
    #expect(words.filter { !$0.hasPrefix("History") && !$0.hasPrefix("BootHistory") }.isEmpty, "\(words)")
  }
}
