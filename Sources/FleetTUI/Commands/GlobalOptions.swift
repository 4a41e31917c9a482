import ArgumentParser
import Feeds
import FleetModel
import Foundation
import Synchronization

/// What every command accepts, before or after its name.
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
  @Option(help: "The theme's name.")
  var theme: String?
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

  /// The options of this group that take a value, and those that don't.
  static let valued: Set = ["--env", "--config", "--format", "--theme", "--record", "--log"]
  static let flags: Set = ["--write", "--ascii", "--no-color", "--verbose"]

  /// The arguments with every global option moved to the end, so that it may stand before the command's name too.
  static func hoisted(_ arguments: [String]) -> [String] {
    var rest: [String] = []
    var global: [String] = []
    var index = 0
    while index < arguments.count, arguments[index] != "--" {
      let argument = arguments[index]
      let name = String(argument.prefix { $0 != "=" })
      if flags.contains(argument) || (valued.contains(name) && argument != name) {
        global.append(argument)
      } else if valued.contains(argument), index + 1 < arguments.count {
        global += [argument, arguments[index + 1]]
        index += 1
      } else {
        rest.append(argument)
      }
      index += 1
    }
    return rest + global + arguments[min(index, arguments.count)...]
  }

  func validate() throws {
    // By every command, also by those that draw nothing: a typing mistake is told where it was made.
    if let theme, let problem = Theme.problem(withName: theme) { throw ValidationError(problem) }
  }

  /// What help tells of them, indented.
  static var summary: String {
    // A column less than there is: a command's text is broken once more, and a line that just fits would be.
    let options = helpMessage(columns: HelpWidth.columns - 1).lines
    return options.drop { $0 != "OPTIONS:" }.dropFirst().prefix { !$0.hasPrefix("  -h, --help") }.joined(separator: "\n")
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

  var outputFormat: Format { format ?? (isatty(STDOUT_FILENO) == 1 ? .table : .json) }
}

/// The configurations that this process has read, each once: `--config <(…)` gives its text a single time, and all that look must see the same.
private enum ConfigurationInUse {
  private static let read = Mutex<[String: Result<Configuration, ConfigurationError>]>([:])

  static func at(_ path: String) throws(ConfigurationError) -> Configuration {
    try read.withLock { read in
      if let known = read[path] { return known }
      let result: Result<Configuration, ConfigurationError>
      do throws(ConfigurationError) { result = .success(try ConfigurationFile.read(path: path)) } catch { result = .failure(error) }
      read[path] = result
      return result
    }.get()
  }
}

/// The process's recording: finished when the command is.
enum OpenRecording {
  private static let recorder = Mutex<EventRecorder?>(nil)

  static func keep(_ opened: EventRecorder) { recorder.withLock { $0 = opened } }

  /// Returns when all of it is in the file, or was found not to fit.
  static func finish() { recorder.withLock { $0 }?.finish() }
}

/// The variables this process was started with.
enum ProcessVariables {
  static let all: [String: String] = {
    ProcessInfo.processInfo.environment
  }()
}

/// How wide help is written.
enum HelpWidth {
  /// `COLUMNS`, else the terminal's; the parser can't write into fewer than forty.
  static let columns: Int = {
    var window = winsize()
    let reported = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0 ? Int(window.ws_col) : 0
    let wanted = getenv("COLUMNS").flatMap { Int(String(cString: $0)) } ?? 0
    return min(max(40, wanted > 0 ? wanted : reported > 0 ? reported : 80), 1000)
  }()

  /// The parser takes it from there.
  static func impose() { setenv("COLUMNS", "\(columns)", 1) }
}

extension DurationText {
  /// A duration on the command line. - Throws: `ValidationError`.
  static func argument(_ text: String) throws -> Double {
    guard let seconds = seconds(of: text) else { throw ValidationError("'\(text)' is not a duration such as 90s, 20m or 2h") }
    return seconds
  }
}
