import FleetModel

/// Asks EC2 for one region's machines.
public final class RegionWatch: Sendable {
  /// Seconds between two questions: of ten thousand machines a tenth of what the account may ask (tech: 20 tokens a second).
  static let interval = 15.0

  let region: Region
  let kick = Kick()
  private let queue: EventQueue

  init(region: Region, queue: EventQueue) {
    self.region = region
    self.queue = queue
  }

  public static func all(of settings: AWSSettings, http: HTTPClient, queue: EventQueue, variables: [String: String]) -> [RegionWatch] {
    settings.regions.map { RegionWatch(region: $0, queue: queue) }
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

  public func read(epoch: UInt64, within budget: Double) async {}

  private func post(asked: Timestamp? = nil, epoch: UInt64 = 0, _ change: FleetEvent.Change) {
    queue.post(FleetEvent(source: .ec2(region), at: wallClock(), asked: asked, epoch: epoch, change: change))
  }
}
