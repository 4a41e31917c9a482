import FleetModel
import FlyingFox
import Foundation
import Testing

@testable import Feeds

@Suite struct QuotaTests {
  let http = HTTPClient(userAgent: "fleettui/test")

  private func quotas(_ base: String) throws -> ServiceQuotas {
    ServiceQuotas(http: http, region: "us-east-2", endpoint: base, credentials: CredentialsProvider(fixed: try FakeEC2.keys("token")))
  }

  @Test func theQuotaOfStandardMachinesIsAskedFor() async throws {
    let bodies = Recorder<String>()
    let targets = Recorder<String?>()
    try await withServer({ request in
      bodies.add(String(decoding: try await request.bodyData, as: UTF8.self))
      targets.add(request.headers[HTTPHeader("X-Amz-Target")])
      return FakeEC2.answer(
        200, #"{"Quota":{"QuotaCode":"L-1216C47A","Value":64.0,"Unit":"None"}}"#, [.contentType: "application/x-amz-json-1.1"])
    }) { base in
      let limit = try await quotas(base).standardVCPUs()
      #expect(limit == 64)
      #expect(bodies.values == [#"{"ServiceCode":"ec2","QuotaCode":"L-1216C47A"}"#])
      #expect(targets.values == ["ServiceQuotasV20190624.GetServiceQuota"])
    }
  }

  @Test(arguments: [
    (200, "{}"), (200, #"{"Quota":{"Value":-1}}"#), (200, #"{"Quota":{"Value":1e300}}"#), (200, #"{"Quota":{"Value":"64"}}"#), (200, ""),
    (400, #"{"__type":"NoSuchResourceException"}"#), (500, "boom"), (400, #"{"__type":"AccessDeniedException"}"#),
  ])
  func anythingElseIsNoLimit(status: Int, body: String) async throws {
    try await withServer({ _ in FakeEC2.answer(status, body) }) { base in
      let quotas = try quotas(base)
      await #expect(throws: AWSError.self) { try await quotas.standardVCPUs(within: 5) }
    }
  }

  @Test func aQuotaThatIsRefusedLeavesTheRegionComplete() async throws {
    let settings = { (base: String, quota: Int?) in
      var settings = AWSSettings()
      settings.regions = ["us-east-2"]
      settings.endpoint = base
      settings.vcpuQuota = quota
      return settings
    }
    let asked = Counter()
    let handler: @Sendable (FlyingFox.HTTPRequest) async throws -> FlyingFox.HTTPResponse = { request in
      guard request.headers[HTTPHeader("X-Amz-Target")] == nil else {
        _ = asked.next()
        return FakeEC2.answer(400, #"{"__type":"AccessDeniedException","Message":"no"}"#)
      }
      return FakeEC2.answer(200, FakeEC2.page(0..<1))
    }
    let variables = ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "topsecret"]
    try await withServer(handler) { base in
      for configured in [64, nil] {
        let queue = EventQueue()
        let watches = RegionWatch.all(
          of: AWSAccess(settings: settings(base, configured), http: http, variables: variables), queue: queue, asksQuota: true)
        for watch in watches {
          await watch.read(within: 5)
          await watch.readQuota(within: 5)
        }
        var fleet = Fleet()
        for event in queue.drain() { fleet.apply(event) }
        #expect(fleet.isComplete(.ec2("us-east-2"), at: wallClock()))
        #expect(fleet.vcpuLimits.isEmpty)
        #expect((fleet.vcpuProblems["us-east-2"]?.contains("servicequotas:GetServiceQuota") == true) == (configured == nil))
      }
      #expect(asked.value == 1, "the configuration's figure needs no question")
    }
  }
}
