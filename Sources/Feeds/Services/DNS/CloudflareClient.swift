import FleetModel

/// Cloudflare's API, read only: one zone's records (contract §6.3). There is no other method than GET in it.
public struct CloudflareClient: Sendable {
  /// Records asked for at once, as the fleet's own sweep does; a server that gives fewer is followed page by page.
  static let pageSize = 500
  /// Records looked at of one page. One that has more says so itself, and is not believed.
  static let rowLimit = 5000
  /// Pages followed at most.
  static let pageLimit = 200

  private let service: JSONService

  public init(http: HTTPClient, api: String, token: Secret) {
    service = JSONService(
      http: http, name: "DNS", base: api.hasSuffix("/") ? String(api.dropLast()) : api, headers: [("Authorization", token.bearer)])
  }

  /// Every record of the configured zone, whose id is looked up where the configuration lacks it; `budget` in seconds for all of it.
  /// - Throws: ``FeedError``; never a short list.
  public func records(of settings: DNSSettings, within budget: Double = 20) async throws(FeedError) -> [DNSRecordRow] {
    let deadline = monotonicSeconds() + budget
    if let id = settings.zoneID { return try await records(ofZone: id, within: budget) }
    let id = try await zoneID(named: settings.zone, within: budget)
    return try await records(ofZone: id, within: deadline - monotonicSeconds())
  }

  /// The id of the zone of that name: `GET /zones?name=`.
  /// - Throws: ``FeedError`` also when there is none, or the token doesn't see it.
  public func zoneID(named zone: String, within budget: Double = 20) async throws(FeedError) -> String {
    let json = try await ask("/zones?name=\(JSONService.segment(zone))", within: budget)
    guard let list = json["result"]?.array else { throw .unreadable("DNS /zones", why: "it has no list \"result\"") }
    guard let id = list.first(where: { $0["name"]?.string == zone })?["id"]?.text else {
      throw .unanswerable("DNS /zones: the token sees no zone \(zone): configure zone_id, or give the token Zone.DNS:Read on it")
    }
    return id
  }

  /// Every record of the zone: `GET /zones/:id/dns_records`, all pages.
  ///
  /// Records may be made or removed while the pages are read. A list that doesn't add up is read once more.
  /// - Throws: ``FeedError``; never a short list.
  public func records(ofZone id: String, within budget: Double = 20) async throws(FeedError) -> [DNSRecordRow] {
    let deadline = monotonicSeconds() + budget
    let path = "/zones/\(JSONService.segment(id))/dns_records"
    let pages = try await read(path, until: deadline)
    if pages.isWhole { return pages.rows }
    let again = try await read(path, until: deadline)
    guard again.isWhole else {
      throw .unreadable("DNS \(path)", why: "\(again.rows.count) records came on \(again.count) pages, \(again.total ?? 0) were announced")
    }
    return again.rows
  }

  private func read(_ path: String, until deadline: Double) async throws(FeedError) -> RecordPages {
    var pages = RecordPages()
    while true {
      let number = pages.count + 1
      guard number <= Self.pageLimit else { throw .unreadable("DNS \(path)", why: "more than \(Self.pageLimit) pages") }
      let json = try await ask("\(path)?per_page=\(Self.pageSize)&page=\(number)", within: deadline - monotonicSeconds())
      do throws(RecordPages.Unreadable) {
        if try pages.add(json) == .last { return pages }
      } catch { throw .unreadable("DNS \(path)", why: "page \(number): \(error.why)") }
    }
  }

  /// A 200 whose `success` is true.
  private func ask(_ path: String, within budget: Double) async throws(FeedError) -> JSONValue {
    guard budget > 0 else { throw .transport("DNS \(JSONService.shown(path))", .timedOut(seconds: 0), triedFor: 0) }
    let response = try await service.response(path, timeout: 15, within: budget)
    guard response.status == 200 else {
      // A zone is configured, so that 404 is a wrong zone_id or address rather than something that isn't offered.
      throw service.refusal(path, response)
    }
    let json = try service.document(path, response, rowLimit: Self.rowLimit)
    guard json["success"]?.bool == true else {
      throw .unreadable("DNS \(JSONService.shown(path))", why: "it reports no success: \(FeedError.message(of: response))")
    }
    return json
  }
}

/// A zone's pages put together (Cloudflare API, "Pagination": `result_info`).
struct RecordPages {
  enum Step { case more, last }
  struct Unreadable: Error { let why: String }

  private(set) var rows: [DNSRecordRow] = []
  private(set) var count = 0
  /// Records that the zone has, by the answers' own word.
  private(set) var total: Int?
  private var ids: Set<String> = []

  /// Whether as many records came as were announced.
  var isWhole: Bool { total == nil || total == rows.count }

  /// - Throws: ``Unreadable`` for what is no page, isn't the page that was asked for, or brings nothing new although more is to come.
  mutating func add(_ json: JSONValue) throws(Unreadable) -> Step {
    guard let list = json["result"]?.array else { throw Unreadable(why: "it has no list \"result\"") }
    let info = json["result_info"]
    if let page = info?.count("page"), page != count + 1 { throw Unreadable(why: "it says that it is page \(page)") }
    if let said = info?.count("count"), said != list.count {
      throw Unreadable(why: "it says that it has \(said) records and has \(list.count)")
    }
    let before = rows.count
    for item in list {
      guard let row = DNSRecordRow(item) else { throw Unreadable(why: "a record has no id, name or type") }
      if ids.insert(row.id).inserted { rows.append(row) }
    }
    count += 1
    total = info?.count("total_count") ?? total
    let isLast =
      if let pages = info?.count("total_pages") {
        count >= pages
      } else if let total {
        rows.count >= total
      } else {
        list.count < (info?.count("per_page") ?? CloudflareClient.pageSize)
      }
    if isLast || list.isEmpty { return .last }
    guard rows.count > before else { throw Unreadable(why: "it repeats an earlier page") }
    return .more
  }
}

extension DNSRecordRow {
  init?(_ json: JSONValue) {
    guard let id = json.clean("id", limit: 128), let name = json.clean("name", limit: 300), let type = json.clean("type", limit: 32) else {
      return nil
    }
    self.init(id: id, name: name, type: type, content: json.clean("content", limit: 1000) ?? "", createdAt: json.time("created_on"))
  }
}
