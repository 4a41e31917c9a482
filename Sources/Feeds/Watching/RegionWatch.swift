import FleetModel

/// Asks EC2 for one region's machines.
public final class RegionWatch: Sendable {
  public let region: Region
  private let queue: EventQueue
  private let client: EC2Client

  private let readsResources: Bool
  /// `nil` where the configuration gives the quota, or nobody wants it.
  private let quotas: ServiceQuotas?

  init(region: Region, queue: EventQueue, client: EC2Client, readsResources: Bool = false, quotas: ServiceQuotas? = nil) {
    self.readsResources = readsResources
    self.quotas = quotas
    self.region = region
    self.queue = queue
    self.client = client
  }

  /// One for each configured region.
  public static func all(of aws: AWSAccess, queue: EventQueue, readsResources: Bool = false, asksQuota: Bool = false) -> [RegionWatch] {
    aws.regions.map { access in
      let region = access.region
      let clock = ClockNews()
      access.noteClock { offset in
        if clock.isNews(offset) { queue.post(FleetEvent(from: .ec2(region), .clock(offset))) }
      }
      return RegionWatch(
        region: region, queue: queue, client: access.ec2, readsResources: readsResources,
        quotas: asksQuota && aws.settings.vcpuQuota == nil ? access.quotas : nil)
    }
  }

  /// Reads the region's machines, at most `budget` seconds long, and posts them or why it failed. - Returns: how many it posted.
  @discardableResult
  public func read(within budget: Double) async -> Int {
    let question = Question()
    let change = await client.machines(within: budget)
    guard !Task.isCancelled else { return 0 }
    post(to: question, change)
    return if case .instances(let rows, _, _) = change { rows.count } else { 0 }
  }

  /// Reads the region's resources, all lists at once, and its quota, where they are wanted.
  func readBeside(within budget: Double) async {
    async let quota: Void = readQuota(within: min(20, budget))
    if readsResources { await readResources(within: budget) }
    await quota
  }

  /// Reads the region's resources, all lists at once.
  public func readResources(within budget: Double) async {
    let question = Question()
    async let volumes = Self.listing { () async throws(ListFailure<VolumeRow>) in try await self.client.volumes(within: budget) }
    async let addresses = Self.listing { () async throws(ListFailure<AddressRow>) in try await self.client.addresses(within: budget) }
    async let groups = Self.listing { () async throws(ListFailure<SecurityGroupRow>) in try await self.client.securityGroups(within: budget)
    }
    async let interfaces = Self.listing { () async throws(ListFailure<NetworkInterfaceRow>) in
      try await self.client.networkInterfaces(within: budget)
    }
    async let statuses = Self.listing { () async throws(ListFailure<InstanceStatusRow>) in
      try await self.client.instanceStatuses(within: budget)
    }
    let read = await RegionResources(
      at: question.asked, volumes: volumes, addresses: addresses, securityGroups: groups, interfaces: interfaces, statuses: statuses)
    guard !Task.isCancelled else { return }
    post(to: question, .resources(read))
  }

  /// Asks for the quota, where that is wanted. Without an answer it is unknown, and nothing is wrong.
  public func readQuota(within budget: Double) async {
    guard let quotas else { return }
    let change: FleetEvent.Change
    do throws(AWSError) { change = .vcpuLimit(try await quotas.standardVCPUs(within: budget), problem: nil) } catch {
      change = .vcpuLimit(nil, problem: error.description)
    }
    guard !Task.isCancelled else { return }
    post(change)
  }

  private static func listing<Row: Hashable & Sendable>(
    _ read: @Sendable () async throws(ListFailure<Row>) -> [Row]
  ) async -> RegionResources.Listing<Row> {
    do throws(ListFailure<Row>) { return .complete(try await read()) } catch {
      switch error.error.kind {
      case .denied: return .notAllowed(error.description)
      // An endpoint that isn't AWS itself may know fewer actions.
      case .refused(let code) where ["InvalidAction", "UnsupportedOperation", "NotImplemented", "UnknownOperationException"].contains(code):
        return .notAllowed(error.description)
      default: return .failed(error.description)
      }
    }
  }

  private func post(to question: Question? = nil, _ change: FleetEvent.Change) {
    queue.post(FleetEvent(from: .ec2(region), answering: question, change))
  }
}

extension EC2Client {
  /// The region's machines as the fleet is told of them, or why there are none.
  func machines(within budget: Double) async -> FleetEvent.Change {
    do throws(ListFailure<InstanceRow>) { return .instances(try await instances(within: budget), complete: true, problem: nil) } catch {
      return error.rows.isEmpty ? .failed(error.description) : .instances(error.rows, complete: false, problem: error.description)
    }
  }
}
