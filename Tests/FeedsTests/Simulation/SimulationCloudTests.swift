import FleetModel
import FleetSim
import Foundation
import Testing

import enum FleetModel.JSONValue

@Suite("Simulated EC2 and DNS", .timeLimit(.minutes(5)))
struct SimulationCloudTests {
  private static func values(_ name: String, in text: String) -> [String] {
    text.components(separatedBy: "<\(name)>").dropFirst().compactMap { $0.components(separatedBy: "</\(name)>").first }
  }

  /// All pages of a Describe call.
  private func pages(_ wire: SimulationWire, _ action: String, size: Int, region: String = "us-east-2") async throws -> [String] {
    var pages: [String] = []
    var token = ""
    repeat {
      let next = token.isEmpty ? "" : "&NextToken=\(token)"
      let reply = try await wire.ec2("Action=\(action)&MaxResults=\(size)\(next)", region: region)
      #expect(reply.status == 200)
      pages.append(reply.text)
      token = Self.values("nextToken", in: reply.text).first ?? ""
    } while !token.isEmpty && pages.count < 100
    return pages
  }

  @Test("Instances come in pages that together hold each one once, with tags and parts")
  func instances() async throws {
    try await withSimulation("idle") { _, wire in
      let whole = try await wire.ec2("Action=DescribeInstances")
      #expect(whole.header("Content-Type") == "text/xml;charset=UTF-8")
      #expect(
        whole.text.hasPrefix(
          "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"))
      let ids = Self.values("instanceId", in: whole.text)
      #expect(ids.count >= 20)
      #expect(Set(ids).count == ids.count)
      let paged = try await pages(wire, "DescribeInstances", size: 7)
      #expect(paged.count == (ids.count + 6) / 7)
      #expect(paged.flatMap { Self.values("instanceId", in: $0) } == ids)
      #expect(Self.values("key", in: whole.text).filter { $0 == "Environment" }.count == ids.count - 1, "one machine is not ours")
      let volumes = try await pages(wire, "DescribeVolumes", size: 500)
      let attached = Self.values("volumeId", in: whole.text)
      let inUse = Set(Self.values("volumeId", in: volumes.joined()))
      #expect(inUse.isSuperset(of: attached))
      #expect(inUse.count == attached.count + 2, "two volumes hang on nothing")
      let west = try await wire.ec2("Action=DescribeInstances&MaxResults=1000", region: "us-west-2")
      #expect(Self.values("instanceId", in: west.text).count == 2)
      #expect(Set(Self.values("instanceId", in: west.text)).isDisjoint(with: ids))
    }
  }

  @Test("Every orphan of the contract has its machine, and the cases that only look like one are there")
  func orphans() async throws {
    try await withSimulation("idle") { _, wire in
      let roster = try await wire.admin("/cp/admin/orgs?limit=500").json["orgs"]?.array ?? []
      let known = Set(roster.compactMap { $0["id"]?.string })
      let items = try await wire.ec2("Action=DescribeInstances").text.components(separatedBy: "<reservationId>").dropFirst()
      func tag(_ key: String, _ item: String) -> String? {
        item.components(separatedBy: "<key>\(key)</key><value>").dropFirst().first?.components(separatedBy: "</value>").first
      }
      let ours = items.filter { tag("ManagedBy", $0) == "molecule-cp" && tag("Environment", $0) == "demo" }
      let untagged = ours.filter { item in tag("OrgID", item) == nil }
      #expect(untagged.count == 1)
      let gone = ours.filter { item in tag("OrgID", item).map { !known.contains($0) } ?? false }
      #expect(gone.count == 3)
      let young = gone.filter { item in
        guard let launched = Self.values("launchTime", in: item).first.flatMap({ Timestamp(rfc3339: $0) }) else { return false }
        return Timestamp(seconds: Date().timeIntervalSince1970) - launched < 1200
      }
      #expect(young.count == 1)
      let workspaces = ours.compactMap { tag("WorkspaceID", $0) }
      #expect(workspaces.count == Set(workspaces).count + 1, "one workspace has two machines")
      #expect(items.contains { tag("Environment", $0) == "prod" })
      #expect(items.contains { tag("ManagedBy", $0) == nil })
      let addresses = try await wire.ec2("Action=DescribeAddresses").text
      #expect(Self.values("allocationId", in: addresses).count == 1)
      #expect(!addresses.contains("<associationId>"))
      let groups = try await wire.ec2("Action=DescribeSecurityGroups&MaxResults=1000").text
      let used = Set(Self.values("groupId", in: try await wire.ec2("Action=DescribeNetworkInterfaces&MaxResults=1000").text))
      #expect(Set(Self.values("groupId", in: groups)).subtracting(used).count == 1)
      #expect(groups.contains("<fromPort>9999</fromPort>"))
      #expect(try await wire.ec2("Action=DescribeInstanceStatus&MaxResults=1000").text.contains("<instanceStatusSet><item>"))
    }
  }

  @Test("EC2's errors have EC2's shape: foreign keys, no signature, unknown action, bad token, bad page, failing and throttling regions")
  func errors() async throws {
    try await withSimulation("idle") { simulation, wire in
      simulation.set(.regionFails("eu-central-1"), on: true)
      simulation.set(.regionThrottles("eu-west-1"), on: true)
      let cases: [(SimulationWire.Reply, Int, String)] = [
        (try await wire.ec2("Action=DescribeInstances", key: "AKIASOMEONE"), 401, "AuthFailure"),
        (try await wire.send("POST", "/ec2/", body: "Action=DescribeInstances"), 403, "MissingAuthenticationToken"),
        (try await wire.ec2("Action=TerminateInstances&InstanceId.1=i-1"), 400, "InvalidAction"),
        (try await wire.ec2("Action=DescribeInstances&InstanceId.1=i-1"), 400, "InvalidInstanceID.NotFound"),
        (try await wire.ec2("Action=LaunchRockets"), 400, "InvalidAction"),
        (try await wire.ec2("Action=DescribeInstances&NextToken=zzz"), 400, "InvalidNextToken"),
        (try await wire.ec2("Action=DescribeInstances&MaxResults=4"), 400, "InvalidParameterValue"),
        (try await wire.ec2("Action=DescribeInstances", region: "eu-central-1"), 500, "InternalError"),
        (try await wire.ec2("Action=DescribeInstances", region: "eu-west-1"), 503, "RequestLimitExceeded"),
      ]
      for (reply, status, code) in cases {
        #expect(reply.status == status, "\(code)")
        #expect(Self.values("Code", in: reply.text) == [code])
        #expect(Self.values("RequestID", in: reply.text).count == 1)
      }
      #expect(try await wire.ec2("Action=DescribeInstances", region: "ap-south-1").text.contains("<reservationSet></reservationSet>"))
    }
  }

  @Test("Ten thousand instances come in pages of 1,000")
  func manyInstances() async throws {
    try await withSimulation("idle", orgs: 3700) { _, wire in
      var ids: [String] = []
      for region in wire.endpoints.regions {
        for page in try await pages(wire, "DescribeInstances", size: 1000, region: region) { ids += Self.values("instanceId", in: page) }
      }
      #expect(ids.count > 10_000)
      #expect(Set(ids).count == ids.count)
      #expect(try await wire.admin("/cp/admin/orgs?limit=5000").json["orgs"]?.array?.count == 3700)
    }
  }

  @Test("The zone comes in pages, near its quota, with a name for every rule; a wrong token or zone is refused in the provider's shape")
  func names() async throws {
    try await withSimulation("idle") { simulation, wire in
      let path = "/dns/client/v4/zones/\(wire.endpoints.dnsZoneID)/dns_records"
      func page(_ query: String) async throws -> JSONValue { try await wire.get("\(path)?\(query)", bearer: wire.endpoints.dnsToken).json }
      let whole = try await page("per_page=5000&page=1")
      let names = whole["result"]?.array?.compactMap { $0["name"]?.string } ?? []
      #expect((175...195).contains(names.count))
      #expect(whole["result_info"]?["total_count"]?.integer == Int64(names.count))
      #expect(whole["success"]?.bool == true)
      var paged: [String] = []
      for number in 1...4 {
        let part = try await page("per_page=50&page=\(number)")
        #expect(part["result_info"]?["total_pages"]?.integer == 4)
        paged += part["result"]?.array?.compactMap { $0["name"]?.string } ?? []
      }
      #expect(paged == names)
      let zone = wire.endpoints.dnsZone
      for name in [
        zone, "_dmarc.\(zone)", "mail._domainkey.\(zone)", "api.\(zone)", "acme.\(zone)", "trial-101.\(zone)", "metrics.internal.\(zone)",
      ] {
        #expect(names.contains(name), "\(name)")
      }
      #expect(names.contains { $0.hasPrefix("ws-") })
      #expect(names.contains { $0.hasPrefix("e2e-") && $0.hasSuffix(".staging.\(zone)") })

      let refused = try await wire.get(path, bearer: "wrong")
      #expect(refused.status == 403)
      #expect(refused.json["success"]?.bool == false)
      #expect(refused.json["errors"]?.array?.first?["code"]?.integer == 10_000)
      #expect(try await wire.get("/dns/client/v4/zones/else/dns_records", bearer: wire.endpoints.dnsToken).status == 404)
      simulation.set(.dnsFails, on: true)
      #expect(try await wire.get(path, bearer: wire.endpoints.dnsToken).status == 500)
    }
  }
}
