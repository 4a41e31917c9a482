import FleetModel
import Synchronization

/// When a stream last showed that it lives: told by the thread that reads it, without disturbing anybody.
final class StreamPulse: Sendable {
  private let heard: Atomic<UInt64>
  private let told = Atomic<UInt64>((-Double.infinity).bitPattern)

  init(at now: Double) { heard = Atomic(now.bitPattern) }

  /// Something came on it; `isEvent`: its workspace said something.
  func beat(isEvent: Bool, at now: Double) {
    heard.store(now.bitPattern, ordering: .relaxed)
    if isEvent { told.store(now.bitPattern, ordering: .relaxed) }
  }

  var heardAt: Double { Double(bitPattern: heard.load(ordering: .relaxed)) }
  /// When its workspace last said something.
  var toldAt: Double { Double(bitPattern: told.load(ordering: .relaxed)) }
}

extension TenantErrands {
  /// One stream from its opening to its end; what is heard of an earlier one of the same workspace is not of this.
  struct StreamID: Hashable {
    let workspace: WorkspaceID
    fileprivate let number: UInt64
  }

  struct Stream {
    enum State: Hashable {
      /// Not to be opened before then.
      case waiting(until: Double)
      case connecting
      case open
      /// Nor to be opened before the fleet says so.
      case refused
    }

    fileprivate(set) var want: StreamWant
    fileprivate(set) var id: StreamID
    fileprivate(set) var state: State
    let pulse: StreamPulse
    /// The token that it was asked for with.
    fileprivate var edition: UInt64 = 0
    /// How often it was opened again because its workspace said nothing.
    fileprivate var silences = 0
    fileprivate var restartedAt = -Double.infinity

    var isOpen: Bool { state == .open }

    /// When it is to be opened again if nothing is heard until then; `nil`: silence is normal there.
    fileprivate var silenceEnd: Double? {
      guard isOpen, want.beats else { return nil }
      return max(pulse.heardAt, restartedAt) + TenantSchedule.next(afterSilences: untoldSilences)
    }

    fileprivate var untoldSilences: Int { pulse.toldAt > restartedAt ? 0 : silences }
  }

  enum StreamAction {
    case open(StreamID, Visit, StreamPulse)
    case close(StreamID, Visit, wasOpen: Bool)
    /// `gap`: what is said of what is lost by it, the first time.
    case restart(StreamID, Visit, gap: String?)
  }

  // MARK: - What is wanted

  /// - Returns: what is to be closed for it.
  mutating func heed(_ want: StreamWant?, of id: WorkspaceID, at now: Double) -> StreamAction? {
    let known = streams[id]
    if let want, var known, Visit(want) == Visit(known.want) {
      if want.tries != known.want.tries {
        switch known.state {
        case .refused, .waiting: known.state = .waiting(until: opening(of: want, at: now))
        case .connecting, .open: break
        }
      }
      known.want = want
      streams[id] = known
      return nil
    }
    streams[id] = want.map {
      Stream(
        want: $0, id: StreamID(workspace: id, number: 0), state: .waiting(until: opening(of: $0, at: now)), pulse: StreamPulse(at: now))
    }
    guard let known, known.state == .connecting || known.isOpen else { return nil }
    return .close(known.id, Visit(known.want), wasOpen: known.isOpen)
  }

  /// A tenant that asked to be left alone is: nothing of it is tried meanwhile.
  private func opening(of want: StreamWant, at now: Double) -> Double {
    guard want.reason == .probe else { return now }
    return max(now + want.pause, errand(Visit(want))?.turn.notBefore ?? now)
  }

  /// What is to be opened, and opened again, now.
  mutating func arrange(at now: Double) -> [StreamAction] {
    var actions: [StreamAction] = []
    for (id, var stream) in streams {
      switch stream.state {
      case .waiting(let moment) where moment <= now:
        opened += 1
        stream.id = StreamID(workspace: id, number: opened)
        stream.state = .connecting
        actions.append(.open(stream.id, Visit(stream.want), stream.pulse))
      case .open where stream.silenceEnd.map { $0 <= now } ?? false:
        // Whether the workspace is silent or its connection dead can't be seen from here. A new connection shows it; the first time that is told.
        let seconds = Int(clamping: TenantSchedule.next(afterSilences: 0))
        let gap = "no heartbeat for \(seconds) s of a workspace that should be online: connected again"
        actions.append(.restart(stream.id, Visit(stream.want), gap: stream.untoldSilences == 0 ? gap : nil))
        stream.silences = stream.untoldSilences + 1
        stream.restartedAt = now
      default: continue
      }
      streams[id] = stream
    }
    return actions
  }

  /// When ``arrange(at:)`` has something to do although nothing happens; `nil`: never.
  func nextStreamTurn(after now: Double) -> Double? {
    streams.values.lazy.compactMap { stream in
      if case .waiting(let moment) = stream.state { moment } else { stream.silenceEnd }
    }.filter { $0 > now }.min()
  }

  // MARK: - What becomes of them

  private func current(_ id: StreamID) -> Stream? { streams[id.workspace].flatMap { $0.id == id ? $0 : nil } }

  /// It is connecting. - Returns: the token to ask with.
  mutating func connects(_ id: StreamID) -> Secret? {
    guard let stream = current(id), let credential = errand(Visit(stream.want))?.credential, let token = credential.token else {
      return nil
    }
    streams[id.workspace]?.edition = credential.edition
    return token
  }

  /// - Returns: whether it is still wanted.
  mutating func streamOpened(_ id: StreamID, at now: Double) -> Bool {
    guard let stream = current(id) else { return false }
    stream.pulse.beat(isEvent: false, at: now)
    streams[id.workspace]?.state = .open
    return true
  }

  /// It is not open, or no longer. - Returns: whether it was.
  mutating func streamBroke(_ id: StreamID) -> Bool {
    guard let stream = current(id), stream.isOpen else { return false }
    streams[id.workspace]?.state = .connecting
    return true
  }

  /// It was refused. With a token that was read since it is tried again at once. - Returns: whether that says anything.
  mutating func streamRefused(_ id: StreamID, at now: Double) -> Bool {
    guard let stream = current(id) else { return false }
    let isOutdated = stream.edition < errand(Visit(stream.want))?.credential.edition ?? 0
    streams[id.workspace]?.state = isOutdated ? .waiting(until: now) : .refused
    return !isOutdated
  }
}
