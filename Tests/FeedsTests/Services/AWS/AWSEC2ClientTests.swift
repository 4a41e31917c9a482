import FleetModel
import FlyingFox
import Foundation
import Synchronization
import Testing

@testable import Feeds

/// Answers of an EC2 that is made up: what a real one does on a bad day.
enum FakeEC2 {
  static func machine(_ number: Int) -> String {
    "<item><instanceId>i-\(String(format: "%017x", number))</instanceId><instanceState><name>running</name></instanceState><tagSet><item><key>Name</key><value>ws-\(number)</value></item></tagSet></item>"
  }

  static func page(_ numbers: Range<Int>, next: String? = nil) -> String {
    "<DescribeInstancesResponse><reservationSet><item><instancesSet>" + numbers.map(machine).joined()
      + "</instancesSet></item></reservationSet>"
      + (next.map { "<nextToken>\($0)</nextToken>" } ?? "") + "</DescribeInstancesResponse>"
  }

  static func error(_ code: String, _ message: String = "No.") -> String {
    "<Response><Errors><Error><Code>\(code)</Code><Message>\(message)</Message></Error></Errors><RequestID>1</RequestID></Response>"
  }

  static func answer(_ status: Int, _ text: String, _ headers: [HTTPHeader: String] = [.contentType: "text/xml"]) -> FlyingFox.HTTPResponse
  {
    FlyingFox.HTTPResponse(statusCode: HTTPStatusCode(status, phrase: "X"), headers: HTTPHeaders(headers), body: Data(text.utf8))
  }

  /// The form's fields of a request.
  static func fields(_ request: FlyingFox.HTTPRequest) async throws -> [String: String] {
    var components = URLComponents()
    components.percentEncodedQuery = String(decoding: try await request.bodyData, as: UTF8.self)
    return Dictionary((components.queryItems ?? []).map { ($0.name, $0.value ?? "") }) { $1 }
  }

  static func keys(_ token: String? = nil) throws -> AWSCredentials {
    try AWSCredentials(
      accessKeyID: "AKIDEXAMPLE", secretAccessKey: "topsecret", sessionToken: token, source: "profile staging in ~/.aws/credentials")
  }
}

/// Counts up, from 1.
final class Counter: Sendable {
  private let count = Atomic(0)
  func next() -> Int { count.add(1, ordering: .relaxed).newValue }
  var value: Int { count.load(ordering: .relaxed) }
}

@Suite struct AWSEC2ClientTests {
  let http = HTTPClient(userAgent: "fleettui/test")

  private func client(_ endpoint: String, _ credentials: CredentialsProvider? = nil, region: Region = "us-east-2") throws -> EC2Client {
    EC2Client(http: http, region: region, endpoint: endpoint, credentials: try credentials ?? CredentialsProvider(fixed: FakeEC2.keys()))
  }

  private func instances(_ base: String, _ credentials: CredentialsProvider? = nil) async throws -> [InstanceRow] {
    try await client(base, credentials).instances()
  }

  private func failure(
    _ budget: Double = 30, _ handler: @escaping @Sendable (FlyingFox.HTTPRequest) async throws -> FlyingFox.HTTPResponse
  ) async throws -> ListFailure<InstanceRow> {
    let caught = Recorder<ListFailure<InstanceRow>>()
    try await withServer(handler) { base in
      let client = try client(base)
      do throws(ListFailure<InstanceRow>) { _ = try await client.instances(within: budget) } catch { caught.add(error) }
    }
    return try #require(caught.values.first, "it should have failed")
  }

  @Test func tenThousandMachinesComeOverTenPagesEachAskedForByAThousand() async throws {
    let asked = Recorder<[String: String]>()
    try await withServer({ request in
      let fields = try await FakeEC2.fields(request)
      asked.add(fields)
      let page = Int(fields["NextToken"]?.dropFirst("page ".count) ?? "0") ?? -1
      return FakeEC2.answer(200, FakeEC2.page(page * 1000..<(page + 1) * 1000, next: page < 9 ? "page \(page + 1)" : nil))
    }) { base in
      let rows = try await client(base).instances()
      #expect(rows.map(\.id.rawValue) == (0..<10_000).map { "i-" + String(format: "%017x", $0) })
      #expect(rows.last?.name == "ws-9999")
      #expect(asked.values.count == 10)
      #expect(
        asked.values.allSatisfy { $0["Action"] == "DescribeInstances" && $0["Version"] == "2016-11-15" && $0["MaxResults"] == "1000" })
    }
  }

  @Test func anEmptyRegionIsAnEmptyList() async throws {
    try await withServer({ _ in FakeEC2.answer(200, "<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>") }) { base in
      let rows = try await instances(base)
      #expect(rows.isEmpty)
    }
  }

  @Test func machinesWhoseTagsHaveTheSameKeysShareOneListOfThemFromPageToPage() throws {
    let question = AWSQuestion(
      service: "ec2", action: "DescribeInstances", region: "a", endpoint: "", path: InstanceRow.path, wanted: InstanceRow.wanted)
    var list = PagedList<InstanceRow>()
    for page in 0..<2 {
      let items = (0..<3).map { number in
        InstanceRow(
          id: InstanceID("i-\(page)\(number)"), region: "a", state: .running,
          tags: number == 2 ? ["Name": "other"] : ["Name": "a\(number)", "OrgID": "o\(page)", "Role": "tenant"])
      }
      _ = try list.add(AWSAnswer(items: items, unreadable: 0, nextToken: page == 0 ? "next" : nil), question)
    }
    let places = list.rows.map { $0.tags.keys.withUnsafeBufferPointer { $0.baseAddress } }
    #expect(Set(places).count == 2 && places[0] == places[4] && places[2] == places[5])
    #expect(list.rows[4].tags == ["Name": "a1", "OrgID": "o1", "Role": "tenant"])
  }

  @Test func aMachineThatIsOnTwoPagesCountsOnceAsItWasLast() async throws {
    let count = Counter()
    try await withServer({ _ in
      count.next() == 1
        ? FakeEC2.answer(200, FakeEC2.page(0..<3, next: "b"))
        : FakeEC2.answer(200, FakeEC2.page(2..<4).replacing("running", with: "stopped"))
    }) { base in
      let rows = try await client(base).instances()
      #expect(rows.map(\.state) == [.running, .running, .stopped, .stopped])
    }
  }

  @Test(arguments: [
    (503, "RequestLimitExceeded"), (503, "EC2ThrottledException"), (400, "Throttling"), (500, "InternalError"), (503, "Unavailable"),
  ])
  func aThrottledOrFailingPageIsAskedAgain(_ status: Int, _ code: String) async throws {
    let count = Counter()
    try await withServer({ _ in
      count.next() == 1 ? FakeEC2.answer(status, FakeEC2.error(code)) : FakeEC2.answer(200, FakeEC2.page(0..<2))
    }) { base in
      let rows = try await instances(base)
      #expect(rows.count == 2)
      #expect(count.value == 2)
    }
  }

  @Test func retryAfterIsObeyed() async throws {
    let times = Recorder<Double>()
    try await withServer({ _ in
      times.add(monotonicSeconds())
      return times.values.count == 1
        ? FakeEC2.answer(503, FakeEC2.error("RequestLimitExceeded"), [.contentType: "text/xml", HTTPHeader("Retry-After"): "2"])
        : FakeEC2.answer(200, FakeEC2.page(0..<1))
    }) { base in
      let rows = try await instances(base)
      #expect(rows.count == 1)
      #expect(times.values[1] - times.values[0] >= 1.9)
    }
  }

  @Test func aThrottleThatOutlastsTheBudgetFailsAsOneAndSaysSo() async throws {
    let caught = try await failure(1.2) { _ in FakeEC2.answer(503, FakeEC2.error("RequestLimitExceeded", "Request limit exceeded.")) }
    #expect(caught.error.kind == .throttled && caught.rows.isEmpty)
    #expect("\(caught)".contains("EC2 DescribeInstances in us-east-2") && "\(caught)".contains("RequestLimitExceeded"))
  }

  @Test func aPageThatFailsAfterOthersCarriesTheirRows() async throws {
    let count = Counter()
    let caught = try await failure { _ in
      count.next() == 1 ? FakeEC2.answer(200, FakeEC2.page(0..<5, next: "b")) : FakeEC2.answer(403, FakeEC2.error("UnauthorizedOperation"))
    }
    #expect(caught.rows.count == 5 && caught.pages == 1)
    #expect("\(caught)".hasSuffix("(after 5 rows on 1 page)"))
  }

  @Test func aCutDocumentIsAnErrorAndNeverAShortList() async throws {
    let caught = try await failure { _ in FakeEC2.answer(200, String(FakeEC2.page(0..<5).dropLast(30))) }
    #expect(caught.error.kind == .unreadable && caught.rows.isEmpty)
    #expect("\(caught)".contains("cut or broken"))
  }

  @Test func aCircleOfPagesEnds() async throws {
    let count = Counter()
    let caught = try await failure { _ in FakeEC2.answer(200, FakeEC2.page(0..<1, next: count.next() % 2 == 0 ? "even" : "odd")) }
    #expect(caught.error.kind == .unreadable && "\(caught)".contains("the list has no end"))
    #expect(count.value == 3)
  }

  @Test(arguments: [
    (200, "<!DOCTYPE html><html><head><title>Sign in</title></head></html>"), (404, "<html><body>Not found</body></html>"),
    (200, "{\"ok\":true}"), (200, ""), (200, "<ListBucketResult/>"), (200, "<DescribeInstancesResponse/>"), (500, "<html>broken</html>"),
  ]) func anAnswerThatIsNoneOfEC2sPointsAtTheEndpoint(_ status: Int, _ text: String) async throws {
    let caught = try await failure(4) { _ in FakeEC2.answer(status, text, [:]) }
    #expect(caught.error.kind == .endpoint)
    #expect("\(caught)".contains("http://127.0.0.1:") && "\(caught)".contains("check the endpoint"))
  }

  @Test func nobodyAtTheEndpointIsSaidInSeconds() async throws {
    let start = monotonicSeconds()
    let client = try client("http://127.0.0.1:1/")
    do throws(ListFailure<InstanceRow>) {
      _ = try await client.instances()
      Issue.record("it should have failed")
    } catch {
      #expect(error.error.kind == .endpoint && "\(error)".contains("refuses connections"))
    }
    #expect(monotonicSeconds() - start < 15)
  }

  @Test func wrongKeysNameTheirSourceAndNeverTheSecret() async throws {
    for code in ["AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch"] {
      let caught = try await failure { _ in
        FakeEC2.answer(401, FakeEC2.error(code, "AWS was not able to validate the provided access credentials"))
      }
      #expect(caught.error.kind == .wrongKeys)
      #expect(
        "\(caught)".contains("profile staging in ~/.aws/credentials") && "\(caught)".contains(code) && !"\(caught)".contains("topsecret"))
    }
  }

  @Test func aWrongClockIsNamedWithAWrongSignature() async throws {
    let caught = try await failure { _ in
      FakeEC2.answer(401, FakeEC2.error("AuthFailure"), [HTTPHeader("Date"): "Sun, 06 Nov 1994 08:49:37 GMT"])
    }
    #expect("\(caught)".contains("this machine's clock is"))
  }

  @Test func aMissingPermissionIsNamedAndTheEncodedBlobIsDropped() async throws {
    let message =
      "You are not authorized to perform this operation. Encoded authorization failure message: " + String(repeating: "Ab3_", count: 300)
    let caught = try await failure { _ in FakeEC2.answer(403, FakeEC2.error("UnauthorizedOperation", message)) }
    #expect(caught.error.kind == .denied)
    #expect("\(caught)".contains("lack the permission ec2:DescribeInstances") && !"\(caught)".contains("Ab3_"))
    #expect("\(caught)".count < 400)
  }

  @Test func anExpiredSessionIsRenewedOnceAndAskedAgainWithTheNewToken() async throws {
    let tokens = Recorder<String>()
    let searches = Counter()
    let provider = CredentialsProvider { _ in
      do throws(AWSError) {
        return .success(
          try AWSCredentials(accessKeyID: "ASIAEXAMPLE", secretAccessKey: "s", sessionToken: "token\(searches.next())", source: "a test"))
      } catch {
        return .failure(error)
      }
    }
    try await withServer({ request in
      let token = request.headers[HTTPHeader("X-Amz-Security-Token")] ?? "-"
      tokens.add(
        "\(token) \(request.headers[.authorization]?.contains("SignedHeaders=content-type;host;x-amz-date;x-amz-security-token") == true)")
      return token == "token1" ? FakeEC2.answer(400, FakeEC2.error("RequestExpired")) : FakeEC2.answer(200, FakeEC2.page(0..<1))
    }) { base in
      let rows = try await instances(base, provider)
      #expect(rows.count == 1)
      #expect(tokens.values == ["token1 true", "token2 true"])
    }
  }

  @Test func aSessionThatStaysExpiredIsSaidAfterOneRenewal() async throws {
    let count = Counter()
    let caught = try await failure { _ in
      _ = count.next()
      return FakeEC2.answer(400, FakeEC2.error("ExpiredToken", "The security token included in the request is expired"))
    }
    #expect(caught.error.kind == .expired && "\(caught)".contains("has expired"))
    #expect(count.value == 2)
  }

  @Test func theEndpointOfARegionIsAWSsOwn() {
    #expect(EC2Client.endpoint(of: "us-east-2") == "https://ec2.us-east-2.amazonaws.com/")
    #expect(EC2Client.endpoint(of: "cn-north-1") == "https://ec2.cn-north-1.amazonaws.com.cn/")
  }

  @Test func aCancelledQuestionEnds() async throws {
    let came = AsyncStream<Void>.makeStream()
    try await withServer({ _ in
      came.continuation.yield()
      return FakeEC2.answer(503, FakeEC2.error("RequestLimitExceeded"), [HTTPHeader("Retry-After"): "15"])
    }) { base in
      let client = try client(base)
      let start = monotonicSeconds()
      let task = Task { () -> Bool in
        do {
          _ = try await client.instances()
          return false
        } catch { return true }
      }
      for await _ in came.stream { break }
      task.cancel()
      #expect(await task.value)
      #expect(monotonicSeconds() - start < 14)
    }
  }
}
