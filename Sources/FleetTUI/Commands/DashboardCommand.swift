import ArgumentParser
import Dispatch
import Feeds
import FleetModel
import FleetSim
import Glibc

struct DashboardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dashboard", abstract: "Open the dashboard (what fleettui does without a command).", shouldDisplay: false)

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let (configuration, environment) = try global.environment()
    let session = try Session(
      environment: environment, global: global, options: .ofEverything(neighbours: configuration.neighbours(of: environment)))
    let options = try global.dashboardOptions(for: environment, configuration)
    let feeds = Task.detached { await session.feeds.run() }
    defer { feeds.cancel() }
    if LinearOutput.isWanted(global.variables) {
      let code = LinearOutput.run(session.queue, environment: environment.name, log: session.log)
      throw CommandFailure(code: code)
    }
    try Self.show(session, options)
  }

  /// Runs the dashboard on the initial thread until it is left.
  static func show(_ session: Session, _ options: DashboardOptions) throws {
    let code: Int32
    do throws(TerminalError) {
      let store = FleetStore(queue: session.queue, orphans: options.orphans, log: session.log, history: session.history(makes: true))
      let effects = EffectRunner(session)
      code = try Dashboard(store: store, options: options, effects: effects).run()
      store.finish()
      for slug in effects.unfinishedDeletions {
        Output.message(
          "the deletion of \(slug) has no receipt yet: the control plane goes on with what it accepted, and the next start of fleettui here "
            + "follows it to its end (page Deletions)")
      }
    } catch { throw CommandFailure(code: 1, message: error.description) }
    if code != 0 { throw CommandFailure(code: code) }
  }
}

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "The dashboard on the embedded simulated fleet: real sockets on loopback, no configuration, no account.")

  @OptionGroup var simulation: SimulationArguments
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let fleet: FleetSimulation
    do { fleet = try FleetSimulation(simulation.options) } catch { throw CommandFailure(code: 2, message: "demo: \(error)") }
    let log = try global.openLog()
    let queue = try global.openQueue(environment: "demo", log: log)
    let http = HTTPClient(userAgent: "fleettui/\(FleetTUI.version)")
    let effects = EffectRunner.waiting(on: queue)
    var environment = FleetEnvironment(name: "demo")
    environment.allowsWrites = global.write
    let work = Task.detached { [environment, global] in
      do {
        let endpoints = try await fleet.start()
        var simulated = try ConfigurationFile.read(path: endpoints.configPath).environment(named: nil)
        simulated.allowsWrites = environment.allowsWrites
        simulated.rosterPoll = 5
        var options = FleetFeeds.Options()
        options.readsResources = true
        options.readsZone = true
        // What is deleted in a demo leaves its receipts among the demo's own files.
        let files = endpoints.configPath.split(separator: "/").dropLast().map { "/" + $0 }.joined()
        let session = Session(
          environment: simulated, global: global, http: http, queue: queue, log: log, variables: ["XDG_STATE_HOME": files], options: options
        )
        // The first frame is on screen already; what it asked for waits until here.
        effects.arrived(session)
        await session.feeds.run()
      } catch {
        queue.post(FleetEvent(source: .controlPlane, at: wallClock(), change: .failed("the simulated fleet did not start: \(error)")))
      }
    }
    defer {
      work.cancel()
      // Its files go with it.
      let stopped = DispatchSemaphore(value: 0)
      Task.detached {
        await fleet.stop()
        stopped.signal()
      }
      _ = stopped.wait(timeout: .now() + 0.5)
    }
    var options = try global.dashboardOptions(for: environment, nil)
    options.vcpuQuota = SimulationOptions.vcpuQuota(orgs: simulation.options.orgs ?? 0)
    let code: Int32
    if LinearOutput.isWanted(global.variables) {
      throw CommandFailure(code: LinearOutput.run(queue, environment: environment.name, log: log))
    }
    do throws(TerminalError) {
      let store = FleetStore(queue: queue, orphans: options.orphans, log: log)
      code = try Dashboard(store: store, options: options, effects: effects).run()
    } catch { throw CommandFailure(code: 1, message: error.description) }
    if code != 0 { throw CommandFailure(code: code) }
  }
}

extension GlobalOptions {
  /// How the dashboard looks and what it allows, from the command line first, then the configuration, then the environment's variables.
  func dashboardOptions(for environment: FleetEnvironment, _ configuration: Configuration?) throws -> DashboardOptions {
    var options = DashboardOptions(environment: environment.name)
    options.isProtected = environment.isProtected
    options.isReadOnly = !environment.allowsWrites
    options.isASCII = ascii || configuration?.interface.ascii ?? false
    options.usesMouse = configuration?.interface.mouse ?? false
    options.notification = configuration?.interface.notification ?? .bell
    options.logPath = log
    options.prices = .inUse(environment, variables: variables)
    options.orphans = OrphanSettings(environment.aws)
    options.vcpuQuota = environment.aws?.vcpuQuota
    let name = theme ?? configuration?.interface.theme ?? "default"
    guard let theme = Theme.named(name) else { throw CommandFailure(code: 2, message: Theme.problem(withName: name) ?? "") }
    let isColorless = noColor || !(variables["NO_COLOR"] ?? "").isEmpty
    options.theme = isColorless ? .mono : theme
    do { options.keys = try KeyMap(overrides: configuration?.keys ?? [:]) } catch {
      throw CommandFailure(code: 2, message: error.description)
    }
    return options
  }
}
