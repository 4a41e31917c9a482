import ArgumentParser
import Feeds
import FleetModel
import Glibc

struct DashboardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dashboard", abstract: "Open the dashboard (what fleettui does without a command).", shouldDisplay: false)

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let (configuration, environment) = try global.environment()
    let session = try Session(
      environment: environment, global: global, options: .ofEverything(neighbours: configuration.neighbours(of: environment)))
    let options = try global.dashboardOptions(session.settings, environment.allowsWrites ? nil : WriteRefusal.configured, configuration)
    let feeds = Task.detached { await session.feeds.run() }
    defer { feeds.cancel() }
    if LinearOutput.isWanted(global.variables) {
      let code = LinearOutput.run(session.queue, environment: environment.name, log: session.log)
      throw CommandFailure(code: code)
    }
    try Self.show(session, global.remembering(options))
  }

  /// Runs the dashboard on the initial thread until it is left.
  static func show(_ session: Session, _ options: DashboardOptions) throws {
    let code: Int32
    do throws(TerminalError) {
      let store = FleetStore(queue: session.queue, log: session.log, history: session.history(makes: true))
      let effects = EffectRunner(session)
      code = try Dashboard(store: store, options: options, effects: effects).run()
      options.screenFile?.finish()
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

extension GlobalOptions {
  /// How the dashboard looks and what it allows, from the command line first, then the configuration, then the environment's variables.
  /// - Parameter writeRefusal: why nothing may be changed; `nil` when it may.
  func dashboardOptions(
    _ settings: FleetSettings, _ writeRefusal: String?, _ configuration: Configuration? = nil
  ) throws -> DashboardOptions {
    var options = DashboardOptions(settings: settings)
    options.writeRefusal = writeRefusal
    options.isASCII = ascii || configuration?.interface.ascii ?? false
    options.usesMouse = configuration?.interface.mouse ?? false
    options.notification = configuration?.interface.notification ?? .bell
    options.logPath = log
    let name = theme ?? configuration?.interface.theme ?? "default"
    guard let theme = Theme.named(name) else { throw CommandFailure(code: 2, message: Theme.problem(withName: name) ?? "") }
    let isColorless = noColor || !(variables["NO_COLOR"] ?? "").isEmpty
    options.theme = isColorless ? .mono : theme
    do { options.keys = try KeyMap(overrides: configuration?.keys ?? [:]) } catch {
      throw CommandFailure(code: 2, message: error.description)
    }
    return options
  }

  /// As the screen was left last time, as far as nothing else is asked for. The demo doesn't: what is tried out there goes with it.
  func remembering(_ options: DashboardOptions) -> DashboardOptions {
    var options = options
    let file = ScreenFile(StateDirectory(variables: variables))
    options.screenFile = file
    options.remembered = file.read()
    return options
  }
}
