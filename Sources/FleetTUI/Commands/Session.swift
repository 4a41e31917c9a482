import Feeds
import FleetModel

/// One environment with its transport, its queue and its feeds: what every command that looks at a fleet starts from.
struct Session: Sendable {
  let environment: FleetEnvironment
  let http: HTTPClient
  let queue: EventQueue
  let feeds: FleetFeeds
  let log: FleetLog

  /// - Throws: ``CommandFailure`` when the log that the options name can't be written.
  init(environment: FleetEnvironment, global: GlobalOptions, options: FleetFeeds.Options = FleetFeeds.Options()) throws {
    self.environment = environment
    let variables = global.variables
    log = try global.openLog()
    http = HTTPClient(userAgent: environment.userAgent ?? "fleettui/\(FleetTUI.version)")
    queue = EventQueue()
    feeds = FleetFeeds(environment: environment, http: http, queue: queue, variables: variables, options: options)
  }

  /// Every source, asked once.
  func loaded() async -> Fleet {
    await feeds.loadOnce()
    var fleet = Fleet()
    for event in queue.drain() {
      log.note(event)
      fleet.apply(event)
    }
    return fleet
  }
}
