import FlyingFox
import Foundation
import Synchronization
import Testing

@testable import Feeds
@testable import FleetModel

/// A zone of numbered records behind a real socket, with a way to go wrong.
private final class FakeZone: Sendable {
  enum Fault: Sendable {
    case none, html, notSuccess, forbidden, noResult, noInfo, ignoresPage, shortPage, growing, cutJSON, announcesMore, oddRow
  }

  let count: Int
  let fault: Fault
  /// The most records that a page may have, whatever is asked for.
  let largestPage: Int
  let asked = Mutex<[String]>([])

  init(count: Int, fault: Fault = .none, largestPage: Int = 5000) {
    self.count = count
    self.fault = fault
    self.largestPage = largestPage
  }

  func handle(_ request: FlyingFox.HTTPRequest) async throws -> FlyingFox.HTTPResponse {
    func reply(_ status: Int, _ text: String, _ type: String = "application/json") -> FlyingFox.HTTPResponse {
      FlyingFox.HTTPResponse(statusCode: HTTPStatusCode(status, phrase: "X"), headers: [.contentType: type], body: Data(text.utf8))
    }
    let query = Dictionary(request.query.map { ($0.name, $0.value) }) { $1 }
    asked.withLock {
      $0.append("\(request.method.rawValue) \(request.path)?\(request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&"))")
    }
    guard request.headers[.authorization] == "Bearer dns-token" else {
      return reply(403, #"{"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"result":null}"#)
    }
    if request.path == "/client/v4/zones" {
      let zones = query["name"] == "example.org" ? #"[{"id":"z1","name":"example.org"}]"# : "[]"
      return reply(200, #"{"success":true,"errors":[],"result":\#(zones)}"#)
    }
    guard request.path == "/client/v4/zones/z1/dns_records" else {
      return reply(404, #"{"success":false,"errors":[{"code":7003,"message":"Could not route"}]}"#)
    }
    let size = min(Int(query["per_page"] ?? "100") ?? 100, largestPage)
    let page = fault == .ignoresPage ? 1 : Int(query["page"] ?? "1") ?? 1
    // A record is made at the front between two pages: one slips to the next page.
    let shift = fault == .growing && asked.withLock(\.count) > 1 ? 1 : 0
    let all = (0..<count + shift).map {
      #"{"id":"r\#($0 - shift)","name":"t\#($0).example.org","type":"CNAME","content":"x.cfargotunnel.com","created_on":"2026-11-23T00:00:00Z"}"#
    }
    var rows = Array(all.dropFirst((page - 1) * size).prefix(size))
    let info =
      #""result_info":{"page":\#(Int(query["page"] ?? "1") ?? 1),"per_page":\#(size),"count":\#(rows.count),"#
      + #""total_count":\#(all.count + (fault == .announcesMore ? 3 : 0)),"total_pages":\#((all.count + size - 1) / size)}"#
    switch fault {
    case .html: return reply(200, "<html><title>502 Bad Gateway</title></html>", "text/html")
    case .notSuccess:
      return reply(200, #"{"success":false,"errors":[{"code":9109,"message":"Invalid access token"}],"result":[],"messages":[]}"#)
    case .forbidden: return reply(403, #"{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}"#)
    case .noResult: return reply(200, #"{"success":true,"errors":[]}"#)
    case .cutJSON: return reply(200, #"{"success":true,"result":["# + rows.joined(separator: ",").dropLast(5))
    case .shortPage where page == 1: rows.removeLast()
    case .oddRow: rows.append(#"{"id":"odd"}"#)
    default: break
    }
    let tail = fault == .noInfo || fault == .ignoresPage || fault == .oddRow ? "" : "," + info
    return reply(200, #"{"success":true,"errors":[],"messages":[],"result":["# + rows.joined(separator: ",") + "]\(tail)}")
  }
}

@Suite struct DNSCloudflareTests {
  private func with<T: Sendable>(_ zone: FakeZone, _ token: String = "dns-token", _ body: (CloudflareClient) async throws -> T) async throws
    -> T
  {
    var result: T?
    let handle: @Sendable (FlyingFox.HTTPRequest) async throws -> FlyingFox.HTTPResponse = { try await zone.handle($0) }
    try await withServer(handle) { base in
      result = try await body(CloudflareClient(http: HTTPClient(), api: "\(base)/client/v4/", token: Secret(token)))
    }
    return try #require(result)
  }

  @Test(arguments: [(0, 5000), (1, 5000), (100, 5000), (500, 5000), (501, 5000), (1203, 5000), (250, 100), (200, 100), (37, 5)])
  func everyPageIsRead(count: Int, largestPage: Int) async throws {
    let zone = FakeZone(count: count, largestPage: largestPage)
    let rows = try await with(zone) { try await $0.records(ofZone: "z1") }
    #expect(rows.count == count)
    #expect(Set(rows.map(\.id)).count == count)
    #expect(zone.asked.withLock { $0.allSatisfy { $0.hasPrefix("GET ") } })
  }

  @Test(arguments: [0, 499, 500, 501, 1000]) func aListWithoutPagingWordsEndsWithAShortPage(count: Int) async throws {
    let rows = try await with(FakeZone(count: count, fault: .noInfo)) { try await $0.records(ofZone: "z1") }
    #expect(rows.count == count)
  }

  @Test(arguments: ["html", "notSuccess", "forbidden", "noResult", "ignoresPage", "shortPage", "cutJSON", "announcesMore", "oddRow"])
  func whatIsNotTheWholeListIsAnError(fault: String) async throws {
    let faults: [String: FakeZone.Fault] = [
      "html": .html, "notSuccess": .notSuccess, "forbidden": .forbidden, "noResult": .noResult, "ignoresPage": .ignoresPage,
      "shortPage": .shortPage,
      "cutJSON": .cutJSON, "announcesMore": .announcesMore, "oddRow": .oddRow,
    ]
    let zone = FakeZone(count: 600, fault: try #require(faults[fault]))
    do {
      let rows = try await with(zone) { try await $0.records(ofZone: "z1") }
      Issue.record("\(fault) gave \(rows.count) records")
    } catch let error as FeedError {
      #expect("\(error)".hasPrefix("DNS "))
      #expect(!"\(error)".contains("dns-token"))
    }
  }

  /// A record made between two pages shifts all: the sum is wrong, the second reading is right.
  @Test func aZoneThatGrowsWhileItIsReadIsReadAgain() async throws {
    let zone = FakeZone(count: 600, fault: .growing)
    let rows = try await with(zone) { try await $0.records(ofZone: "z1") }
    #expect(rows.count == 601)
    #expect(zone.asked.withLock(\.count) == 4)
  }

  @Test func theZonesIdIsLookedUpByItsName() async throws {
    var settings = DNSSettings(zone: "example.org")
    let zone = FakeZone(count: 3)
    let rows = try await with(zone) { [settings] in try await $0.records(of: settings) }
    #expect(rows.count == 3)
    #expect(zone.asked.withLock(\.first) == "GET /client/v4/zones?name=example.org")
    settings.zone = "example.com"
    do {
      _ = try await with(FakeZone(count: 3)) { [settings] in try await $0.records(of: settings) }
      Issue.record("a zone that isn't there was read")
    } catch let error as FeedError { #expect("\(error)".contains("no zone example.com")) }
  }

  @Test func aWrongTokenIsNamedWithoutItself() async throws {
    do {
      _ = try await with(FakeZone(count: 3), "wrong-token") { try await $0.records(ofZone: "z1") }
      Issue.record("it was accepted")
    } catch let error as FeedError {
      #expect("\(error)".contains("403: Authentication error"))
      #expect(!"\(error)".contains("wrong-token"))
    }
  }
}
