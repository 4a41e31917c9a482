import Feeds
import FleetModel

/// One environment with its transport, its queue and its feeds: what every command that looks at a fleet starts from.
struct Session: Sendable {
  /// How the environment's services are reached, by the feeds and by everybody else.
  let access: FleetAccess
  let queue: EventQueue
  let feeds: FleetFeeds
  let log: FleetLog
  /// What tokens and credentials may be read from.
  let variables: [String: String]
  private let global: GlobalOptions

  /// - Throws: ``CommandFailure`` when the log or the recording that the options name can't be written.
  init(environment: FleetEnvironment, global: GlobalOptions, options: FleetFeeds.Options = FleetFeeds.Options()) throws {
    let log = try global.openLog()
    self.init(
      environment: environment, global: global, http: HTTPClient(userAgent: environment.userAgent ?? "fleettui/\(FleetTUI.version)"),
      queue: try global.openQueue(environment: environment.name, log: log), log: log, variables: global.variables, options: options)
  }

  /// - Parameter variables: the process's environment, as far as this session may see it.
  init(
    environment: FleetEnvironment, global: GlobalOptions, http: HTTPClient, queue: EventQueue, log: FleetLog, variables: [String: String],
    options: FleetFeeds.Options
  ) {
    access = FleetAccess(environment: environment, http: http, variables: variables)
    self.global = global
    self.queue = queue
    self.log = log
    self.variables = variables
    feeds = FleetFeeds(access, queue: queue, options: options)
  }

  /// A fleet of which nothing is known yet but what is configured.
  var emptyFleet: Fleet {
    Fleet(orphans: OrphanSettings(environment.aws), limits: Triage.Limits(vcpuQuota: environment.aws?.vcpuQuota))
  }

  var environment: FleetEnvironment { access.environment }

  /// Every source, asked once.
  func loaded() async -> Fleet {
    await feeds.loadOnce()
    var fleet = emptyFleet
    let history = history(makes: false)
    if let history {
      fleet.adopt(history.boots)
      fleet.adopt(history.orgs)
    }
    for event in queue.drain() {
      log.note(event)
      fleet.apply(event)
    }
    do throws(HistoryFailure) { try history?.file.note(fleet.sightings, in: environment.name) } catch {
      log.warn(error.description)
      Unwritten.lose(error.description, fails: false)
    }
    return fleet
  }

  /// What was learned of boots, if its file can be used; else that is said.
  /// - Parameter makes: whether a missing file is made.
  func history(makes: Bool) -> KeptHistory? {
    global.historyIfUsable(makes: makes, environment: environment.name) { problem in
      Output.message(problem)
      log.warn(problem)
    }
  }
}
