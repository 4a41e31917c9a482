import FleetModel

/// Asks EC2 for one region's machines.
public final class RegionWatch: Sendable {
  /// Seconds between two questions: of ten thousand machines a tenth of what the account may ask (tech: 20 tokens a second).
  static let interval = 15.0

  public let region: Region
  let kick = Kick()
  private let queue: EventQueue
  private let client: EC2Client

  init(region: Region, queue: EventQueue, client: EC2Client) {
    self.region = region
    self.queue = queue
    self.client = client
  }

  /// One for each configured region; they share their credentials.
  public static func all(of settings: AWSSettings, http: HTTPClient, queue: EventQueue, variables: [String: String]) -> [RegionWatch] {
    guard let first = settings.regions.first else { return [] }
    var variables = variables
    if let file = settings.credentialsFile { variables["AWS_SHARED_CREDENTIALS_FILE"] = file }
    let credentials = CredentialsProvider(http: http, profile: settings.profile, region: first, environment: variables)
    return settings.regions.map { region in
      RegionWatch(
        region: region, queue: queue, client: EC2Client(http: http, region: region, endpoint: settings.endpoint, credentials: credentials))
    }
  }

  func announce() { post(.expected(pollInterval: Self.interval)) }

  func run() async {
    var epoch: UInt64 = 0
    while !Task.isCancelled {
      epoch += 1
      await read(epoch: epoch, within: 60)
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

  private func post(asked: Timestamp? = nil, epoch: UInt64 = 0, _ change: FleetEvent.Change) {
    queue.post(FleetEvent(source: .ec2(region), at: wallClock(), asked: asked, epoch: epoch, change: change))
  }
}
