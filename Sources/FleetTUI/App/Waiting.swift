import Feeds
import FleetModel
import Glibc

/// Follows one target on the initial thread: the feeds need the others.
struct Waiting {
  let target: String
  let session: Session
  let format: GlobalOptions.Format
  /// `nil`: standard error is no terminal, and gets a line for each news.
  let screen: WaitScreen?
  private var state: WaitState
  private var fleet: Fleet
  private var isFollowed = false
  private var told = ""
  private var toldAt = -Double.infinity
  private let start = monotonicSeconds()
  /// Seconds between two lines of progress that say the same with other figures.
  private static let pace = 10.0

  init(target: String, goal: WaitGoal, session: Session, format: GlobalOptions.Format, screen: WaitScreen?) {
    self.target = target
    self.session = session
    self.format = format
    self.screen = screen
    state = WaitState(goal: goal)
    fleet = session.emptyFleet
  }

  mutating func run(_ signals: SignalPipe, seconds: Double?) -> Int32 {
    let deadline = seconds.map { start + $0 }
    while true {
      for event in session.queue.drain() {
        session.log.note(event)
        fleet.apply(event)
      }
      // What keeps a boot is a finding.
      fleet.judge(at: wallClock())
      _ = fleet.takeChanges()
      fleet.forgetLog()
      let verdict = state.verdict(of: target, in: fleet, at: wallClock())
      if !isFollowed, let org = state.org {
        isFollowed = true
        fleet.waitFor(org, workspace: state.workspace)
      }
      session.queue.leaveWants(of: &fleet)
      switch verdict {
      case .reached(let why): return end("reached", why, code: 0)
      case .failed(let why): return end("failed", why, code: 1)
      case .unknown:
        screen?.clear()
        Output.message(
          "\(UntrustedText.clean(target, limit: 128)) is no org or workspace of \(session.environment.name) that is known; `fleettui snapshot` lists them"
        )
        return 1
      case .waiting(let why), .asking(let why):
        tell(why)
        if let deadline, monotonicSeconds() >= deadline {
          // Without a roster nothing at all is known of it.
          let isBlind = state.org == nil && fleet.freshness(of: .controlPlane, at: wallClock()).state != .complete
          return end("timeout", why, code: isBlind ? 4 : 3)
        }
      }
      let pace = screen == nil ? Self.pace : 1
      let left = min(deadline.map { $0 - monotonicSeconds() } ?? pace, pace)
      var ready = [
        pollfd(fd: session.queue.wakeDescriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      _ = poll(&ready, nfds_t(ready.count), pollTimeout(left))
      for signal in signals.take() {
        guard let code = signal.exitCode else { continue }
        screen?.clear()
        return code
      }
    }
  }

  private mutating func tell(_ why: String) {
    if let screen {
      let coming: BootTarget? = state.workspace.map(BootTarget.workspace) ?? state.org.map(BootTarget.tenant)
      let now = wallClock()
      let progress = state.goal == .ready ? coming.flatMap { fleet.progress(of: $0, at: now) } : nil
      return screen.draw(WaitScreen.line(UntrustedText.clean(target, limit: 128), why, progress, screen.glyphs))
    }
    let name = why.prefix { $0 != "," }
    let now = monotonicSeconds()
    guard name != told.prefix(while: { $0 != "," }) || (why != told && now - toldAt >= Self.pace) else { return }
    told = why
    toldAt = now
    Output.message("\(UntrustedText.clean(target, limit: 128)): \(why)")
  }

  private func end(_ result: String, _ why: String, code: Int32) -> Int32 {
    screen?.clear()
    let waited = monotonicSeconds() - start
    let kind = state.workspace == nil && !target.contains("/") ? "org" : "workspace"
    Output.message("\(UntrustedText.clean(target, limit: 128)): \(result) after \(Int(clamping: waited.rounded())) s: \(why)")
    switch format {
    case .json:
      let id = state.workspace.map { JSONValue($0) } ?? JSONValue(state.org)
      let slug = state.slug ?? Slug(UntrustedText.clean(String(target.prefix { $0 != "/" }), limit: 128))
      Output.line(
        DocumentFrame(of: fleet, at: wallClock()).json([
          .init("target", ["kind": .string(kind), "id": id, "slug": JSONValue(slug)]), .init("for", .string(state.goal.rawValue)),
          .init("result", .string(result)),
          .init("waited", JSONValue(waited, places: 1)),
        ]).serialized())
    case .csv, .table:
      var table = TextTable(header: ["TARGET", "FOR", "RESULT", "WAITED"])
      let seconds = "\(Int(clamping: waited.rounded()))" + (format == .csv ? "" : " s")
      table.rows = [[UntrustedText.clean(target, limit: 128), state.goal.rawValue, result, seconds]]
      Output.line(format == .csv ? table.csv : table.table(columns: Output.columns))
    }
    return code
  }
}
