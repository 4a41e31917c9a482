import FleetModel
import FlyingFox
import Foundation
import Testing

@testable import Feeds

/// An endpoint of the JSON protocol.
private func answer(_ status: Int, _ text: String) -> FlyingFox.HTTPResponse {
  FakeEC2.answer(status, text, [.contentType: "application/x-amz-json-1.1"])
}

private func offer(_ type: String, _ price: String, unit: String = "Hrs", region: String = "us-east-2", system: String = "Linux") -> String
{
  let json =
    #"{"product":{"productFamily":"Compute Instance","attributes":{"instanceType":"\#(type)","regionCode":"\#(region)","operatingSystem":"\#(system)","tenancy":"Shared"}},"#
    + #""terms":{"OnDemand":{"A.B":{"priceDimensions":{"A.B.C":{"unit":"\#(unit)","pricePerUnit":{"USD":"\#(price)"}}}}},"Reserved":{"X":{"priceDimensions":{"Y":{"unit":"Hrs","pricePerUnit":{"USD":"0.0001"}}}}}}}"#
  return FleetModel.JSONValue.string(json).serialized()
}

private func list(_ offers: String..., next: String? = nil) -> String {
  #"{"FormatVersion":"aws_v1","PriceList":["# + offers.joined(separator: ",") + "]" + (next.map { #","NextToken":"\#($0)""# } ?? "") + "}"
}

@Suite struct PriceListTests {
  let http = HTTPClient(userAgent: "fleettui/test")

  private func prices(_ base: String) throws -> PriceList {
    PriceList(http: http, endpoint: base, credentials: CredentialsProvider(fixed: try FakeEC2.keys()))
  }

  private func failure(_ handler: @escaping @Sendable (FlyingFox.HTTPRequest) async throws -> FlyingFox.HTTPResponse) async throws
    -> AWSError
  {
    let caught = Recorder<AWSError>()
    try await withServer(handler) { base in
      let prices = try prices(base)
      do throws(AWSError) { _ = try await prices.hourly(of: "t3.large", in: "us-east-2", within: 5) } catch { caught.add(error) }
    }
    return try #require(caught.values.first, "it should have failed")
  }

  @Test func aPriceIsAskedForByTypeRegionAndSystem() async throws {
    let asked = Recorder<FleetModel.JSONValue>()
    let heads = Recorder<[String: String]>()
    try await withServer({ request in
      asked.add(try FleetModel.JSONValue(parsing: Array(try await request.bodyData)))
      heads.add(Dictionary(request.headers.map { ($0.key.rawValue.lowercased(), $0.value) }) { $1 })
      return answer(200, list(offer("t3.large", "0.0832000000")))
    }) { base in
      let price = try await prices(base).hourly(of: "t3.large", in: "us-east-2")
      #expect(price == 0.0832)
    }
    let head = try #require(heads.values.first)
    #expect(head["x-amz-target"] == "AWSPriceListService.GetProducts")
    #expect(head["content-type"] == "application/x-amz-json-1.1")
    #expect(
      head["authorization"]?.contains("/us-east-1/pricing/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target") == true)
    let filters = try #require(asked.values.first?["Filters"]?.array)
    #expect(asked.values.first?["ServiceCode"] == "AmazonEC2")
    #expect(
      filters.map { "\($0["Field"]?.string ?? "")=\($0["Value"]?.string ?? "")" } == [
        "instanceType=t3.large", "regionCode=us-east-2", "operatingSystem=Linux", "tenancy=Shared", "preInstalledSw=NA",
        "capacitystatus=Used",
      ])
    #expect(filters.allSatisfy { $0["Type"] == "TERM_MATCH" })
  }

  @Test func offersOfOtherThingsAreSkippedOverAllPages() async throws {
    let tokens = Recorder<String?>()
    try await withServer({ request in
      let token = try FleetModel.JSONValue(parsing: Array(try await request.bodyData))["NextToken"]?.string
      tokens.add(token)
      if token == nil {
        return answer(
          200,
          list(offer("t3.large", "9", system: "Windows"), offer("t3.small", "9"), offer("t3.large", "9", region: "eu-west-1"), next: "b"))
      }
      return answer(
        200,
        list(offer("t3.large", "0.0000000000"), #""no json""#, "7", offer("t3.large", "9", unit: "Quantity"), offer("t3.large", "0.0832")))
    }) { base in
      let price = try await prices(base).hourly(of: "t3.large", in: "us-east-2")
      #expect(price == 0.0832)
      #expect(tokens.values == [nil, "b"])
    }
  }

  @Test func aTypeThatTheListLacksIsUnreadableNotFree() async throws {
    let error = try await failure { _ in answer(200, list()) }
    #expect(error.kind == .unreadable && error.description.contains("t3.large in us-east-2"))
  }

  @Test func aListWithoutAnEndIsGivenUp() async throws {
    let count = Counter()
    let error = try await failure { _ in
      _ = count.next()
      return answer(200, list(next: "again"))
    }
    #expect(error.kind == .unreadable)
    #expect(count.value == 2)
  }

  @Test(arguments: [
    (400, #"{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"no"}"#, AWSError.Kind.denied),
    (400, #"{"__type":"UnrecognizedClientException","message":"no"}"#, .wrongKeys),
    (500, "<html>", .endpoint), (404, "not here", .endpoint), (200, "<html>", .unreadable), (200, "[1]", .unreadable),
    (400, #"{"__type":"InvalidParameterException"}"#, .refused("InvalidParameterException")),
  ])
  func aRefusalSaysWhatAndWhy(status: Int, body: String, kind: AWSError.Kind) async throws {
    let error = try await failure { _ in answer(status, body) }
    #expect(error.kind == kind)
    #expect(error.description.hasPrefix("PRICING GetProducts in us-east-1"))
    #expect(!error.description.contains("topsecret"))
  }

  @Test func aThrottledQuestionIsAskedAgain() async throws {
    let count = Counter()
    try await withServer({ _ in
      count.next() == 1
        ? answer(400, #"{"__type":"ThrottlingException","message":"slow"}"#) : answer(200, list(offer("t3.large", "0.0832")))
    }) { base in
      let price = try await prices(base).hourly(of: "t3.large", in: "us-east-2")
      #expect(price == 0.0832)
    }
  }
}

@Suite struct PriceListFileTests {
  private let book = PriceBook(
    source: "AWS price list API", date: "2026-11-24", hourly: ["us-east-2": ["t3.large": 0.0832]], storage: ["us-east-2": ["gp3": 0.08]])

  private func withDirectory(_ body: (URL) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-prices-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    try body(directory)
  }

  @Test func aBookComesBackAsItWasWrittenAndIsItsOwnersAlone() throws {
    try withDirectory { directory in
      let file = try #require(PriceListFile(variables: ["XDG_CACHE_HOME": directory.path]))
      #expect(try file.read() == nil)
      try file.write(book)
      try file.write(book)
      #expect(try file.read() == book)
      let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
      #expect((attributes[.posixPermissions] as? Int) == 0o600)
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path + "/fleettui") == ["prices.json"])
    }
  }

  @Test(arguments: [
    "", "{", "[]", #"{"schema":1}"#,
    #"{"schema":2,"source":"s","date":"2026-11-24","region":{},"storage_gb_month":{},"public_ipv4_hourly":0.005}"#,
    #"{"schema":1,"source":"s","date":"soon","region":{},"storage_gb_month":{},"public_ipv4_hourly":0.005}"#,
    #"{"schema":1,"source":"s","date":"2026-11-24","region":{"us-east-2":{"t3.large":0}},"storage_gb_month":{},"public_ipv4_hourly":0.005}"#,
    #"{"schema":1,"source":"s","date":"2026-11-24","region":{"us-east-2":{"t3.large":"x"}},"storage_gb_month":{},"public_ipv4_hourly":0.005}"#,
  ])
  func aBrokenFileIsRefusedByName(text: String) throws {
    try withDirectory { directory in
      try FileManager.default.createDirectory(at: directory.appendingPathComponent("fleettui"), withIntermediateDirectories: true)
      let file = try #require(PriceListFile(variables: ["XDG_CACHE_HOME": directory.path]))
      try Data(text.utf8).write(to: URL(fileURLWithPath: file.path))
      let error = #expect(throws: PriceListFile.Failure.self) { try file.read() }
      #expect(error?.description.contains(file.path) == true)
    }
  }

  @Test func aPlaceThatCannotBeWrittenIsNamed() throws {
    let error = #expect(throws: PriceListFile.Failure.self) { try PriceListFile(path: "/proc/none/fleettui/prices.json").write(book) }
    #expect(error?.description.contains("/proc/none") == true)
    #expect(PriceListFile(variables: ["HOME": "/home/x"])?.path == "/home/x/.cache/fleettui/prices.json")
    #expect(PriceListFile(variables: [:]) == nil)
  }
}
