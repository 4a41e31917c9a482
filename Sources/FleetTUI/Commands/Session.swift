import Feeds
import FleetModel

/// One environment with its transport, its queue and its feeds: what every command that looks at a fleet starts from.
struct Session: Sendable {
  let environment: FleetEnvironment
  let http: HTTPClient
  let queue: EventQueue
  let feeds: FleetFeeds

  init(environment: FleetEnvironment, variables: [String: String], options: FleetFeeds.Options = FleetFeeds.Options()) {
    self.environment = environment
    http = HTTPClient(userAgent: environment.userAgent ?? "fleettui/\(FleetTUI.version)")
    queue = EventQueue()
    feeds = FleetFeeds(environment: environment, http: http, queue: queue, variables: variables, options: options)
  }

  /// Every source, asked once.
  func loaded() async -> Fleet {
    await feeds.loadOnce()
    var fleet = Fleet()
    for event in queue.drain() { fleet.apply(event) }
    return fleet
  }
}
