import Feeds
import FleetModel
import Synchronization

/// What a key asks of the world. It names what it is about, never a row.
enum Effect: Hashable, Sendable {
  /// These workspaces are on screen: their streams come first.
  case show(Set<WorkspaceID>)
  /// Every source is asked again now.
  case refresh
  /// Whatever may tell why an org or workspace is as it is.
  case explain(CaseQuestion)
  /// A machine's serial output, so many seconds from now.
  case console(WorkspaceID, after: Double)
  /// A tenant's layers, from outside.
  case check(OrgID, Slug)
  case posture(PostureQuestion)
}

/// What came of an effect that has more to say than the fleet's own events.
enum Answer: Sendable {
  case explained(OrgID, WorkspaceID?, Result<CaseFile, Problem>)
  /// Lines without escape sequences, secrets masked.
  case console(WorkspaceID, Result<[String], Problem>)
  case checked(OrgID, Result<[Check], Problem>)
  case posture([Check], at: Timestamp)
}

/// Does what the dashboard asks, away from its thread, and keeps what came of it until the dashboard takes it.
final class EffectRunner: Sendable {
  private struct State {
    /// `nil` until the environment's services are known: what is asked before waits.
    var session: Session?
    var waiting: [Effect] = []
    var answers: [Answer] = []
  }

  private let state = Mutex(State())
  private let queue: EventQueue

  /// - Parameter queue: woken when there is an answer.
  init(queue: EventQueue, session: Session? = nil) {
    self.queue = queue
    if let session { arrived(session) }
  }

  func arrived(_ session: Session) {
    let waiting = state.withLock { state in
      state.session = session
      defer { state.waiting = [] }
      return state.waiting
    }
    for effect in waiting { perform(effect, session) }
  }

  func perform(_ effect: Effect) {
    let session = state.withLock { state in
      if state.session == nil { state.waiting.append(effect) }
      return state.session
    }
    if let session { perform(effect, session) }
  }

  /// Everything that came since the last call.
  func takeAnswers() -> [Answer] {
    state.withLock { state in
      defer { state.answers = [] }
      return state.answers
    }
  }

  func answer(_ answer: Answer) {
    state.withLock { $0.answers.append(answer) }
    queue.wake()
  }

  private func perform(_ effect: Effect, _ session: Session) {
    switch effect {
    case .show(let workspaces): session.feeds.show(workspaces)
    case .refresh: session.feeds.refresh()
    case .explain(let question): explain(question, session)
    case .console(let workspace, let seconds): readConsole(of: workspace, after: seconds, session)
    case .check(let org, let slug): check(org, slug, session)
    case .posture(let question): lookAtPosture(question, session)
    }
  }
}
