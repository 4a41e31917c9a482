import Feeds
import FleetModel
import Synchronization

/// What `doctor` asks of AWS: each action that a page needs, once in every region, so that a missing permission is known before it is missed.
struct AWSExamination: Sendable {
  private let aws: AWSAccess

  init(settings: AWSSettings, http: HTTPClient, variables: [String: String]) {
    aws = AWSAccess(settings: settings, http: http, variables: variables)
  }

  /// An action beside `DescribeInstances`, which nothing goes without.
  private enum Action: String, CaseIterable {
    case instanceStatus = "aws-instance-status"
    case volumes = "aws-volumes"
    case addresses = "aws-addresses"
    case securityGroups = "aws-security-groups"
    case networkInterfaces = "aws-network-interfaces"
    case quota = "aws-quota"
    case prices = "aws-prices"

    var permission: String {
      switch self {
      case .instanceStatus: "ec2:DescribeInstanceStatus"
      case .volumes: "ec2:DescribeVolumes"
      case .addresses: "ec2:DescribeAddresses"
      case .securityGroups: "ec2:DescribeSecurityGroups"
      case .networkInterfaces: "ec2:DescribeNetworkInterfaces"
      case .quota: "servicequotas:GetServiceQuota"
      case .prices: "pricing:GetProducts"
      }
    }

    var pages: String {
      switch self {
      case .instanceStatus: "Instances"
      case .volumes, .addresses: "Orphans and Costs"
      case .securityGroups: "Orphans and Posture"
      case .networkInterfaces: "Orphans"
      case .quota: "Costs and Fleet"
      case .prices: "prices --refresh"
      }
    }

    /// What nobody knows then.
    var unknown: String {
      switch self {
      case .instanceStatus: "failed health checks are not seen"
      case .volumes: "storage costs are unknown, and unattached volumes are not found"
      case .addresses: "addresses beside a machine's first are not counted, and unassociated ones are not found"
      case .securityGroups: "unused and open security groups are not found"
      case .networkInterfaces: "which security groups are unused can't be told"
      case .quota: "the vCPU limit is unknown unless vcpu_quota gives it"
      case .prices: "prices are those of the built-in table and its date"
      }
    }
  }

  private final class NotedClock: Sendable {
    let offset = Mutex<ClockOffset?>(nil)
  }

  func checks() async -> (checks: [DoctorCheck], clock: ClockOffset?) {
    guard !aws.regions.isEmpty else { return ([DoctorCheck("aws", .skipped, "no AWS region is configured")], nil) }
    let clock = NotedClock()
    for region in aws.regions { region.noteClock { offset in clock.offset.withLock { $0 = offset } } }
    async let regions = aws.regions.concurrentMap { await machines(in: $0) }
    async let actions = Action.allCases.concurrentMap { await check($0) }
    let checks = await regions + actions
    return (checks, clock.offset.withLock { $0 })
  }

  private func machines(in access: RegionAccess) async -> DoctorCheck {
    let region = access.region
    do throws(ListFailure<InstanceRow>) {
      let rows = try await access.ec2.instances(within: 20)
      return DoctorCheck("aws", .pass, "ec2:\(region): ec2:DescribeInstances lists \(rows.count) instances, for every page with machines")
    } catch {
      let problem = error.rows.isEmpty ? "\(error)" : "DescribeInstances lists \(error.rows.count) instances, but: \(error)"
      return DoctorCheck(
        "aws", .fail, "ec2:\(region): \(problem)", nextStep: "the pages Instances, Orphans and Costs need ec2:DescribeInstances")
    }
  }

  private func check(_ action: Action) async -> DoctorCheck {
    if action == .quota, let quota = aws.settings.vcpuQuota {
      return DoctorCheck(action.rawValue, .skipped, "vcpu_quota gives \(quota): \(action.permission) is not needed")
    }
    var problems: [String] = []
    // The price list is one for all regions.
    for region in action == .prices ? Array(aws.regions.prefix(1)) : aws.regions {
      if let problem = await problem(of: action, in: region) { problems.append(problem) }
    }
    guard let first = problems.first else {
      return DoctorCheck(action.rawValue, .pass, "\(action.permission) answers, for \(action.pages)")
    }
    return DoctorCheck(
      action.rawValue, .warn, "\(action.permission), for \(action.pages): \(first). Without it \(action.unknown)",
      nextStep: "allow \(action.permission) to these credentials, or go without")
  }

  /// Why the action can't be had; `nil` when it can.
  private func problem(of action: Action, in access: RegionAccess) async -> String? {
    let client = access.ec2
    switch action {
    case .instanceStatus:
      return await Self.problem { () async throws(ListFailure<InstanceStatusRow>) in try await client.instanceStatuses(within: 15) }
    case .volumes: return await Self.problem { () async throws(ListFailure<VolumeRow>) in try await client.volumes(within: 15) }
    case .addresses: return await Self.problem { () async throws(ListFailure<AddressRow>) in try await client.addresses(within: 15) }
    case .securityGroups:
      return await Self.problem { () async throws(ListFailure<SecurityGroupRow>) in try await client.securityGroups(within: 15) }
    case .networkInterfaces:
      return await Self.problem { () async throws(ListFailure<NetworkInterfaceRow>) in try await client.networkInterfaces(within: 15) }
    case .quota:
      do throws(AWSError) { _ = try await access.quotas.standardVCPUs(within: 15) } catch { return error.description }
    case .prices:
      do throws(AWSError) { _ = try await aws.prices.hourly(of: "t3.small", in: access.region, within: 15) } catch {
        return error.description
      }
    }
    return nil
  }

  private static func problem<Row: Sendable>(_ read: () async throws(ListFailure<Row>) -> [Row]) async -> String? {
    do throws(ListFailure<Row>) {
      _ = try await read()
      return nil
    } catch { return error.description }
  }
}
