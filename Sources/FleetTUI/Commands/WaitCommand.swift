import ArgumentParser
import Feeds
import FleetModel
import Glibc

struct WaitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "Block until an org or workspace is ready or gone, showing progress and ETA.",
    discussion:
      "Ends with 0 when it is, with 1 when it failed or can't become so, with 3 when the time is over, with 4 when nothing could be told by then."
  )

  @Argument(help: "An org's slug or id, a workspace's id, or SLUG/NAME.")
  var target: String
  @Option(name: .customLong("for"), help: "What to wait for: ready or gone.")
  var goal: WaitGoal
  @Option(help: "Give up after that long: 90s, 20m, 2h or plain seconds.", transform: Self.duration)
  var timeout: Double?
  @OptionGroup var global: GlobalOptions

  private static func duration(_ text: String) throws -> Double {
    guard let seconds = DurationText.seconds(of: text) else { throw ValidationError("'\(text)' is not a duration such as 90s, 20m or 2h") }
    return seconds
  }

  func run() throws {
    let (_, environment) = try global.environment()
    let session = try Session(environment: environment, global: global)
    let feeds = Task.detached { await session.feeds.run() }
    defer { feeds.cancel() }
    var waiting = Waiting(target: target, goal: goal, session: session, format: global.outputFormat)
    let code = waiting.run(SignalPipe(), seconds: timeout)
    if code != 0 { throw CommandFailure(code: code) }
  }
}

enum WaitGoal: String, ExpressibleByArgument, CaseIterable { case ready, gone }

/// What a target's state means for who waits for it: pure, asked again after every event.
struct WaitState {
  enum Verdict: Hashable {
    case waiting(String)
    case reached(String)
    case failed(String)
    /// Everything that could hold it was read, and it isn't there.
    case unknown
  }

  let goal: WaitGoal
  /// Once it was found it is followed by its id: another may get its name.
  private(set) var org: OrgID?
  private(set) var workspace: WorkspaceID?
  private(set) var slug: Slug?

  init(goal: WaitGoal) { self.goal = goal }

  mutating func verdict(of name: String, in fleet: Fleet, at now: Timestamp) -> Verdict {
    if org == nil {
      switch FleetTarget.find(name, in: fleet) {
      case .org(let found): (org, slug) = (found.id, found.slug)
      case .workspace(let found, let owner): (org, workspace, slug) = (owner.id, found.id, owner.slug)
      case .unknown:
        let gaps = FleetTarget.gaps(of: name, in: fleet, at: now)
        let unread = fleet.orgs.values.contains { $0.row.status == .running && !fleet.isComplete(.tenant($0.slug), at: now) }
        if let gap = gaps.first { return .waiting(gap) }
        if (name.contains("/") || name.utf8.count == 36) && unread { return .waiting("the tenants have not all answered yet") }
        return goal == .gone ? .reached("there is none") : .unknown
      }
    }
    guard let id = org else { return .unknown }
    guard let found = fleet.orgs[id] else {
      return goal == .gone ? .reached("the roster no longer holds its org") : .failed("it was deleted")
    }
    return workspace.map { verdict(of: $0, found, fleet, at: now) } ?? verdict(of: found, fleet, at: now)
  }

  private func verdict(of org: Org, _ fleet: Fleet, at now: Timestamp) -> Verdict {
    let status = org.row.status?.text ?? "no instance yet"
    if goal == .gone {
      return org.row.status == .purged
        ? .reached("the control plane says purged")
        : .waiting(org.deletion.map { "deletion \($0.status.text), step \($0.step ?? "none")" } ?? status)
    }
    switch org.row.status {
    case .running:
      // Its name answers only minutes after the control plane says running (contract §4.5).
      if fleet.isComplete(.tenant(org.slug), at: now) { return .reached("running, and its tenant answers") }
      return .waiting("running; " + (fleet.freshness(of: .tenant(org.slug), at: now).problem ?? "its tenant has not answered yet"))
    case .failed, .abandoned, .purged: return .failed("\(status): \(org.row.lastError?.onOneLine ?? "no reason given")")
    default: return .waiting(status + Self.progress(fleet.progress(of: .tenant(org.id), at: now)))
    }
  }

  private func verdict(of id: WorkspaceID, _ org: Org, _ fleet: Fleet, at now: Timestamp) -> Verdict {
    guard let found = fleet.workspaces[id], found.row.status != .removed else {
      return goal == .gone ? .reached("removed") : .failed("it was removed")
    }
    let status = found.row.status.text
    if goal == .gone { return .waiting(status) }
    switch found.row.status {
    case .online: return .reached("online")
    case .failed:
      // A hermes that was given up too early comes back by itself.
      let findings = fleet.findings(of: id, at: now)
      if findings.contains(where: { $0.code == .stillInstalling }) { return .waiting("called failed, probably still installing") }
      return .failed(findings.first?.summary ?? found.row.lastError?.onOneLine ?? status)
    default: return .waiting(status + Self.progress(fleet.progress(of: .workspace(id), at: now)))
    }
  }

  private static func progress(_ progress: Progress?) -> String {
    guard let progress else { return "" }
    var text = progress.phase.map { ", \($0)" } ?? ""
    if let fraction = progress.fraction { text += ", \(Int(clamping: fraction * 100)) %" }
    if let eta = progress.eta { text += ", about \(Self.duration(eta.p50)) more, at most \(Self.duration(eta.p90))" }
    if progress.isLate { text += ", late" }
    return text
  }

  private static func duration(_ seconds: Double) -> String {
    seconds < 90 ? "\(Int(clamping: seconds.rounded())) s" : "\(Int(clamping: (seconds / 60).rounded())) min"
  }
}

/// Follows one target on the initial thread: the feeds need the others.
private struct Waiting {
  let target: String
  let session: Session
  let format: GlobalOptions.Format
  private var state: WaitState
  private var fleet = Fleet()
  private var told = ""
  private var toldAt = -Double.infinity
  private let start = monotonicSeconds()
  /// Seconds between two lines of progress that say the same with other figures.
  private static let pace = 10.0

  init(target: String, goal: WaitGoal, session: Session, format: GlobalOptions.Format) {
    self.target = target
    self.session = session
    self.format = format
    state = WaitState(goal: goal)
  }

  mutating func run(_ signals: SignalPipe, seconds: Double?) -> Int32 {
    let deadline = seconds.map { start + $0 }
    while true {
      for event in session.queue.drain() {
        session.log.note(event)
        fleet.apply(event)
      }
      _ = fleet.takeChanges()
      fleet.forgetLog()
      switch state.verdict(of: target, in: fleet, at: wallClock()) {
      case .reached(let why): return end("reached", why, code: 0)
      case .failed(let why): return end("failed", why, code: 1)
      case .unknown:
        Output.message(
          "\(UntrustedText.clean(target, limit: 128)) is no org or workspace of \(session.environment.name) that is known; `fleettui snapshot` lists them"
        )
        return 1
      case .waiting(let why):
        tell(why)
        if let deadline, monotonicSeconds() >= deadline {
          // Without a roster nothing at all is known of it.
          let isBlind = state.org == nil && fleet.freshness(of: .controlPlane, at: wallClock()).state != .complete
          return end("timeout", why, code: isBlind ? 4 : 3)
        }
      }
      let left = min(deadline.map { $0 - monotonicSeconds() } ?? Self.pace, Self.pace)
      var ready = [
        pollfd(fd: session.queue.wakeDescriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      _ = poll(&ready, nfds_t(ready.count), pollTimeout(left))
      for signal in signals.take() {
        if let code = signal.exitCode { return code }
      }
    }
  }

  private mutating func tell(_ why: String) {
    let name = why.prefix { $0 != "," }
    let now = monotonicSeconds()
    guard name != told.prefix(while: { $0 != "," }) || (why != told && now - toldAt >= Self.pace) else { return }
    told = why
    toldAt = now
    Output.message("\(UntrustedText.clean(target, limit: 128)): \(why)")
  }

  private func end(_ result: String, _ why: String, code: Int32) -> Int32 {
    let waited = monotonicSeconds() - start
    let kind = state.workspace == nil && !target.contains("/") ? "org" : "workspace"
    Output.message("\(UntrustedText.clean(target, limit: 128)): \(result) after \(Int(clamping: waited.rounded())) s: \(why)")
    switch format {
    case .json:
      let id = state.workspace.map { JSONValue($0) } ?? JSONValue(state.org)
      let slug = state.slug ?? Slug(UntrustedText.clean(String(target.prefix { $0 != "/" }), limit: 128))
      Output.line(
        Document.make(
          [
            .init("target", ["kind": .string(kind), "id": id, "slug": JSONValue(slug)]), .init("for", .string(state.goal.rawValue)),
            .init("result", .string(result)),
            .init("waited", JSONValue(waited, places: 1)),
          ], environment: session.environment.name, fleet: fleet, at: wallClock()
        ).serialized())
    case .csv, .table:
      var table = TextTable(header: ["TARGET", "FOR", "RESULT", "WAITED"])
      let seconds = "\(Int(clamping: waited.rounded()))" + (format == .csv ? "" : " s")
      table.rows = [[UntrustedText.clean(target, limit: 128), state.goal.rawValue, result, seconds]]
      Output.line(format == .csv ? table.csv : table.table)
    }
    return code
  }
}
