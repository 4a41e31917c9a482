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
    case .tls, .timedOut, .silent, .broken, .tooLarge, .redirect, .cancelled: true
    }
  }
}

/// Carries one deletion out: performs what ``DeletionRun`` asks for, records on disk first.
public struct DeletionRunner: Sendable {
  public enum End: Sendable {
    /// The receipt as kept, with its hash; `kept` is false when it could not be written.
    case receipt(JSONValue, DeletionOutcome, problem: String?)
    /// Nothing was sent.
    case refused(String)
    /// The task was cancelled: the journal stands.
    case interrupted
  }

  let reader: DeletionReader
  let receipts: ReceiptStore
  /// `nil` for a follower, which sends nothing.
  let journal: DeletionJournal?
  let plan: DeletionPlan?
  /// Told after every step.
  let onChange: @Sendable (DeletionRun) -> Void
  /// Asked before and after each record is written; `false` ends everything there, as a kill would. For tests.
  var survives: @Sendable (_ record: DeletionRecord, _ isWritten: Bool) -> Bool = { _, _ in true }

  public init(
    reader: DeletionReader, receipts: ReceiptStore, journal: DeletionJournal?, plan: DeletionPlan?,
    onChange: @escaping @Sendable (DeletionRun) -> Void = { _ in }
  ) {
    self.reader = reader
    self.receipts = receipts
    self.journal = journal
    self.plan = plan
    self.onChange = onChange
  }

  /// Begins a confirmed deletion, or follows one that runs elsewhere on this machine.
  public func start(_ order: DeletionRun.Order, resumes: Int) async -> End {
    do throws(StateDirectory.Failure) { try journal?.append(.begun(order)) } catch {
      return .refused("the journal can't be written, so nothing was sent: \(error)")
    }
    var run = DeletionRun(order, resumes: resumes, isFollower: journal == nil)
    let actions = run.handle(.started, at: wallClock())
    return await perform(actions, &run)
  }

  /// Goes on with what an earlier process left. It only looks.
  public func resume(_ run: DeletionRun) async -> End {
    var run = run
    let actions = run.resume(at: wallClock())
    return await perform(actions, &run)
  }

  private func perform(_ first: [DeletionRun.Action], _ run: inout DeletionRun) async -> End {
    var actions = first
    while true {
      var event: DeletionRun.Event?
      onChange(run)
      for action in actions {
        switch action {
        case .record(let record):
          guard survives(record, false) else { return .interrupted }
          do throws(StateDirectory.Failure) { try journal?.append(record) } catch {
            // Without its record no request leaves. What happened already is only remembered worse.
            if case .sending = record { event = .unrecorded("the journal can't be written, so nothing was sent: \(error)") }
          }
          guard survives(record, true) else { return .interrupted }
        case .send: event = await send(run)
        case .read: event = .read(await reader.read(run.order, planned: plan, within: run.readBudget(at: wallClock())))
        case .wait(let seconds):
          try? await Task.sleep(for: .seconds(seconds))
          event = .woke
        case .refuse(let why):
          journal?.remove()
          return .refused(why)
        case .end(let receipt): return finish(receipt)
        }
        if case .unrecorded = event { break }
        // A cancelled wait is no answer: the journal tells the next start.
        if Task.isCancelled { return .interrupted }
      }
      guard let event else { return .interrupted }
      actions = run.handle(event, at: wallClock())
    }
  }

  /// Sends the DELETE, and meanwhile tells from the audit how far the cascade is.
  private func send(_ run: DeletionRun) async -> DeletionRun.Event {
    let looking = Task { [reader, onChange] in
      var seen = run
      while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(2))
        guard !Task.isCancelled else { return }
        let audit = await reader.readAudit(run.order, 5)
        if !Task.isCancelled, seen.hearStep(audit) { onChange(seen) }
      }
    }
    defer { looking.cancel() }
    return await reader.client.delete(run.order.slug)
  }

  private func finish(_ receipt: DeletionReceipt) -> End {
    do throws(StateDirectory.Failure) {
      let kept = try receipts.add(receipt)
      journal?.remove()
      return .receipt(kept, receipt.outcome, problem: nil)
    } catch {
      let body = receipt.body(previous: nil)
      let unkept = JSONValue.object((body.members ?? []) + [.init("hash", .string(contentHash(of: body)))])
      return .receipt(unkept, receipt.outcome, problem: "the receipt can't be kept: \(error)")
    }
  }
}
