import DequeModule
import FleetModel
import Glibc
import Synchronization

/// Where every feed leaves its events and the fleet's owner takes them, in order.
///
/// A lock and a pipe: an actor reorders, and the owner waits in `poll`. The pipe is written only when the queue stops being empty, so that a
/// flood costs one wake-up a drain.
public final class EventQueue: Sendable {
  /// Events waiting, at which a feed pauses its socket rather than lose any.
  public static let limit = 20_000
  private struct State {
    var events: Deque<FleetEvent> = []
    /// How many of them, at the front, everything else is judged by.
    var leading = 0
    var weight = 0
    var isSignalled = false
    var paused: [@Sendable () -> Void] = []
  }

  private let state = Mutex(State())
  /// Readable when there is something to take.
  public let wakeDescriptor: Int32
  private let signalDescriptor: Int32

  /// What the fleet that these events make wants next.
  public let wants = WantsBox()
  private let recorder: EventRecorder?
  private let weightLimit: Int

  /// - Parameters:
  ///   - recorder: writes down what is taken, in the order in which it is taken.
  ///   - weightLimit: bytes, roughly, that the waiting events hold when a feed pauses.
  public init(recorder: EventRecorder? = nil, weightLimit: Int = 64 << 20) {
    self.recorder = recorder
    self.weightLimit = weightLimit
    let ends = PipeEnds(isBlocking: false)
    (wakeDescriptor, signalDescriptor) = (ends.reading, ends.writing)
  }

  deinit {
    close(wakeDescriptor)
    close(signalDescriptor)
  }

  public func post(_ event: FleetEvent) {
    let weight = event.weight
    state.withLock { state in
      state.events.append(event)
      state.weight += weight
      signal(&state)
    }
  }

  /// Puts `events` before all that wait, after those that were put there before: everything else is judged by them.
  public func lead(with events: [FleetEvent]) {
    state.withLock { state in
      state.events.insert(contentsOf: events, at: state.leading)
      state.leading += events.count
      state.weight += events.reduce(0) { $0 + $1.weight }
      signal(&state)
    }
  }

  /// Whether a feed should stop reading; `resume` is called once there is room again.
  public func isFull(resume: @escaping @Sendable () -> Void) -> Bool {
    state.withLock { state in
      guard state.events.count >= Self.limit || state.weight >= weightLimit else { return false }
      state.paused.append(resume)
      return true
    }
  }

  /// Wakes the owner without an event.
  public func wake() { state.withLock { signal(&$0) } }

  /// Takes everything that waits.
  public func drain() -> Deque<FleetEvent> {
    var bytes = [UInt8](repeating: 0, count: 64)
    let (events, paused) = state.withLock { state in
      while read(wakeDescriptor, &bytes, bytes.count) > 0 {}
      state.isSignalled = false
      let taken = (state.events, state.paused)
      state.events = []
      state.leading = 0
      state.weight = 0
      state.paused = []
      return taken
    }
    for resume in paused { resume() }
    recorder?.record(events)
    return events
  }

  private func signal(_ state: inout State) {
    guard !state.isSignalled else { return }
    state.isSignalled = true
    var byte: UInt8 = 1
    _ = write(signalDescriptor, &byte, 1)
  }
}
