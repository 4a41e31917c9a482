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

  var variables: [String: String] { ProcessVariables.all }

  var configurationPath: String { ConfigurationFile.path(option: config, environment: variables) }

  /// - Throws: ``ConfigurationError``.
  func environment() throws(ConfigurationError) -> (Configuration, FleetEnvironment) {
    let configuration = try ConfigurationFile.read(path: configurationPath)
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
        OpenRecording.fail(failure.description)
      }
      OpenRecording.keep(recorder)
      return EventQueue(recorder: recorder)
    } catch { throw CommandFailure(code: 1, message: error.description) }
  }

  var outputFormat: Format { format ?? (isatty(STDOUT_FILENO) == 1 ? .table : .json) }
}

/// The process's recording: finished when the command is.
enum OpenRecording {
  private static let state = Mutex<(recorder: EventRecorder?, failure: String?)>((nil, nil))

  static func keep(_ recorder: EventRecorder) { state.withLock { $0.recorder = recorder } }
  static func fail(_ problem: String) { state.withLock { $0.failure = problem } }

  /// Writes what is left. - Returns: why the recording is not whole; `nil` when it is.
  static func finish() -> String? {
    let recorder = state.withLock { $0.recorder }
    recorder?.finish()
    return state.withLock { $0.failure }
  }
}

/// The variables this process was started with.
enum ProcessVariables {
  static let all: [String: String] = {
    ProcessInfo.processInfo.environment
  }()
}
