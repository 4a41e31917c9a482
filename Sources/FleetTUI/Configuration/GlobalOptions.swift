import ArgumentParser
import Feeds
import FleetModel
import Glibc

/// What every command accepts, before or after its name: the root takes them wherever they stand, and hands them to the command.
struct GlobalOptions: ParsableArguments {
  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, csv }

  @Option(help: "The environment of the configuration to look at.")
  var env: String?
  @Option(help: "The configuration file.")
  var config: String?
  @Option(help: "How results are printed: table (default on a terminal), json (default elsewhere) or csv.")
  var format: Format?
  @Flag(help: "Allow deletion in this run.")
  var write = false
  @Option(help: "The theme's name, or auto for what the terminal's ground asks for.")
  var theme: String?
  @Option(help: "How many colours: auto, 24bit, 256, 16, 8 or mono.")
  var colors: String?
  @Flag(help: "ASCII only: no box drawing, no blocks.")
  var ascii = false
  @Flag(help: "No colour.")
  var noColor = false
  @Option(help: "Record every event to a new file, for fleettui replay.")
  var record: String?
  @Option(help: "Write a log to a file.")
  var log: String?
  @Flag(help: "Say more on standard error.")
  var verbose = false

  func validate() throws {
    // By every command, also by those that draw nothing: a typing mistake is told where it was made.
    if let theme, let problem = ThemeLibrary(variables: variables).problem(withName: theme) { throw ValidationError(problem) }
    if let colors, colors != "auto", ColorDepth(named: colors) == nil {
      throw ValidationError("--colors \(UntrustedText.clean(colors, limit: 40)): must be auto, \(ColorDepth.names.joined(separator: ", "))")
    }
  }

  var variables: [String: String] { ProcessVariables.all }

  var configurationPath: String { ConfigurationFile.path(option: config, environment: variables) }

  /// - Throws: ``ConfigurationError``.
  func configuration() throws(ConfigurationError) -> Configuration { try ConfigurationInUse.at(configurationPath) }

  /// - Throws: ``ConfigurationError``.
  func environment() throws(ConfigurationError) -> (Configuration, FleetEnvironment) {
    let configuration = try self.configuration()
    var environment = try configuration.environment(named: env)
    if write { environment.allowsWrites = true }
    return (configuration, environment)
  }

  /// - Throws: ``CommandFailure`` when the file can't be written.
  func openLog() throws -> FleetLog { try log.map { try FleetLog(path: $0, isVerbose: verbose) } ?? FleetLog() }

  /// Where a command's events wait to be taken; recorded, where that is asked for.
  ///
  /// - Throws: ``CommandFailure`` when the recording can't be written.
  func openQueue(environment: String, log: FleetLog) throws -> EventQueue {
    guard let record else { return EventQueue() }
    do throws(RecordingFailure) {
      let recorder = try EventRecorder(path: record, environment: environment) { failure in
        log.warn(failure.description)
        Unwritten.lose(failure.description, fails: true)
      }
      OpenRecording.keep(recorder)
      return EventQueue(recorder: recorder)
    } catch { throw CommandFailure(code: 1, message: error.description) }
  }

  /// How many colours are wanted; `nil`: as many as the terminal has. An option goes before the variable, which goes before the configuration.
  func colors(_ configuration: Configuration?) -> ColorDepth? {
    if noColor { return ColorDepth.mono }
    if let colors { return ColorDepth(named: colors) }
    return (variables["NO_COLOR"] ?? "").isEmpty ? configuration?.interface.colors : ColorDepth.mono
  }

  var outputFormat: Format { format ?? (isatty(STDOUT_FILENO) == 1 ? .table : .json) }
}

extension DurationText {
  /// A duration on the command line. - Throws: `ValidationError`.
  static func argument(_ text: String) throws -> Double {
    guard let seconds = seconds(of: text) else { throw ValidationError("'\(text)' is not a duration such as 90s, 20m or 2h") }
    return seconds
  }
}
