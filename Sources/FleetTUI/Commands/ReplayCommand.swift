import ArgumentParser
import Feeds
import FleetModel

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "The dashboard on a recording that --record wrote: nothing is asked, nothing can be changed.")

  @Argument(help: "The recording.")
  var file: String
  @Option(help: "So many times as fast as it was.")
  var speed = 1.0
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard (0.01...100_000).contains(speed) else { throw ValidationError("--speed must be at least 0.01 and at most 100000") }
    if global.record != nil { throw ValidationError("a replay is not recorded again: copy the file instead") }
  }

  func run() throws {
    let recording: Recording
    do throws(RecordingFailure) { recording = try Recording(path: file) } catch {
      throw CommandFailure(code: 1, message: "replay: \(error)")
    }
    guard let start = recording.start, let end = recording.end else {
      throw CommandFailure(code: 1, message: "replay: \(UntrustedText.clean(file, limit: 400)) holds no events")
    }
    let log = try global.openLog()
    if let problem = recording.problem { log.warn("\(file): \(problem); everything else is shown") }
    let queue = EventQueue()
    let settings = recording.settings ?? FleetSettings(environment: recording.environment)
    var options = try global.dashboardOptions(settings, WriteRefusal.replay, keptIn: global.screenFile)
    // What rings calls for somebody; what was once calls for nobody.
    options.notifications = NotificationRules(.none)
    options.replay = ReplayNote(start: start, end: end, speed: speed, lacksSettings: recording.settings == nil)
    if recording.settings == nil {
      let notice = "this recording doesn't say what was configured: it is judged by defaults, and may show other verdicts than were seen"
      log.warn("\(file): \(notice)")
      options.notice = notice
    }
    let clock = FleetClock.recording(start: start, end: end, begun: monotonicSeconds(), speed: speed)
    let speed = speed
    let work = Task.detached { await recording.play(into: queue, speed: speed) }
    defer { work.cancel() }
    let (store, effects) = (FleetStore(queue: queue, log: log), EffectRunner.deaf(on: queue))
    if LinearOutput.isWanted(global.variables) {
      if let notice = options.notice { Output.message(notice) }
      throw CommandFailure(code: LinearOutput(store: store, options: options, effects: effects, clock: clock).run())
    }
    let code: Int32
    do throws(TerminalError) {
      code = try Dashboard(store: store, options: options, effects: effects, clock: clock).run()
      options.screenFile?.finish()
    } catch { throw CommandFailure(code: 1, message: error.description) }
    if code != 0 { throw CommandFailure(code: code) }
  }
}
