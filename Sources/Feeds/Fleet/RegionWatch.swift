import FleetModel

/// Asks EC2 for one region's machines.
public final class RegionWatch: Sendable {
  /// Machines are asked for so many times before what stands beside them is asked for again.
  private static let resourcesEvery: UInt64 = 20
  /// Seconds between two questions: of ten thousand machines a tenth of what the account may ask (tech: 20 tokens a second).
  static let interval = 15.0

  public let region: Region
  let kick = Kick()
  private let queue: EventQueue
  private let client: EC2Client

  private let readsResources: Bool

  init(region: Region, queue: EventQueue, client: EC2Client, readsResources: Bool = false) {
    self.readsResources = readsResources
    self.region = region
    self.queue = queue
    self.client = client
  }

  /// One for each configured region; they share their credentials.
  public static func all(
    of settings: AWSSettings, http: HTTPClient, queue: EventQueue, variables: [String: String], readsResources: Bool = false
  )
    -> [RegionWatch]
  {
    guard let first = settings.regions.first else { return [] }
    var variables = variables
    if let file = settings.credentialsFile { variables["AWS_SHARED_CREDENTIALS_FILE"] = file }
    let credentials = CredentialsProvider(http: http, profile: settings.profile, region: first, environment: variables)
    return settings.regions.map { region in
      RegionWatch(
        region: region, queue: queue, client: EC2Client(http: http, region: region, endpoint: settings.endpoint, credentials: credentials),
        readsResources: readsResources)
    }
  }

  func announce() { post(.expected(pollInterval: Self.interval)) }

  func run() async {
    var epoch: UInt64 = 0
    while !Task.isCancelled {
      epoch += 1
      await read(epoch: epoch, within: 60)
      if readsResources, epoch % Self.resourcesEvery == 1 { await readResources(within: 60) }
      await kick.wait(Self.interval)
    }
  }

  /// Reads the region's machines, at most `budget` seconds long, and posts them or why it failed.
  public func read(epoch: UInt64, within budget: Double) async {
    let asked = wallClock()
    do throws(ListFailure<InstanceRow>) {
      let rows = try await client.instances(within: budget)
      post(asked: asked, epoch: epoch, .instances(rows, complete: true, problem: nil))
    } catch {
      guard !Task.isCancelled else { return }
      if error.rows.isEmpty {
        post(asked: asked, epoch: epoch, .failed(error.description))
      } else {
        post(asked: asked, epoch: epoch, .instances(error.rows, complete: false, problem: error.description))
      }
    }
  }

  /// Reads what stands beside the machines, all lists at once.
  public func readResources(within budget: Double) async {
    let asked = wallClock()
    async let volumes = Self.listing { () async throws(ListFailure<VolumeRow>) in try await self.client.volumes(within: budget) }
    async let addresses = Self.listing { () async throws(ListFailure<AddressRow>) in try await self.client.addresses(within: budget) }
    async let groups = Self.listing { () async throws(ListFailure<SecurityGroupRow>) in try await self.client.securityGroups(within: budget)
    }
    async let interfaces = Self.listing { () async throws(ListFailure<NetworkInterfaceRow>) in
      try await self.client.networkInterfaces(within: budget)
    }
    let read = await RegionResources(at: asked, volumes: volumes, addresses: addresses, securityGroups: groups, interfaces: interfaces)
    guard !Task.isCancelled else { return }
    post(asked: asked, .resources(read))
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

  private func post(asked: Timestamp? = nil, epoch: UInt64 = 0, _ change: FleetEvent.Change) {
    queue.post(FleetEvent(source: .ec2(region), at: wallClock(), asked: asked, epoch: epoch, change: change))
  }
}
