import Feeds
import FleetModel
import Synchronization

/// What a key asks of the world. It names what it is about, never a row.
enum Effect: Hashable, Sendable {
  case deletion(DeletionRequest)
  /// Whatever may tell why an org or workspace is as it is.
  case explain(CaseQuestion)
  /// A machine's serial output, so many seconds from now.
  case console(WorkspaceID, after: Double)
  /// A tenant's layers, from outside.
  case check(OrgID, Slug)
  case posture(PostureQuestion)
  /// A program of the operator's own is run for a row, which it has as JSON on its standard input.
  case plugin(Plugin, Subject, JSONValue)
  /// The hook is told, as JSON on its standard input.
  case notify([String], JSONValue)
  /// A file on this machine.
  case save(SavedFile)
}

/// What came of an effect that has more to say than the fleet's own events.
enum Answer: Sendable {
  /// What an org's deletion plan needs beside the fleet.
  case prepared(OrgID, DeletionPreparation)
  case explained(OrgID, WorkspaceID?, Result<CaseFile, Problem>)
  /// Lines without escape sequences, secrets masked.
  case console(WorkspaceID, Result<[String], Problem>)
  case checked(OrgID, Result<[Check], Problem>)
  case posture([Check], at: Timestamp)
  /// What a plugin printed: lines without escape sequences, secrets masked.
  case plugin(String, Subject, Result<[String], Problem>)
  /// The hook could not be told.
  case notNotified(Problem)
  case saved(Result<String, SavedFile.Failure>)
}

/// Does what the dashboard asks, away from its thread, and keeps what came of it until the dashboard takes it.
final class EffectRunner: Sendable {
  private struct Services {
    let session: Session
    let deletions: DeletionDesk
  }

  private enum World {
    /// Its services aren't known yet: what is asked waits.
    case coming([Effect])
    case here(Services)
    /// A recording: there is nobody to ask.
    case absent
  }

  private struct State {
    var world: World
    var answers: [Answer] = []
  }

  private let state: Mutex<State>
  private let queue: EventQueue

  private init(_ world: World, _ queue: EventQueue) {
    state = Mutex(State(world: world))
    self.queue = queue
  }

  /// Of a session that is there. Its queue is woken when there is an answer.
  convenience init(_ session: Session) {
    self.init(.coming([]), session.queue)
    arrived(session)
  }

  /// Of a session that will ``arrived(_:)``.
  static func waiting(on queue: EventQueue) -> EffectRunner { EffectRunner(.coming([]), queue) }

  /// Of a recording.
  static func deaf(on queue: EventQueue) -> EffectRunner { EffectRunner(.absent, queue) }

  func arrived(_ session: Session) {
    let services = Services(
      session: session, deletions: DeletionDesk(session) { [weak self] in self?.answer(.prepared($0, $1)) })
    let waiting: [Effect] = state.withLock { state in
      defer { state.world = .here(services) }
      return if case .coming(let waiting) = state.world { waiting } else { [] }
    }
    services.deletions.perform(.goOn)
    for effect in waiting { perform(effect, services) }
  }

  func perform(_ effect: Effect) {
    // The world has no part in it.
    if case .save(let file) = effect { return save(file) }
    let services: Services? = state.withLock { state in
      switch state.world {
      case .here(let services): return services
      case .absent:
        if let answer = Answer.ofNobody(to: effect) { state.answers.append(answer) }
        return nil
      case .coming(let waiting):
        state.world = .coming(waiting + [effect])
        return nil
      }
    }
    if let services { perform(effect, services) } else { queue.wake() }
  }

  /// Everything that came since the last call.
  func takeAnswers() -> [Answer] {
    state.withLock { state in
      defer { state.answers = [] }
      return state.answers
    }
  }

  /// The orgs that are being deleted and would be left to the next start.
  var unfinishedDeletions: [Slug] {
    let services: Services? = state.withLock { if case .here(let services) = $0.world { services } else { nil } }
    return services?.deletions.unfinished ?? []
  }

  /// What was asked of whom; nothing where there is nobody to ask.
  var requests: [HTTPTally.Row] {
    let services: Services? = state.withLock { if case .here(let services) = $0.world { services } else { nil } }
    return services?.session.access.http.tally.rows ?? []
  }

  func answer(_ answer: Answer) {
    state.withLock { $0.answers.append(answer) }
    queue.wake()
  }

  private func perform(_ effect: Effect, _ services: Services) {
    switch effect {
    case .deletion(let request): services.deletions.perform(request)
    case .explain(let question): explain(question, services.session)
    case .console(let workspace, let seconds): readConsole(of: workspace, after: seconds, services.session)
    case .check(let org, let slug): check(org, slug, services.session)
    case .posture(let question): lookAtPosture(question, services.session)
    case .plugin(let plugin, let subject, let item): run(plugin, subject, item, services.session)
    case .notify(let command, let news): notify(command, news, services.session)
    case .save(let file): save(file)
    }
  }
}
