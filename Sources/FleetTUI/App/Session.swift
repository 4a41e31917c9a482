import Feeds
import FleetModel

extension HTTPClient {
  /// All of one run's HTTP, under the name that the environment wants.
  convenience init(of environment: FleetEnvironment) { self.init(userAgent: environment.userAgent ?? "fleettui/\(FleetTUI.version)") }
}

/// One environment with its transport, its queue and its feeds: what every command that looks at a fleet starts from.
struct Session: Sendable {
  /// How the environment's services are reached, by the feeds and by everybody else.
  let access: FleetAccess
  let queue: EventQueue
  /// What everything is judged by: the first of the queue's events.
  let settings: FleetSettings
  let feeds: FleetFeeds
  let log: FleetLog
  /// What tokens and credentials may be read from.
  let variables: [String: String]
  private let global: GlobalOptions

  /// - Throws: ``CommandFailure`` when the log or the recording that the options name can't be written.
  init(environment: FleetEnvironment, global: GlobalOptions, options: FleetFeeds.Options = FleetFeeds.Options()) throws {
    let log = try global.openLog()
    self.init(
      environment: environment, global: global, http: HTTPClient(of: environment),
      queue: try global.openQueue(environment: environment.name, log: log), log: log, variables: global.variables, options: options)
  }

  /// - Parameter variables: the process's environment, as far as this session may see it.
  init(
    environment: FleetEnvironment, global: GlobalOptions, http: HTTPClient, queue: EventQueue, log: FleetLog, variables: [String: String],
    options: FleetFeeds.Options
  ) {
    access = FleetAccess(environment: environment, http: http, variables: variables)
    settings = FleetSettings(environment, prices: .inUse(environment, variables: variables))
    queue.lead(with: [FleetEvent(source: .here, at: wallClock(), change: .configured(settings))])
    self.global = global
    self.queue = queue
    self.log = log
    self.variables = variables
    feeds = FleetFeeds(access, queue: queue, options: options)
  }

  /// A fleet of which nothing is known yet but what is configured.
  var emptyFleet: Fleet { Fleet(settings: settings) }

  var environment: FleetEnvironment { access.environment }

  /// Every source, asked once.
  func loaded() async -> Fleet {
    await feeds.loadOnce()
    var fleet = emptyFleet
    let history = history(makes: false)
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

  /// The same, judged.
  func judged() async -> (fleet: Fleet, now: Timestamp) {
    var fleet = await loaded()
    let now = wallClock()
    fleet.judge(at: now)
    return (fleet, now)
  }

  /// Every source, listened to for so many seconds, judged.
  func heard(for seconds: Double) async -> (fleet: Fleet, now: Timestamp) {
    let listening = Task.detached { await feeds.run() }
    defer { listening.cancel() }
    var fleet = emptyFleet
    let end = monotonicSeconds() + seconds
    while !Task.isCancelled {
      for event in queue.drain() {
        log.note(event)
        fleet.apply(event)
      }
      // What becomes true by time alone is a line too.
      fleet.judge(at: wallClock())
      _ = fleet.takeChanges()
      queue.leaveWants(of: &fleet)
      let left = end - monotonicSeconds()
      guard left > 0 else { break }
      try? await Task.sleep(seconds: min(left, 0.25))
    }
    let now = wallClock()
    fleet.judge(at: now)
    return (fleet, now)
  }

  /// What was learned of boots, if its file can be used; else that is said. What is in it comes before all other events.
  /// - Parameter makes: whether a missing file is made.
  func history(makes: Bool) -> KeptHistory? {
    let history = global.historyIfUsable(makes: makes, environment: environment.name) { problem in
      Output.message(problem)
      log.warn(problem)
    }
    if let history { queue.lead(with: history.events(at: wallClock())) }
    return history
  }

  /// Who reads more of one case than the feeds do.
  /// - Throws: ``CommandFailure``, 4: without the control plane nothing can be told.
  func caseReader() async throws -> CaseReader {
    do throws(FeedError) { return try await CaseReader(access) } catch { throw CommandFailure(code: 4, message: error.description) }
  }

  /// Something was done here, or is remembered.
  func tell(_ change: FleetEvent.Change) { queue.post(FleetEvent(source: .here, at: wallClock(), change: change)) }
}

extension FleetFeeds.Options {
  /// What the dashboard reads.
  static func ofEverything(neighbours: [FleetEnvironment]) -> FleetFeeds.Options {
    var options = FleetFeeds.Options()
    options.readsResources = true
    options.asksQuota = true
    options.readsZone = true
    options.zoneNeighbours = neighbours
    return options
  }
}
