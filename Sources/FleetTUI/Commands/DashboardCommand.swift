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
    let options = try global.dashboardOptions(
      session.settings, environment.allowsWrites ? nil : WriteRefusal.configured, configuration, keptIn: global.screenFile)
    let feeds = Task.detached { await session.feeds.run() }
    defer { feeds.cancel() }
    try Self.show(session, options, isLinear: LinearOutput.isWanted(global.variables))
  }

  /// Runs the dashboard on the initial thread until it is left.
  /// - Parameter isLinear: by lines, without a screen.
  static func show(_ session: Session, _ options: DashboardOptions, isLinear: Bool) throws {
    let code: Int32
    do throws(TerminalError) {
      let store = FleetStore(queue: session.queue, log: session.log, history: session.history(makes: true))
      let effects = EffectRunner(session)
      code =
        isLinear
        ? LinearOutput(store: store, options: options, effects: effects).run()
        : try Dashboard(store: store, options: options, effects: effects).run()
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
  /// - Parameter file: where the screen is kept as it was left; `nil`: nowhere.
  func dashboardOptions(
    _ settings: FleetSettings, _ writeRefusal: String?, _ configuration: Configuration? = nil, keptIn file: ScreenFile? = nil
  ) throws -> DashboardOptions {
    var options = DashboardOptions(settings: settings)
    options.writeRefusal = writeRefusal
    options.isASCII = ascii || configuration?.interface.ascii ?? false
    options.terminal = terminalSettings(configuration)
    options.notifications = configuration?.notifications ?? NotificationRules()
    options.isInTmux = !(variables["TMUX"] ?? "").isEmpty
    options.logPath = log
    options.links = configuration?.links ?? Links()
    options.first = (configuration?.interface ?? Configuration.Interface()).first
    options.home = variables["HOME"]
    options.screenFile = file
    if file != nil { options.views = ViewBook(path: ViewBook.path(variables: variables)) }
    options.remembered = file?.read() ?? RememberedScreen()
    options.themes = try themes(configuration)
    options.themes.takeUp(options.remembered.theme)
    do { options.keys = try KeyMap(overrides: configuration?.keys ?? [:], plugins: configuration?.plugins ?? []) } catch {
      throw CommandFailure(code: 2, message: error.description)
    }
    return options
  }

  /// Where the screen is kept as it was left. The demo keeps nothing: what is tried out there goes with it.
  var screenFile: ScreenFile { ScreenFile(StateDirectory(variables: variables)) }

  private func terminalSettings(_ configuration: Configuration?) -> TerminalSettings {
    var settings = TerminalSettings(kind: TerminalKind(variables: variables))
    settings.usesMouse = configuration?.interface.mouse ?? false
    settings.colors = colors(configuration)
    let isAllowed = variables["FLEETTUI_SYNCHRONIZED"].map { $0 != "0" } ?? configuration?.interface.synchronized
    settings.isSynchronized = isAllowed ?? settings.kind.isSafeToSynchronize
    let wantsLinks = variables["FLEETTUI_HYPERLINKS"].map { $0 != "0" } ?? configuration?.links.inTerminal
    settings.hasLinks = settings.kind.takesLinks(wanted: wantsLinks)
    return settings
  }

  /// What is asked for here, else what the terminal's ground asks for.
  private func themes(_ configuration: Configuration?) throws -> ThemeChoice {
    let given = theme != nil ? "--theme" : configuration?.interface.theme != nil ? "ui.theme" : nil
    let ground = Ground(colorFGBG: variables["COLORFGBG"])
    var choice = ThemeChoice(library: ThemeLibrary(variables: variables), given: given, ground: ground)
    do throws(ThemeFailure) {
      if let name = theme ?? configuration?.interface.theme { try choice.choose(named: name) }
    } catch { throw CommandFailure(code: 2, message: error.description) }
    return choice
  }
}
