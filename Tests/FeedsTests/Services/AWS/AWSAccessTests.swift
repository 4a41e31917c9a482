import FleetModel
import FlyingFox
import Synchronization
import Testing

@testable import Feeds

@Suite struct AWSAccessTests {
  @Test func aRegionsOneClientTellsItsClockToWhoeverListensNow() async throws {
    try await withServer({ _ in
      var answer = FakeEC2.answer(200, FakeEC2.page(0..<1))
      answer.headers[HTTPHeader("Date")] = "Sun, 06 Nov 1994 08:49:37 GMT"
      return answer
    }) { base in
      let variables = ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "topsecret"]
      var settings = AWSSettings()
      settings.regions = ["us-east-2"]
      settings.endpoint = base
      let aws = AWSAccess(settings: settings, http: HTTPClient(), variables: variables)
      let region = try #require(aws.regions.first)
      #expect(region.region == "us-east-2" && aws.regions.count == 1)
      // Nobody listens yet.
      _ = try await region.ec2.instances(within: 5)
      let offsets = Recorder<ClockOffset>()
      region.noteClock { offsets.add($0) }
      _ = try await region.ec2.instances(within: 5)
      _ = try await aws.regions[0].ec2.instances(within: 5)
      #expect(offsets.values.count == 2)
    }
  }
}
