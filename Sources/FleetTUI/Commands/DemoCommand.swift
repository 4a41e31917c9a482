import ArgumentParser
import Dispatch
import Feeds
import FleetModel
import FleetSim

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "The dashboard on the embedded simulated fleet: real sockets on loopback, no configuration, no account.",
    discussion: "With --write a deletion can be practised: it is the simulated fleet's, and its receipt goes with it.")

  @OptionGroup var simulation: SimulationArguments
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let fleet: FleetSimulation
    do { fleet = try FleetSimulation(simulation.options) } catch { throw CommandFailure(code: 2, message: "demo: \(error)") }
    // As the simulation configures it, but for where it serves: that is known once it does, and nothing is judged by it.
    let settings = FleetSettings(try environment(of: ConfigurationFile.parse(fleet.configuration, path: "demo")), prices: .builtin)
    let options = try global.dashboardOptions(settings, global.write ? nil : WriteRefusal.demo)
    let log = try global.openLog()
    let queue = try global.openQueue(environment: settings.environment, log: log)
    queue.lead(with: [FleetEvent(source: .here, at: wallClock(), change: .configured(settings))])
    let effects = EffectRunner.waiting(on: queue)
    let work = Task.detached { await live(fleet, queue, log, effects) }
    let store = FleetStore(queue: queue, log: log)
    let code: Int32
    do {
      defer {
        work.cancel()
        Self.stop(fleet)
      }
      if LinearOutput.isWanted(global.variables) {
        code = LinearOutput(store: store, options: options, effects: effects).run()
      } else {
        do throws(TerminalError) {
          code = try Dashboard(store: store, options: options, effects: effects).run()
        } catch { throw CommandFailure(code: 1, message: error.description) }
      }
    }
    if store.fleet.deletions.reports.values.contains(where: { $0.origin == .begun }) {
      Output.message("what was deleted here was the simulated fleet's: its receipts went with it, and `fleettui receipts` has none of them")
    }
    if code != 0 { throw CommandFailure(code: code) }
  }

  private func environment(of configuration: Configuration) throws -> FleetEnvironment {
    var environment = try configuration.environment(named: nil)
    environment.allowsWrites = global.write
    environment.rosterPoll = 5
    return environment
  }

  /// Serves the fleet and asks it until the task is cancelled.
  private func live(_ fleet: FleetSimulation, _ queue: EventQueue, _ log: FleetLog, _ effects: EffectRunner) async {
    do {
      queue.lead(with: [FleetEvent(source: .here, at: wallClock(), change: .learned(fleet.history(until: wallClock())))])
      let endpoints = try await fleet.start()
      var options = FleetFeeds.Options()
      options.readsResources = true
      options.readsZone = true
      // What is deleted in a demo leaves its receipts among the demo's own files.
      let files = endpoints.configPath.split(separator: "/").dropLast().map { "/" + $0 }.joined()
      let session = Session(
        environment: try environment(of: ConfigurationFile.read(path: endpoints.configPath)), global: global,
        http: HTTPClient(userAgent: "fleettui/\(FleetTUI.version)"), queue: queue, log: log, variables: ["XDG_STATE_HOME": files],
        options: options)
      // The first frame is on screen already; what it asked for waits until here.
      effects.arrived(session)
      await session.feeds.run()
    } catch {
      queue.post(FleetEvent(source: .controlPlane, at: wallClock(), change: .failed("the simulated fleet did not start: \(error)")))
    }
  }

  /// Its files go with it.
  private static func stop(_ fleet: FleetSimulation) {
    let stopped = DispatchSemaphore(value: 0)
    Task.detached {
      await fleet.stop()
      stopped.signal()
    }
    _ = stopped.wait(timeout: .now() + 0.5)
  }
}
