import Feeds
import FleetModel
import Glibc

/// The dashboard for a screen reader (`ACCESSIBLE=1`): the fleet once as plain lines, then a sentence for each event, nothing redrawn; and a prompt that
/// takes every command and answers in lines.
final class LinearOutput {
  static func isWanted(_ variables: [String: String]) -> Bool { variables["ACCESSIBLE"] == "1" }

  /// Bytes of one line that is typed.
  private static let lineLimit = 4096

  private let store: FleetStore
  private let effects: EffectRunner
  private let clock: FleetClock
  private var prompt: LinearPrompt
  /// Lines of the log that were said.
  private var said: UInt64 = 0
  private var sawRoster = false
  private var typed: [UInt8] = []
  private var isTypedAt = true
  private var isRead = true

  init(store: FleetStore, options: DashboardOptions, effects: EffectRunner, clock: FleetClock = .wall) {
    self.store = store
    self.effects = effects
    self.clock = clock
    prompt = LinearPrompt(options)
    say(["fleettui, environment \(options.environment). Each event is a line.", LinearPrompt.advice])
  }

  /// Until a signal or a command ends it, or nobody reads any more. - Returns: the exit code.
  func run() -> Int32 {
    let signals = SignalPipe()
    while isRead {
      takeNews()
      var ready = [
        pollfd(fd: store.wakeDescriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
        // Nobody reads any more: POLLERR comes unasked.
        pollfd(fd: STDOUT_FILENO, events: 0, revents: 0),
        // Where nothing can be typed the events alone are told.
        pollfd(fd: isTypedAt ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
      ]
      let wait = store.nextJudgement.flatMap(clock.milliseconds(until:)).map { Int32(clamping: max(1, $0)) } ?? -1
      _ = poll(&ready, nfds_t(ready.count), wait)
      for signal in signals.take() { if let code = signal.exitCode { return code } }
      if Int32(ready[2].revents) & (POLLERR | POLLNVAL) != 0 { break }
      if ready[3].revents != 0, let code = read() { return code }
    }
    return 0
  }

  // MARK: - What happens

  private func takeNews() {
    let now = clock.now()
    let changes = store.drain(at: now)
    let fleet = store.fleet
    var lines: [String] = []
    if !sawRoster, fleet.sources[.controlPlane]?.lastComplete != nil {
      sawRoster = true
      let orgs = fleet.listedOrgs
      lines = ["\(orgs.count) orgs."] + orgs.map { "\($0.slug): \($0.standing)." }
    }
    if said < fleet.logged {
      let first = max(said, fleet.log.first.map { $0.sequence - 1 } ?? 0)
      lines += (first..<fleet.logged).compactMap { fleet.logEntry($0 + 1).map { Self.sentence($0, fleet) } }
      said = fleet.logged
    }
    // All that came at once in one write: a reader has it whole.
    say(lines)
    prompt.update(changes, fleet, at: now)
    let begun = prompt.begin(fleet, at: now, uptime: Int64(clamping: monotonicSeconds() * 1000))
    say(begun.lines)
    perform(begun.intent)
    for answer in effects.takeAnswers() {
      let heard = prompt.hear(answer, fleet, at: now)
      say(heard.lines)
      for effect in heard.effects { effects.perform(effect) }
    }
  }

  // MARK: - What is typed

  /// - Returns: the exit code, where that ends it.
  private func read() -> Int32? {
    var bytes = [UInt8](repeating: 0, count: Self.lineLimit)
    let count = Glibc.read(STDIN_FILENO, &bytes, bytes.count)
    guard count > 0 else {
      if count == 0 || errno != EINTR { isTypedAt = false }
      return nil
    }
    typed += bytes.prefix(count)
    while let end = typed.firstIndex(of: UInt8(ascii: "\n")) {
      let line = String(decoding: typed[..<end], as: UTF8.self)
      typed.removeSubrange(...end)
      if let code = answer(line) { return code }
    }
    if typed.count > Self.lineLimit { typed = [] }
    return nil
  }

  private func answer(_ line: String) -> Int32? {
    let (lines, intent) = prompt.answer(line, store.fleet, at: clock.now())
    say(lines)
    return perform(intent)
  }

  /// - Returns: the exit code, where that ends it.
  @discardableResult
  private func perform(_ intent: Intent) -> Int32? {
    switch intent {
    case .leave(let code): return code
    case .perform(let effect): effects.perform(effect)
    case .wantEverything: store.wantEverything()
    default: break
    }
    return nil
  }

  private func say(_ lines: [String]) { if isRead, !lines.isEmpty { isRead = Output.line(lines.joined(separator: "\n")) } }

  /// `04:11:52, acme, support-7: boot event, image_pull ok.`
  static func sentence(_ entry: LogEntry, _ fleet: Fleet) -> String {
    let data = (try? JSONValue(parsing: entry.data))?.members ?? []
    let workspace = entry.workspaceID.map { fleet.workspaces[$0]?.row.name ?? $0.rawValue }
    let place = [entry.slug?.rawValue, workspace].compactMap { $0 }.joined(separator: ", ")
    let words = data.compactMap { member -> String? in
      switch member.value {
      case .string(let text): text.isEmpty ? nil : text
      case .integer, .number, .bool: "\(member.name.replacing("_", with: " ")) \(member.value)"
      case .null, .array, .object: nil
      }
    }
    let event = entry.type.rawValue.lowercased().replacing("_", with: " ")
    return "\(entry.at.timeOfDay), \(place.isEmpty ? entry.source.description : place): \(([event] + words).joined(separator: ", "))."
  }
}
