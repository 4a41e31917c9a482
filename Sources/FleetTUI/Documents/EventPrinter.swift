import Feeds
import FleetModel
import Glibc

/// Applies events to a fleet and prints the lines that its log gains. It waits on the initial thread: the feeds need the others.
struct EventPrinter {
  let limit: Int?
  let isVerbose: Bool
  let log: FleetLog
  private let line: (LogEntry, Fleet) -> String
  /// Called once, when the first whole roster is there.
  var onRoster: (Fleet) -> String? = { _ in nil }
  private var sawRoster = false
  private var fleet = Fleet()
  private var printed = 0
  private var isRead = true

  init(limit: Int?, isVerbose: Bool, log: FleetLog, line: @escaping (LogEntry, Fleet) -> String) {
    self.line = line
    self.log = log
    self.limit = limit
    self.isVerbose = isVerbose
  }

  /// Until the time is over, enough was printed, or nobody reads any more: 0. A signal ends it with 128 and its number.
  mutating func run(_ queue: EventQueue, _ signals: SignalPipe, seconds: Double?) -> Int32 {
    let deadline = seconds.map { monotonicSeconds() + $0 }
    while isRead, printed < limit ?? .max {
      let left = deadline.map { $0 - monotonicSeconds() }
      if let left, left <= 0 { break }
      let wait = [left, fleet.triage.nextChange.map { max(0, $0 - wallClock()) + 0.001 }].compactMap { $0 }.min()
      var ready = [
        pollfd(fd: queue.wakeDescriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
        // Nobody reads any more: POLLERR comes unasked.
        pollfd(fd: STDOUT_FILENO, events: 0, revents: 0),
      ]
      _ = poll(&ready, nfds_t(ready.count), wait.map(pollTimeout) ?? -1)
      for signal in signals.take() {
        if let code = signal.exitCode { return code }
      }
      if Int32(ready[2].revents) & (POLLERR | POLLNVAL) != 0 { break }
      for event in queue.drain() {
        log.note(event)
        fleet.apply(event)
        announceRoster()
        if isVerbose { say(event) }
        printNewLines()
      }
      // What becomes true by time alone is a line too.
      fleet.judge(at: wallClock())
      printNewLines()
      _ = fleet.takeChanges()
      queue.leaveWants(of: &fleet)
    }
    return 0
  }

  private func say(_ event: FleetEvent) {
    switch event.change {
    case .failed(let reason), .lacking(_, let reason): Output.message("\(event.source): \(reason)")
    case .streamRefused(_, let reason): Output.message("\(event.source): its streams are refused: \(reason)")
    default: break
    }
  }

  private mutating func announceRoster() {
    guard !sawRoster, fleet.sources[.controlPlane]?.lastComplete != nil else { return }
    sawRoster = true
    if let text = onRoster(fleet) { isRead = Output.line(text) }
  }

  private mutating func printNewLines() {
    for entry in fleet.log {
      guard isRead, printed < limit ?? .max else { break }
      isRead = Output.line(line(entry, fleet))
      printed += 1
    }
    fleet.forgetLog()
  }
}
