import FleetModel

extension ControlPlaneClient {
  /// Seconds that the synchronous cascade is given (contract §1.6).
  static let deletionTimeout = 120.0

  /// `DELETE /cp/admin/tenants/:slug` (contract §1.6): the one request of the program that changes anything. Sent once, on a connection of
  /// its own; never repeated here.
  func delete(_ slug: Slug) async -> DeletionRun.Event {
    let body: JSONValue = ["confirm": JSONValue(slug)]
    let request = HTTPRequest(
      .delete, base + "/cp/admin/tenants/\(JSONService.segment(slug.rawValue))",
      headers: service.headers + [("Accept", "application/json")],
      body: Array(body.serialized().utf8), timeout: Self.deletionTimeout)
    do throws(HTTPFailure) {
      let response = try await service.http.send(request)
      let answer = DeletionAnswer(
        status: response.status, body: response.body, isHTML: response.head["content-type"]?.lowercased().contains("html") == true,
        retryAfter: response.head.retryAfter(now: wallClock().seconds), slug: slug)
      return .answered(answer, status: response.status)
    } catch {
      return .unanswered("control plane: \(error)", mayHaveArrived: error.mayHaveArrived)
    }
  }
}

extension HTTPFailure {
  /// Whether a byte of the request can have left.
  fileprivate var mayHaveArrived: Bool {
    switch self {
    case .badURL, .insecure, .unresolved, .refused: false
    // TLS may break after the handshake as well.
    case .tls, .timedOut, .silent, .broken, .tooLarge, .headTooLarge, .redirect, .cancelled: true
    }
  }
}

/// Carries one deletion out: performs what ``DeletionRun`` asks for, records on disk first.
public struct DeletionRunner: Sendable {
  public enum End: Sendable {
    /// The receipt as kept, with its hash; `kept` is false when it could not be written.
    case receipt(JSONValue, DeletionOutcome, problem: String?)
    /// Somebody else's run was followed and nothing was sent from here: what was read back, of which no receipt is kept.
    case watched(DeletionReceipt)
    /// Nothing was sent.
    case refused(String)
    /// The task was cancelled: the journal stands.
    case interrupted
  }

  let reader: DeletionReader
  let state: StateDirectory
  let receipts: ReceiptStore
  /// Told after every step.
  let onChange: @Sendable (DeletionRun) -> Void
  /// Asked before and after each record is written; `false` ends everything there, as a kill would. For tests.
  var survives: @Sendable (_ record: DeletionRecord, _ isWritten: Bool) -> Bool = { _, _ in true }

  public init(reader: DeletionReader, state: StateDirectory, onChange: @escaping @Sendable (DeletionRun) -> Void = { _ in }) {
    self.reader = reader
    self.state = state
    receipts = ReceiptStore(state: state)
    self.onChange = onChange
  }

  /// Begins a confirmed deletion, or goes on with what its journal says an earlier process had sent.
  /// - Parameter plan: as it was confirmed, kept with what the cascade destroys.
  public func start(
    _ order: DeletionRun.Order, resumes: Int, journal: DeletionJournal, plan: JSONValue = .null, evidence: DeletionEvidence? = nil
  ) async -> End {
    if case .unfinished(let left) = journal.standing { return await resume(left, journal: journal) }
    do throws(StateDirectory.Failure) {
      // A deletion that can't be proved afterwards isn't begun.
      try receipts.prepare()
      try journal.begin(order)
    } catch {
      journal.remove()
      return .refused("the state directory can't be written: \(error)")
    }
    // A deletion doesn't wait for it, but it is told.
    var lost: String?
    do throws(StateDirectory.Failure) { try evidence?.keep(plan, receiptID: order.receiptID, in: state) } catch {
      lost = "what the cascade destroys can't be kept: \(error)"
    }
    var run = DeletionRun(order, resumes: resumes)
    let actions = run.handle(.started, at: wallClock())
    return await perform(actions, &run, journal, lost: lost)
  }

  /// Goes on with what an earlier process left. It only looks.
  public func resume(_ run: DeletionRun, journal: DeletionJournal) async -> End {
    var run = run
    let actions = run.resume()
    return await perform(actions, &run, journal)
  }

  /// - Parameter lost: what could not be written so far.
  private func perform(
    _ first: [DeletionRun.Action], _ run: inout DeletionRun, _ journal: DeletionJournal, lost: String? = nil
  ) async -> End {
    var lost = lost
    var actions = first
    while true {
      var event: DeletionRun.Event?
      onChange(run)
      for action in actions {
        switch action {
        case .record(let record):
          guard survives(record, false) else { return .interrupted }
          do throws(StateDirectory.Failure) { try journal.append(record) } catch {
            // Without its record no request leaves. What happened already is only remembered worse.
            if case .sending = record {
              event = .unrecorded("the journal can't be written, so nothing was sent: \(error)")
            } else {
              lost = lost ?? "the journal can't be written: \(error)"
            }
          }
          guard survives(record, true) else { return .interrupted }
        case .send: event = await send(run)
        case .read: event = .read(await reader.read(run.order, within: run.readBudget(at: wallClock())))
        case .wait(let seconds):
          try? await Task.sleep(seconds: seconds)
          event = .woke
        case .refuse(let why):
          journal.remove()
          return .refused(why)
        case .end(let receipt): return finish(receipt, journal, lost: lost)
        }
        if case .unrecorded = event { break }
        // A cancelled wait is no answer: the journal tells the next start.
        if Task.isCancelled { return .interrupted }
      }
      guard let event else { return .interrupted }
      actions = run.handle(event, at: wallClock())
    }
  }

  /// Sends the DELETE, and meanwhile tells from the audit and EC2 how far the cascade is.
  private func send(_ run: DeletionRun) async -> DeletionRun.Event {
    let looking = Task { [reader, onChange] in
      var seen = run
      while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(2))
        guard !Task.isCancelled else { return }
        async let machines = reader.readMachines(run.order, 5)
        let audit = await reader.readAudit(run.order, 5)
        let found = await machines
        if !Task.isCancelled, seen.hearProgress(audit, found, at: wallClock()) { onChange(seen) }
      }
    }
    defer { looking.cancel() }
    do throws(FeedError) { return await (try await reader.client()).delete(run.order.slug) } catch {
      return .unanswered(error.description, mayHaveArrived: false)
    }
  }

  private func finish(_ receipt: DeletionReceipt, _ journal: DeletionJournal?, lost: String? = nil) -> End {
    guard receipt.isOfRequest else {
      journal?.remove()
      return .watched(receipt)
    }
    do throws(StateDirectory.Failure) {
      let kept = try receipts.add(receipt)
      journal?.remove()
      return .receipt(kept, receipt.outcome, problem: lost)
    } catch {
      let body = receipt.body(previous: nil)
      let unkept = JSONValue.object((body.members ?? []) + [.init("hash", .string(contentHash(of: body)))])
      return .receipt(unkept, receipt.outcome, problem: "the receipt can't be kept: \(error)")
    }
  }
}

// MARK: - Following another process

extension DeletionRunner {
  /// What became of the process that carries a deletion out.
  private enum Leader {
    case atWork
    case ended(JSONValue)
    /// It is gone and left its journal: ours now.
    case killed(DeletionJournal, DeletionRun)
    /// It is gone, and nothing had been sent.
    case leftNothing
  }

  /// Looks on while another process on this machine carries `order` out, and ends with that one's receipt. If it is killed meanwhile its journal
  /// is taken over; nothing is ever sent.
  public func follow(_ order: DeletionRun.Order) async -> End { await look(order, leads: true) }

  /// Looks on while another operator's run removes the org, and ends with what was read back. Nothing is ever sent.
  public func watch(_ order: DeletionRun.Order) async -> End { await look(order, leads: false) }

  /// - Parameter leads: whether the run has a journal here, which tells what becomes of it.
  private func look(_ order: DeletionRun.Order, leads: Bool) async -> End {
    var run = DeletionRun(order, isFollower: true)
    var actions = run.handle(.started, at: wallClock())
    while !Task.isCancelled {
      onChange(run)
      var event: DeletionRun.Event?
      var pause = 0.0
      for action in actions {
        switch action {
        case .read: event = .read(await reader.read(run.order, within: run.readBudget(at: wallClock())))
        case .wait(let seconds):
          pause = seconds
          event = .woke
        case .end(let receipt):
          // It saw the same and is about to say so; a process that was stopped never does.
          if leads, let end = await end(of: order, waiting: 10) { return end }
          return finish(receipt, nil)
        case .record, .send, .refuse: break
        }
      }
      if leads {
        if let end = await end(of: order, waiting: pause) { return end }
      } else {
        try? await Task.sleep(seconds: pause)
      }
      guard let event else { return .interrupted }
      actions = run.handle(event, at: wallClock())
    }
    return .interrupted
  }

  /// Waits for the other process, at most so long. - Returns: `nil` when it is still at work.
  private func end(of order: DeletionRun.Order, waiting seconds: Double) async -> End? {
    let deadline = wallClock() + seconds
    repeat {
      let found: Leader
      do throws(StateDirectory.Failure) { found = try leader(of: order) } catch {
        return .refused("its journal can't be read: \(error)")
      }
      switch found {
      case .atWork: break
      case .ended(let receipt):
        return .receipt(receipt, receipt["outcome"]?.string.flatMap(DeletionOutcome.init) ?? .partial, problem: nil)
      case .killed(let journal, let run): return await resume(run, journal: journal)
      case .leftNothing: return .refused("the fleettui that was deleting \(order.slug) ended before it sent anything")
      }
      try? await Task.sleep(seconds: min(0.3, max(0, deadline - wallClock())))
    } while !Task.isCancelled && wallClock() < deadline
    return nil
  }

  private func leader(of order: DeletionRun.Order) throws(StateDirectory.Failure) -> Leader {
    if let receipt = try receipts.document(of: order.receiptID) { return .ended(receipt) }
    switch try DeletionJournal.reopen(in: state, for: order) {
    case .busy?: return .atWork
    case nil:
      // Between the two looks it may have ended.
      return try receipts.document(of: order.receiptID).map(Leader.ended) ?? .leftNothing
    case .held(let journal)?:
      switch journal.standing {
      case .unfinished(let run): return run.order.receiptID == order.receiptID ? .killed(journal, run) : .leftNothing
      case .over(let receipt):
        journal.remove()
        return receipt["id"]?.string == order.receiptID ? .ended(receipt) : .leftNothing
      case .unsent:
        journal.remove()
        return .leftNothing
      }
    }
  }
}
