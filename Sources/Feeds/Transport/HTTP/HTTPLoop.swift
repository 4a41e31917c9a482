import CCurl
import DequeModule
import FleetModel
import Glibc
import Synchronization

/// The transport's thread: it alone touches the multi handle and the transfers on it. Everybody else posts commands and wakes it.
final class HTTPLoop: Sendable {
  enum Command: Sendable {
    case start(TransferTicket, @Sendable (TransferOutcome) -> Void)
    case cancel(TransferTicket)
    case resume(TransferTicket)
    case stop
  }

  /// libcurl's multi handle. Other threads use it for `curl_multi_wakeup` only, the one call that libcurl allows them.
  private struct Multi: @unchecked Sendable { let handle: UnsafeMutableRawPointer? }

  private struct Mailbox {
    var commands: [Command] = []
    var isOpen = true
  }

  private let multi: Multi
  private let userAgent: String
  let tally = HTTPTally()
  private let mailbox = Mutex(Mailbox())
  private let thread = Mutex<pthread_t?>(nil)

  init(userAgent: String) {
    self.userAgent = userAgent
    _ = HTTPLoop.libraryIsReady
    multi = Multi(handle: curl_multi_init())
    if let thread = OwnThread.start({ self.run() }) {
      self.thread.withLock { $0 = thread }
    } else {
      mailbox.withLock { $0.isOpen = false }
    }
  }

  private static let libraryIsReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  func post(_ command: Command) {
    let accepted = mailbox.withLock { mailbox in
      guard mailbox.isOpen else { return false }
      mailbox.commands.append(command)
      // Under the lock: once the mailbox is closed the handle is freed.
      curl_multi_wakeup(multi.handle)
      return true
    }
    if !accepted, case .start(_, let completion) = command { completion(.failed(.cancelled)) }
  }

  /// Ends every transfer, then the thread. Harmless when repeated.
  func stop() {
    post(.stop)
    guard let thread = thread.withLock({ $0.take() }) else { return }
    if pthread_equal(thread, pthread_self()) != 0 { pthread_detach(thread) } else { pthread_join(thread, nil) }
  }

  // MARK: - On the thread

  private func run() {
    guard let handle = multi.handle else { return refuseAll() }
    fleet_multi_setopt_long(handle, CURLMOPT_MAXCONNECTS, 64)
    var transfers = RunningTransfers(multi: handle, userAgent: userAgent, tally: tally, resume: { [self] in post(.resume($0)) })
    while true {
      let commands = mailbox.withLock { mailbox in
        defer { mailbox.commands.removeAll(keepingCapacity: true) }
        return mailbox.commands
      }
      for command in commands {
        switch command {
        case .start(let ticket, let completion): transfers.add(ticket, completion)
        case .cancel(let ticket): transfers.cancel(ticket)
        case .resume(let ticket): transfers.resume(ticket)
        case .stop:
          transfers.cancelAll()
          refuseAll()
          curl_multi_cleanup(handle)
          return
        }
      }
      var running: Int32 = 0
      curl_multi_perform(handle, &running)
      transfers.collectFinished()
      let wait = transfers.endOverdueOnes()
      if !transfers.hasWork {
        curl_multi_poll(handle, nil, 0, wait, nil)
      }
    }
  }

  private func refuseAll() {
    let left = mailbox.withLock { mailbox in
      mailbox.isOpen = false
      defer { mailbox.commands = [] }
      return mailbox.commands
    }
    for case .start(_, let completion) in left { completion(.failed(.cancelled)) }
  }
}

/// The transfers under way, and those waiting for their host.
private struct RunningTransfers {
  private struct Waiting {
    let ticket: TransferTicket
    let completion: @Sendable (TransferOutcome) -> Void
    let origin: HTTPOrigin
    let since: Double

    /// Seconds until its time is over, the waiting included.
    func timeLeft(now: Double) -> Double { ticket.request.timeout.map { since + $0 - now } ?? .infinity }
  }

  /// Requests at once to one host; what comes more waits here, since libcurl's own limit counts streams too.
  static let requestsPerHost = 6

  private let multi: UnsafeMutableRawPointer
  private let userAgent: String
  private let tally: HTTPTally
  private let resume: @Sendable (TransferTicket) -> Void
  private var running: [ObjectIdentifier: Transfer] = [:]
  private var active: [HTTPOrigin: Int] = [:]
  private var waiting: [HTTPOrigin: Deque<Waiting>] = [:]
  /// No request's time is over before that while it waits: thousands may wait, and nobody looks at each of them whenever something comes.
  private var firstEndOfWait = Double.infinity
  /// A finished transfer made room or was redirected: perform again before waiting.
  private(set) var hasWork = false

  init(multi: UnsafeMutableRawPointer, userAgent: String, tally: HTTPTally, resume: @escaping @Sendable (TransferTicket) -> Void) {
    self.multi = multi
    self.userAgent = userAgent
    self.tally = tally
    self.resume = resume
  }

  mutating func add(_ ticket: TransferTicket, _ completion: @escaping @Sendable (TransferOutcome) -> Void) {
    guard !ticket.isCancelled.load(ordering: .acquiring) else { return completion(.failed(.cancelled)) }
    let origin: HTTPOrigin
    do { origin = try HTTPOrigin(of: ticket.request) } catch { return completion(.failed(error)) }
    let waiting = Waiting(ticket: ticket, completion: completion, origin: origin, since: monotonicSeconds())
    if ticket.request.isStream || active[origin, default: 0] < Self.requestsPerHost {
      start(waiting)
    } else {
      self.waiting[origin, default: []].append(waiting)
      firstEndOfWait = min(firstEndOfWait, waiting.since + waiting.timeLeft(now: waiting.since))
    }
  }

  private mutating func start(_ waiting: Waiting) {
    if !waiting.ticket.request.isStream { active[waiting.origin, default: 0] += 1 }
    let ticket = waiting.ticket
    tally.count(waiting.origin) { row in
      row.requests += 1
      if ticket.request.isStream { row.streams += 1 }
    }
    let transfer = Transfer(
      ticket: ticket, origin: waiting.origin, since: waiting.since, control: StreamControl { [resume] in resume(ticket) },
      completion: waiting.completion)
    guard transfer.begin(on: multi, userAgent: userAgent) else {
      return finish(transfer, .failed(.badURL("libcurl refused it")))
    }
    running[ObjectIdentifier(ticket)] = transfer
    hasWork = true
  }

  mutating func cancel(_ ticket: TransferTicket) {
    if let transfer = running[ObjectIdentifier(ticket)] { return finish(transfer, .failed(.cancelled)) }
    for (origin, queue) in waiting {
      guard let index = queue.firstIndex(where: { $0.ticket === ticket }) else { continue }
      waiting[origin]?.remove(at: index)
      return queue[index].completion(.failed(.cancelled))
    }
  }

  mutating func resume(_ ticket: TransferTicket) {
    running[ObjectIdentifier(ticket)]?.goOn()
    hasWork = true
  }

  mutating func cancelAll() {
    let queued = waiting.values.flatMap { $0 }
    waiting = [:]
    for entry in queued { entry.completion(.failed(.cancelled)) }
    for transfer in running.values { finish(transfer, .failed(.cancelled)) }
  }

  mutating func collectFinished() {
    hasWork = false
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let transfer = Transfer.owner(of: message.pointee.easy_handle) else { continue }
      let result = fleet_message_result(message)
      if let next = transfer.redirected(result) {
        switch next {
        case .success(let request): follow(transfer, request)
        case .failure(let failure): finish(transfer, .failed(failure))
        }
      } else {
        finish(transfer, transfer.outcome(of: result))
      }
    }
  }

  private mutating func follow(_ transfer: Transfer, _ request: HTTPRequest) {
    transfer.end(on: multi)
    do {
      _ = try HTTPOrigin(of: request)
      guard transfer.begin(on: multi, userAgent: userAgent, request: request) else {
        return finish(transfer, .failed(.badURL("libcurl refused it")))
      }
      hasWork = true
    } catch { finish(transfer, .failed(error)) }
  }

  /// Ends the requests whose time is over, the streams that were silent for too long, and what waited for its host until its time was
  /// over. Returns the milliseconds until the next one may be.
  ///
  /// libcurl 7.88 may lose a transfer's `CURLOPT_TIMEOUT_MS` where its connect timeout is as long, so the time is kept here.
  mutating func endOverdueOnes() -> Int32 {
    let now = monotonicSeconds()
    var wait = endOverdueWaits(now: now)
    for transfer in Array(running.values) {
      switch transfer.due(now: now) {
      case .never: break
      case .over(let failure):
        finish(transfer, .failed(failure))
        hasWork = true
      case .in(let seconds): wait = min(wait, seconds)
      }
    }
    return pollTimeout(wait)
  }

  /// Returns the seconds until the next one.
  private mutating func endOverdueWaits(now: Double) -> Double {
    guard firstEndOfWait <= now else { return firstEndOfWait - now }
    var wait = Double.infinity
    for (origin, queue) in waiting {
      for entry in queue where entry.timeLeft(now: now) <= 0 { entry.completion(.failed(.timedOut(seconds: now - entry.since))) }
      let left = queue.filter { $0.timeLeft(now: now) > 0 }
      waiting[origin] = left.isEmpty ? nil : left
      wait = left.reduce(wait) { min($0, $1.timeLeft(now: now)) }
    }
    firstEndOfWait = now + wait
    return wait
  }

  private mutating func finish(_ transfer: Transfer, _ outcome: TransferOutcome) {
    transfer.end(on: multi)
    running[ObjectIdentifier(transfer.ticket)] = nil
    if case .failed(let failure) = outcome, failure != .cancelled { tally.count(transfer.origin) { $0.failures += 1 } }
    if let head = transfer.head { tally.count(transfer.origin) { $0.note(head) } }
    transfer.completion(outcome)
    guard !transfer.ticket.request.isStream else { return }
    active[transfer.origin, default: 1] -= 1
    if active[transfer.origin] == 0 { active[transfer.origin] = nil }
    startNext(at: transfer.origin)
  }

  private mutating func startNext(at origin: HTTPOrigin) {
    let now = monotonicSeconds()
    while let next = waiting[origin]?.popFirst() {
      if waiting[origin]?.isEmpty == true { waiting[origin] = nil }
      guard next.timeLeft(now: now) <= 0 else { return start(next) }
      next.completion(.failed(.timedOut(seconds: now - next.since)))
    }
  }
}

/// Seconds of a clock that never jumps.
public func monotonicSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
