import Feeds
import FleetModel

/// `fleettui prices`: the price book in use.
struct PricesDocument: Document {
  let frame: DocumentFrame
  let prices: PriceBook
  /// Those whose storage prices are told first.
  let regions: [Region]
  /// Of a refresh before it: 1 when the old prices stay.
  let exitCode: Int32

  init(_ prices: PriceBook, of environment: FleetEnvironment?, exitCode: Int32 = 0) {
    frame = DocumentFrame(ofFilesFor: environment?.name)
    self.prices = prices
    regions = environment?.aws?.regions ?? []
    self.exitCode = exitCode
  }

  var body: [JSONValue.Member] {
    [
      .init("source", .string(prices.source)), .init("date", .string(prices.date(in: regions))),
      .init("dates", .object(prices.hourly.keys.sorted().map { .init($0.rawValue, .string(prices.date(in: [$0]))) })),
      .init("region", .object(prices.hourly.sorted { $0.key < $1.key }.map { .init($0.key.rawValue, Self.table($0.value)) })),
      .init("storage_gb_month", Self.table(storage)), .init("public_ipv4_hourly", JSONValue(prices.publicIPv4Hourly)),
    ]
  }

  var notes: [String] { ["source: \(prices.source), \(prices.date(in: regions))"] }

  private static func table(_ prices: [String: Double]) -> JSONValue {
    .object(prices.sorted { $0.key < $1.key }.map { .init($0.key, JSONValue($0.value)) })
  }

  /// One figure a volume type: the first configured region's, else that of us-east-1, else the first one's that has it.
  private var storage: [String: Double] {
    var all: [String: Double] = [:]
    for region in regions + ["us-east-1"] + prices.storage.keys.sorted() { all.merge(prices.storage[region] ?? [:]) { first, _ in first } }
    return all
  }

  var table: TextTable {
    var table = TextTable(header: ["REGION", "WHAT", "PRICE", "PER"])
    for (region, types) in prices.hourly.sorted(by: { $0.key < $1.key }) {
      for (type, price) in types.sorted(by: { $0.key < $1.key }) { table.rows.append([region.rawValue, type, Self.figure(price), "hour"]) }
    }
    for (region, types) in prices.storage.sorted(by: { $0.key < $1.key }) {
      for (type, price) in types.sorted(by: { $0.key < $1.key }) {
        table.rows.append([region.rawValue, type, Self.figure(price), "GB and month"])
      }
    }
    table.rows.append(["all", "public IPv4", Self.figure(prices.publicIPv4Hourly), "hour"])
    return table
  }

  /// With four digits at least: `0.0832`, `0.09576`.
  private static func figure(_ price: Double) -> String {
    var text = Wording.dollars(price, digits: 6)
    while text.hasSuffix("0"), text.drop(while: { $0 != "." }).count > 5 { text.removeLast() }
    return text
  }
}
