import Feeds
import FleetModel
import Glibc

/// Follows one target on the initial thread: the feeds need the others.
struct Waiting {
  let target: String
  let session: Session
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

  init(target: String, goal: WaitGoal, session: Session, screen: WaitScreen?) {
    self.target = target
    self.session = session
    self.screen = screen
    state = WaitState(goal: goal)
    fleet = session.emptyFleet
  }

  /// - Throws: ``CommandFailure`` when there is nothing to wait for, or a signal ended it.
  mutating func run(_ signals: SignalPipe, seconds: Double?) throws -> WaitDocument {
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
      case .reached(let why): return end(.reached, why)
      case .failed(let why): return end(.failed, why)
      case .unknown:
        screen?.clear()
        throw CommandFailure(
          code: 1,
          message:
            "\(UntrustedText.clean(target, limit: 128)) is no org or workspace of \(session.environment.name) that is known; `fleettui snapshot` lists them"
        )
      case .waiting(let why), .asking(let why):
        tell(why)
        if let deadline, monotonicSeconds() >= deadline {
          // Without a roster nothing at all is known of it.
          let isBlind = state.org == nil && fleet.freshness(of: .controlPlane, at: wallClock()).state != .complete
          return end(.timeout(isBlind: isBlind), why)
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
        throw CommandFailure(code: code)
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

  private func end(_ result: WaitDocument.Result, _ why: String) -> WaitDocument {
    screen?.clear()
    let document = WaitDocument(
      target: target, state: state, result: result, waited: monotonicSeconds() - start, fleet: fleet, now: wallClock())
    Output.message("\(UntrustedText.clean(target, limit: 128)): \(result.word) after \(document.seconds) s: \(why)")
    return document
  }
}
