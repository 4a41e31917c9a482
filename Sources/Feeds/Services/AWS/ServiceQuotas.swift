import FleetModel

/// The account's limits in one region, as Service Quotas tells them.
public struct ServiceQuotas: Sendable {
  private let service: AWSJSONService

  /// - Parameter endpoint: another address than AWS's own; one that knows EC2 alone refuses, and the limit stays unknown.
  public init(
    http: HTTPClient, region: Region, endpoint: String? = nil, credentials: CredentialsProvider,
    clock: @escaping @Sendable () -> Timestamp = { wallClock() }
  ) {
    service = AWSJSONService(
      http: http, target: "ServiceQuotasV20190624", service: "servicequotas", region: region,
      endpoint: endpoint ?? "https://servicequotas.\(region).amazonaws.com\(region.rawValue.hasPrefix("cn-") ? ".cn" : "")/",
      credentials: credentials, clock: clock)
  }

  /// vCPUs that "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances" may have together (`GetServiceQuota`, L-1216C47A).
  /// - Throws: ``AWSError``, also for an answer without the figure.
  public func standardVCPUs(within budget: Double = 20) async throws(AWSError) -> Int {
    let answer = try await service.ask("GetServiceQuota", ["ServiceCode": "ec2", "QuotaCode": "L-1216C47A"], within: budget)
    guard let value = answer["Quota"]?["Value"]?.count, Plausible.quota.contains(value) else {
      throw AWSError(.unreadable, what: "SERVICEQUOTAS GetServiceQuota in \(service.region)", why: "the answer holds no value of the quota")
    }
    return value
  }
}
