import FleetModel

/// AWS's price list (Price List Query API, `GetProducts`): what a price book is refreshed from.
public struct PriceList: Sendable {
  /// Pages of one question's answer that are looked at.
  static let pageLimit = 20

  private let service: AWSJSONService

  /// - Parameter endpoint: another address than AWS's own, which is in us-east-1 and tells every region's prices.
  public init(
    http: HTTPClient, endpoint: String? = nil, credentials: CredentialsProvider,
    clock: @escaping @Sendable () -> Timestamp = { wallClock() }
  ) {
    service = AWSJSONService(
      http: http, target: "AWSPriceListService", service: "pricing", region: "us-east-1",
      endpoint: endpoint ?? "https://api.pricing.us-east-1.amazonaws.com/", credentials: credentials, clock: clock)
  }

  /// US dollars an hour of a type: Linux, on demand, shared tenancy, nothing installed.
  /// - Throws: ``AWSError``; of kind `unreadable` when the list has no such price.
  public func hourly(of type: String, in region: Region, within budget: Double = 20) async throws(AWSError) -> Double {
    try await price(
      of: type, in: region, unit: "Hrs",
      [
        ("instanceType", type), ("regionCode", region.rawValue), ("operatingSystem", "Linux"), ("tenancy", "Shared"),
        ("preInstalledSw", "NA"),
        ("capacitystatus", "Used"),
      ], within: budget)
  }

  /// US dollars for a gigabyte and month of a volume type.
  /// - Throws: ``AWSError``; of kind `unreadable` when the list has no such price.
  public func storage(of type: String, in region: Region, within budget: Double = 20) async throws(AWSError) -> Double {
    try await price(
      of: type, in: region, unit: "GB-Mo", [("volumeApiName", type), ("regionCode", region.rawValue), ("productFamily", "Storage")],
      within: budget)
  }

  private func price(
    of name: String, in region: Region, unit: String, _ filters: [(field: String, value: String)], within budget: Double
  ) async throws(AWSError) -> Double {
    let deadline = monotonicSeconds() + budget
    var parameters: [JSONValue.Member] = [
      .init("ServiceCode", "AmazonEC2"), .init("FormatVersion", "aws_v1"), .init("MaxResults", 100),
      .init("Filters", .array(filters.map { ["Type": "TERM_MATCH", "Field": .string($0.field), "Value": .string($0.value)] })),
    ]
    var tokens: Set<String> = []
    for _ in 0..<Self.pageLimit {
      let answer = try await service.ask("GetProducts", .object(parameters), within: deadline - monotonicSeconds())
      for offer in answer["PriceList"]?.array ?? [] {
        if let price = Self.price(in: offer, unit: unit, filters) { return price }
      }
      // A page that names one read before has no end.
      guard let token = answer["NextToken"]?.text, tokens.insert(token).inserted else { break }
      parameters.removeAll { $0.name == "NextToken" }
      parameters.append(.init("NextToken", .string(token)))
    }
    throw AWSError(.unreadable, what: "PRICING GetProducts", why: "the price list has no on-demand price of \(name) in \(region)")
  }

  /// The on-demand price of an offer, which is JSON within a string; `nil` when it is another offer than was asked for.
  static func price(in offer: JSONValue, unit: String, _ filters: [(field: String, value: String)]) -> Double? {
    guard let offer = offer.string.map({ try? JSONValue(parsing: Array($0.utf8)) }) ?? offer else { return nil }
    let product = offer["product"]
    for filter in filters {
      let said = filter.field == "productFamily" ? product?["productFamily"]?.string : product?["attributes"]?[filter.field]?.string
      guard said == nil || said == filter.value else { return nil }
    }
    for term in offer["terms"]?["OnDemand"]?.members ?? [] {
      for dimension in term.value["priceDimensions"]?.members ?? [] where dimension.value["unit"]?.string == unit {
        // A free tier has a price of 0; no machine is free.
        if let text = dimension.value["pricePerUnit"]?["USD"]?.string, let price = Double(text), price > 0, Plausible.price.contains(price)
        {
          return price
        }
      }
    }
    return nil
  }
}
