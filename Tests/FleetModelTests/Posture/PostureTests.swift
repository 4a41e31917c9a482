import Testing

@testable import FleetModel

@Suite struct PostureTests {
  func group(_ id: ResourceID, _ rules: [SecurityGroupRow.Ingress], ours: Bool = true) -> SecurityGroupRow {
    SecurityGroupRow(id: id, region: "us-east-2", name: "tenant-acme", ingress: rules, tags: ours ? ["ManagedBy": "molecule-cp"] : [:])
  }
  func rule(_ name: String, _ from: Int?, _ to: Int?, _ ranges: String...) -> SecurityGroupRow.Ingress {
    .init(ipProtocol: name, fromPort: from, toPort: to, ranges: ranges)
  }
  func failing(_ groups: [SecurityGroupRow], _ machines: [InstanceRow] = []) -> [String] {
    PostureRules.securityGroups(groups, machines: machines).filter { $0.result == .fail }.map { "\($0.id) \($0.target)" }
  }

  @Test func openPortsAreFoundInRangesAndInBothAddressFamilies() {
    #expect(failing([group("a", [rule("tcp", 22, 22, "0.0.0.0/0")])]) == ["sg-ssh-open a"])
    #expect(failing([group("a", [rule("tcp", 20, 30, "::/0")])]) == ["sg-ssh-open a"])
    #expect(failing([group("a", [rule("tcp", 9000, 10_000, "0.0.0.0/0")])]) == ["sg-debug-port a"])
    #expect(failing([group("a", [rule("-1", nil, nil, "0.0.0.0/0")])]) == ["sg-open-all a", "sg-debug-port a", "sg-ssh-open a"])
    #expect(
      failing([group("a", [rule("tcp", 22, 22, "10.0.0.0/8"), rule("tcp", 443, 443, "0.0.0.0/0"), rule("udp", 22, 22, "0.0.0.0/0")])])
        .isEmpty)
  }

  @Test func onlyGroupsOfOursAreJudged() {
    let open = [rule("tcp", 22, 22, "0.0.0.0/0")]
    #expect(failing([group("foreign", open, ours: false)]).isEmpty)
    let machine = InstanceRow(id: "i-1", region: "us-east-2", state: .running, securityGroups: ["foreign"], tags: ["Role": "tenant"])
    #expect(failing([group("foreign", open, ours: false)], [machine]) == ["sg-ssh-open foreign"])
    #expect(PostureRules.securityGroups([], machines: []).map(\.result) == [.pass, .pass, .pass])
  }

  @Test func aPublicAnswerIsJudgedByItsMembersNamesAlone() {
    #expect(PostureRules.publicInstance(members: ["slug", "status", "ip", "region", "org_id"], of: "acme", millis: 1).result == .pass)
    let leak = PostureRules.publicInstance(members: ["slug", "admin_token"], of: "acme", millis: 1)
    #expect(leak.result == .fail && leak.summary.contains("admin_token"))
  }

  @Test func consolesTellLineNumbersNeverContent() throws {
    let check = try #require(PostureRules.console(ConsoleText.lines(of: "ok\n+ export API_TOKEN=abcdefgh12345\nfine"), of: "acme/agent"))
    #expect(check.result == .fail && check.evidence.count == 2 && !check.evidence.joined().contains("export"))
    #expect(PostureRules.console(["1 + 1 = 2", "bootstrap: ok"], of: "acme/agent") == nil)
  }

  @Test func addressesTagsImagesAndOriginsAreJudged() {
    func machine(_ id: String, _ image: String, launched: Double, ip: String? = nil, tags: [String: String] = [:]) -> InstanceRow {
      InstanceRow(
        id: InstanceID(id), region: "us-east-2", state: .running, launchedAt: Timestamp(seconds: launched), publicIP: ip, imageID: image,
        tags: Tags(["ManagedBy": "molecule-cp", "Role": "tenant", "OrgID": "o", "OrgSlug": id].merging(tags) { $1 }))
    }
    let old = machine("old", "ami-1", launched: 1, ip: "203.0.113.9", tags: ["TunnelID": "t"])
    let new = machine("new", "ami-2", launched: 2, ip: "203.0.113.10", tags: ["OrgID": ""])
    func targets(_ checks: [Check]) -> [String] { checks.filter { $0.result == .fail }.map(\.target) }
    #expect(targets(PostureRules.images([old, new])) == ["old"])
    #expect(targets(PostureRules.publicAddresses([old, new])) == ["old"])
    #expect(targets(PostureRules.tags([old, new])) == ["new"])
    var sixth = machine("sixth", "ami-2", launched: 1, tags: ["TunnelID": "t"])
    sixth.ipv6Addresses = ["2600:1f16:abc::7"]
    #expect(PostureRules.publicAddresses([sixth]).first?.summary.contains("the public address 2600:1f16:abc::7 although") == true)
    sixth.publicIP = "203.0.113.9"
    #expect(PostureRules.publicAddresses([sixth]).first?.summary.contains("addresses 203.0.113.9, 2600:1f16:abc::7 although") == true)
    sixth.publicIP = nil
    sixth.ipv6Addresses = []
    #expect(PostureRules.publicAddresses([sixth]).map(\.result) == [.pass])
    let origins = [
      ("a", "http://203.0.113.9:8080"), ("b", "https://b.example.com"), ("c", "http://127.0.0.1:1/x"), ("d", "http://10.1.2.3"),
      ("e", "HTTP://user@e.example.com/p"),
    ]
    #expect(targets(PostureRules.origins(origins.map { (owner: $0.0, url: $0.1) })) == ["a", "e"])
    #expect(
      targets(PostureRules.plaintextTokens(columns: ["org_instances": ["id", "admin_token"], "organizations": ["id"]])) == [
        "org_instances.admin_token"
      ])
    #expect(PostureRules.plaintextTokens(columns: [:]).map(\.result) == [.unknown])
  }
}
