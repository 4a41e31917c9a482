import TestSupport
import Testing

@testable import FleetModel

/// The canonical block of contract §6.2 once more, as it is written there: regular expressions, in order.
private struct CanonicalBlock {
  let slugs: Set<String>
  let machineNames: [String]

  func decide(_ name: String) -> (String, String) {
    if name == "moleculesai.app" { return ("keep", "apex") }
    if name.hasPrefix("_") || name.hasSuffix("._domainkey.moleculesai.app") { return ("keep", "verification/key") }
    if ["api", "app", "doc", "send", "status", "www", "staging-api"].map({ $0 + ".moleculesai.app" }).contains(name) {
      return ("keep", "platform-core")
    }
    if let match = name.wholeMatch(of: /(ws-[a-f0-9]{8}-[a-f0-9]+)(?:\.staging)?\.moleculesai\.app/) {
      for machine in machineNames where machine.hasPrefix(match.1) { return ("keep", "live-ec2") }
      return ("orphan", "orphan-ws")
    }
    if let match = name.wholeMatch(of: /(e2e-[^.]+)(?:\.staging)?\.moleculesai\.app/) {
      return slugs.contains(String(match.1)) ? ("keep", "live-e2e-tenant") : ("orphan", "orphan-e2e-tenant")
    }
    if let match = name.wholeMatch(of: /([a-z0-9][a-z0-9-]*)(?:\.staging)?\.moleculesai\.app/) {
      return slugs.contains(String(match.1)) ? ("keep", "live-tenant") : ("keep", "unknown-subdomain-kept-for-safety")
    }
    return ("keep", "not-a-pattern-we-sweep")
  }
}

@Suite struct DNSRulesTests {
  private let now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!

  private func rules(_ zone: String = "moleculesai.app", suffixes: [String] = ["staging"]) -> DNSRules {
    DNSRules(zone: zone, coreNames: ["api", "app", "doc", "send", "status", "www", "staging-api"], environmentSuffixes: suffixes)
  }

  private func fleet(
    slugs: [Slug] = [], machines: [(name: String, state: InstanceState, ip: String?)] = [], complete: Bool = true,
    rosterProblem: String? = nil
  ) -> DNSFleet {
    var fleet = Fleet()
    fleet.apply(
      FleetEvent(
        source: .controlPlane, at: now,
        change: .roster(slugs.map { OrgRow(id: OrgID("o-\($0)"), slug: $0, status: .running) }, limit: 500, unreadable: 0)))
    let rows = machines.enumerated().map { index, machine in
      InstanceRow(id: InstanceID("i-\(index)"), region: "east", state: machine.state, publicIP: machine.ip, tags: ["Name": machine.name])
    }
    fleet.apply(FleetEvent(source: .ec2("east"), at: now, change: .instances(rows, complete: complete, problem: nil)))
    var share = ZoneShare(of: fleet, environment: "prod", at: now)
    if let rosterProblem { share.rosterProblem = rosterProblem }
    return DNSFleet(of: [share])
  }

  private func report(_ names: [String], _ fleet: DNSFleet, quota: Int = 200) -> DNSReport {
    let rows = names.enumerated().map {
      DNSRecordRow(id: "\($0)", name: $1, type: "CNAME", content: "x.cfargotunnel.com", createdAt: now + -90_000)
    }
    return DNSReport(records: rows, zoneProblem: nil, rules: rules(), fleet: fleet, quota: quota, at: now)
  }

  /// Names glued from the pieces that the rules look at, and random ones.
  @Test func tenThousandNamesAreDecidedAsTheCanonicalBlockDecidesThem() {
    var random = SeededGenerator(seed: 6)
    let pieces = [
      "ws-", "e2e-", "d3605ef2", "-f7d", "f7d", "-", ".", "staging", ".staging", ".moleculesai.app", "moleculesai.app", "_", "_domainkey",
      "api", "www", "acme", "ACME",
      "ws-d3605ef2-f7d", "e2e-20261124-ab12", "*", "é", "staging-api", "0", "g", "prod", "ws", "", " ", "x_y",
    ]
    let machines = ["ws-d3605ef2-f7d", "tenant-acme", "ws-00000000-1234"]
    let block = CanonicalBlock(slugs: ["acme", "e2e-20261124-ab12", "staging"], machineNames: machines)
    let fleet = fleet(slugs: ["acme", "e2e-20261124-ab12", "staging"], machines: machines.map { ($0, .running, nil) })
    var seen: Set<String> = []
    for _ in 0..<10_000 {
      var name = (0..<Int.random(in: 0...4, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
      if Bool.random(using: &random) { name += [".moleculesai.app", ".staging.moleculesai.app"].randomElement(using: &random)! }
      let decision = rules().decision(on: name, in: fleet)
      let expected = block.decide(name)
      seen.insert(expected.1)
      #expect(decision.outcome.rawValue == expected.0 && decision.reason == expected.1, "\(name)")
    }
    #expect(seen.count == 10, "\(seen.sorted())")
  }

  @Test func zoneSuffixesAndCoreNamesAreTheConfigurations() {
    let rules = DNSRules(zone: "example.org", coreNames: ["e2e-board"], environmentSuffixes: ["eu.prod", "dev"])
    let fleet = fleet(slugs: ["acme"])
    #expect(rules.decision(on: "e2e-board.example.org", in: fleet) == DNSDecision(.keep, "platform-core"))
    #expect(rules.decision(on: "acme.eu.prod.example.org", in: fleet) == DNSDecision(.keep, "live-tenant"))
    #expect(rules.decision(on: "e2e-x.dev.example.org", in: fleet) == DNSDecision(.orphan, "orphan-e2e-tenant"))
    #expect(rules.decision(on: "e2e-x.staging.example.org", in: fleet) == DNSDecision(.keep, "not-a-pattern-we-sweep"))
    // A dot in the zone is a dot.
    #expect(rules.decision(on: "e2e-x.exampleXorg", in: fleet) == DNSDecision(.keep, "not-a-pattern-we-sweep"))
  }

  @Test func stoppedMachinesKeepNoName() {
    let fleet = fleet(machines: [("ws-d3605ef2-f7d", .stopped, nil), ("ws-aaaaaaaa-bbb", .pending, nil)])
    #expect(rules().decision(on: "ws-d3605ef2-f7d.moleculesai.app", in: fleet).reason == "orphan-ws")
    #expect(rules().decision(on: "ws-aaaaaaaa-bbb.moleculesai.app", in: fleet).reason == "live-ec2")
  }

  @Test func aMissingRosterMakesNothingAnOrphan() {
    let fleet = fleet(slugs: ["e2e-live"], rosterProblem: "the roster of prod is failed: 503")
    let report = report(
      ["e2e-live.moleculesai.app", "e2e-dead.moleculesai.app", "ws-d3605ef2-f7d.moleculesai.app", "foo.moleculesai.app"], fleet)
    #expect(
      report.records.map { "\($0.decision.outcome.rawValue) \($0.decision.reason)" } == [
        "cannot-tell roster", "keep live-e2e-tenant", "keep unknown-subdomain-kept-for-safety", "cannot-tell roster",
      ])
    #expect(report.refused == "the roster of prod is failed: 503")
    #expect(report.orphans == 0)
  }

  @Test func aMissingRegionLeavesWorkspaceNamesOpenAlone() {
    let fleet = fleet(machines: [("ws-aaaaaaaa-bbb", .running, nil)], complete: false)
    let report = report(
      ["ws-aaaaaaaa-bbb.moleculesai.app", "ws-d3605ef2-f7d.moleculesai.app", "e2e-x.moleculesai.app", "a.moleculesai.app"], fleet)
    #expect(report.records.map(\.decision.reason) == ["unknown-subdomain-kept-for-safety", "orphan-e2e-tenant", "live-ec2", "region:east"])
    #expect(report.refused == nil && report.orphans == 1 && report.cannotTell == 1)
  }

  /// §6.3: `PCT = DELETE*100/TOTAL`, integers; refused when greater than 50. 101 of 200 are 50.
  @Test(arguments: [(100, 200, true), (101, 200, true), (102, 200, false), (1, 2, true), (2, 3, false), (1, 1, false)])
  func theGateCountsInWholePercent(orphans: Int, total: Int, passes: Bool) {
    let names = (0..<total).map { $0 < orphans ? "e2e-\($0).moleculesai.app" : "t\($0).moleculesai.app" }
    let report = report(names, fleet())
    #expect((report.refused == nil) == passes)
    #expect(report.orphans == (passes ? orphans : 0))
    #expect(report.cannotTell == (passes ? 0 : orphans))
  }

  @Test(arguments: [(159, nil), (160, "warning"), (189, "warning"), (190, "critical"), (200, "critical")])
  func theQuotaWarnsAtEightyAndNinetyFivePercent(used: Int, severity: String?) {
    let report = report((0..<used).map { "t\($0).moleculesai.app" }, fleet())
    #expect(report.findings.map(\.severity.rawValue) == (severity.map { [$0] } ?? []))
    #expect(report.used == used)
  }

  @Test func theZoneIsFullWhenItsGrowthFillsIt() {
    // 48 records in the last day are 2 an hour; 100 are left.
    let rows = (0..<100).map {
      DNSRecordRow(id: "\($0)", name: "t\($0).moleculesai.app", type: "CNAME", content: "x", createdAt: now + ($0 < 48 ? -3600 : -200_000))
    }
    let report = DNSReport(records: rows, zoneProblem: nil, rules: rules(), fleet: fleet(), quota: 200, at: now)
    #expect(report.perHour == 2)
    #expect(report.fullAt == now + 50 * 3600)
    let undated = DNSReport(
      records: [DNSRecordRow(id: "1", name: "a", type: "A", content: "x")], zoneProblem: nil, rules: rules(), fleet: fleet(), quota: 200,
      at: now)
    #expect(undated.perHour == nil && undated.fullAt == nil)
  }

  @Test func namesThatPointAtNothingAliveAreFindings() {
    let fleet = fleet(
      slugs: ["acme"],
      machines: [("tenant-acme", .running, "198.51.100.7"), ("tenant-old", .terminated, "3.3.3.3"), ("tenant-b", .running, "4.4.4.4")])
    func codes(_ name: String, _ type: String, _ content: String) -> [String] {
      let row = DNSRecordRow(id: "1", name: name, type: type, content: content)
      return DNSReport(records: [row], zoneProblem: nil, rules: rules(), fleet: fleet, quota: 200, at: now).findings.map {
        "\($0.severity.rawValue) \($0.code)"
      }
    }
    #expect(codes("*.moleculesai.app", "A", "198.51.100.1") == ["critical dns-target-dead"])
    #expect(codes("*.moleculesai.app", "A", "3.3.3.3") == ["critical dns-target-dead"])
    #expect(codes("*.moleculesai.app", "A", "5.5.5.5") == ["warning dns-target-unknown"])
    #expect(codes("*.moleculesai.app", "A", "4.4.4.4") == [])
    #expect(codes("acme.moleculesai.app", "A", "198.51.100.7") == [])
    #expect(codes("acme.moleculesai.app", "AAAA", "2001:db8::1") == ["warning dns-target-dead"])
    #expect(codes("acme.moleculesai.app", "CNAME", "ec2-3-3-3-3.us-east-2.compute.amazonaws.com") == ["warning dns-target-dead"])
    #expect(codes("acme.moleculesai.app", "CNAME", "x.cfargotunnel.com") == [])
    #expect(codes("moleculesai.app", "A", "192.0.2.1") == [])
  }

  @Test func anIPv6AddressIsAMachinesHoweverItIsWritten() {
    var fleet = Fleet()
    let rows = [("i-1", InstanceState.running, "2600:1f16:abc::7"), ("i-2", .terminated, "2600:1f16:abc::8")].map { id, state, address in
      InstanceRow(id: InstanceID(id), region: "east", state: state, ipv6Addresses: [address])
    }
    fleet.apply(FleetEvent(source: .ec2("east"), at: now, change: .instances(rows, complete: true, problem: nil)))
    let known = DNSFleet(of: [ZoneShare(of: fleet, environment: "prod", at: now)])
    for (content, code) in [
      ("2600:1f16:0abc:0:0:0:0:7", nil), ("2600:1F16:ABC::7", nil), ("2600:1f16:abc:0::8", "dns-target-dead"),
      ("2600:1f16:abc::9", "dns-target-unknown"),
    ] {
      let row = DNSRecordRow(id: "1", name: "acme.moleculesai.app", type: "AAAA", content: content)
      let report = DNSReport(records: [row], zoneProblem: nil, rules: rules(), fleet: known, quota: 200, at: now)
      #expect(report.findings.map(\.code) == (code.map { [$0] } ?? []), "\(content)")
    }
  }

  @Test func anUnreadZoneHasNoRecordsAndSaysWhy() {
    let report = DNSReport(records: nil, zoneProblem: "DNS answered 500", rules: rules(), fleet: fleet(), quota: 200, at: now)
    #expect(report.used == nil && report.records.isEmpty && report.refused == "DNS answered 500")
  }
}
