import FleetModel

/// The DNS provider's API under `/dns/client/v4` (contract §6.3): one zone, its records in pages.
struct NameService: Sendable {
  let hub: Hub
  let token: String

  private static let pageLimit = 5000

  func answer(_ question: Question) -> Answer {
    if hub.isStopped(.dns) { return .gateway(503) }
    guard question.bearer == token else { return failure(403, 10_000, "Authentication error") }
    if hub.has(.dnsFails) { return failure(500, 10_013, "An unknown error has occurred") }
    let path = Array(question.path.dropFirst(3))
    guard question.method == "GET", path.count == 3, path[0] == "zones", path[2] == "dns_records" else {
      return failure(404, 7000, "No route for that URI")
    }
    guard path[1] == World.zoneID else {
      return failure(404, 7003, "Could not route to /zones/\(path[1])/dns_records, perhaps your object identifier is invalid?")
    }
    let perPage = question.query["per_page"].map { Int($0) } ?? 100
    let page = question.query["page"].map { Int($0) } ?? 1
    guard let perPage, let page, (1...Self.pageLimit).contains(perPage), (1...1_000_000).contains(page) else {
      return failure(400, 9207, "Request body is invalid: page and per_page must be in range")
    }
    let all = hub.withWorld { world, _ in world.records } ?? []
    let rows = all.dropFirst((page - 1) * perPage).prefix(perPage)
    return .json([
      "result": .array(rows.map(row)), "success": true, "errors": [], "messages": [],
      "result_info": [
        "page": JSONValue(page), "per_page": JSONValue(perPage), "count": JSONValue(rows.count), "total_count": JSONValue(all.count),
        "total_pages": JSONValue((all.count + perPage - 1) / perPage),
      ],
    ])
  }

  private func row(_ record: DNSRecord) -> JSONValue {
    [
      "id": .string(record.id), "name": .string(record.name), "type": .string(record.type), "content": .string(record.content),
      "proxiable": JSONValue(record.type != "TXT"), "proxied": JSONValue(record.proxied), "ttl": 1, "settings": [:], "meta": [:],
      "comment": nil, "tags": [], "created_on": JSONValue(record.createdAt), "modified_on": JSONValue(record.createdAt),
    ]
  }

  private func failure(_ status: Int, _ code: Int, _ message: String) -> Answer {
    .json(
      status, ["result": nil, "success": false, "errors": [["code": JSONValue(code), "message": .string(message)]], "messages": []])
  }
}
