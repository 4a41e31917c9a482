// Reading back: what the audit adds to the control plane's word, what each leg says, and when that is enough.

extension DeletionRun {
  /// Seconds between two looks: short at first, since a cascade often takes seconds.
  private var pause: Double { min(5, 0.5 * Double(max(1, looks))) }

  /// Seconds left to follow.
  public func timeLeft(at now: Timestamp) -> Double { max(0, lastWordAt + order.verifyWithin - now) }

  /// Seconds that one look may take.
  public func readBudget(at now: Timestamp) -> Double {
    switch state {
    case .following: min(20, max(2, timeLeft(at: now)))
    case .checking, .sending, .waiting, .ended: 20
    }
  }

  mutating func follow(_ reading: DeletionReading, at now: Timestamp) -> [Action] {
    looks += 1
    // A follower has no look from before a request; what is not running at its first one is no news.
    if isFollower, before == nil, case .rows(let rows) = reading.audit { before = rows.filter { !$0.isPending } }
    if let resume = hear(reading.audit, at: now) { return resume }
    note(reading, at: now)
    switch word {
    case .failedHalfway: return end(.stalled, at: now)
    // What a journal said; nothing is waited for.
    case .refused: return end(.failed, at: now)
    case .none, .lost, .underWay, .queued, .done, .absent: break
    }
    let outcome = outcomeNow(at: now)
    if outcome == .verified || timeLeft(at: now) <= 0 || nothingMoreToLearn { return end(outcome, at: now) }
    return [.wait(max(0.05, min(pause, timeLeft(at: now))))]
  }

  /// Ends with what is known of a run that failed half-way and isn't resumed.
  mutating func settle(_ reading: DeletionReading, at now: Timestamp) -> [Action] {
    state = .following
    return follow(reading, at: now)
  }

  mutating func note(_ reading: DeletionReading, at now: Timestamp) {
    legs = legs(of: reading)
    machines = reading.machines
  }

  // MARK: - The audit

  /// The row that is about this run: by its purge id, else a run of the org that the audit didn't hold, or held otherwise, before the request.
  func row(in audit: DeletionReading.Audit) -> PurgeRow? {
    guard case .rows(let rows) = audit else { return nil }
    if let purge, let row = rows.first(where: { $0.id == purge }) { return isNews(row) || word != .done ? row : nil }
    let news = rows.filter(isNews)
    return news.first(where: \.isFinished) ?? news.first(where: \.isPending) ?? news.last
  }

  /// Not what the audit said before anything was sent, and not finished long before: a control plane's clock may be a minute behind.
  private func isNews(_ row: PurgeRow) -> Bool {
    if let old = before?.first(where: { $0.id == row.id }), old == row { return false }
    if let completed = row.completedAt, completed < order.startedAt + -60 { return false }
    return true
  }

  /// What the audit's row changes. - Returns: actions when the cascade is to be resumed.
  private mutating func hear(_ audit: DeletionReading.Audit, at now: Timestamp) -> [Action]? {
    guard let row = row(in: audit) else { return nil }
    noteStep(row, at: now)
    switch word {
    case .done, .absent, .refused, .none:
      // A follower hasn't sent anything: the audit is all it has.
      if isFollower, word == .none, !row.isFinished {
        purge = row.id
        word = .underWay
        lastWordAt = now
      } else if isFollower, word == .none {
        purge = row.id
        word = .done
        lastWordAt = now
      }
    case .lost, .underWay, .queued, .failedHalfway:
      if row.isFinished {
        purge = purge ?? row.id
        word = .done
      } else if case .failed = row.status {
        if case .failedHalfway = word { return nil }
        purge = row.id
        lastWordAt = now
        word = .failedHalfway("the audit says that it failed" + (row.lastError.map { ": \($0)" } ?? ""))
        if resumesLeft > 0, !isFollower {
          state = .checking
          return [.read]
        }
      } else if case .lost = word, row.isPending {
        purge = row.id
        word = .underWay
        lastWordAt = now
      }
    }
    if row.isFinished, !heardCompletion {
      heardCompletion = true
      lastWordAt = now
    }
    return nil
  }

  // MARK: - Legs

  func legs(of reading: DeletionReading) -> DeletionLegs {
    var legs = DeletionLegs(
      cascade: cascadeLeg(reading), roster: reading.rosterLeg(of: order.orgID), instances: reading.instancesLeg, dns: reading.namesLeg,
      audit: auditLeg(reading))
    if legs.areSettled, !legs.unread.isEmpty {
      // Verified may be said only together with what was not read.
      legs.cascade = DeletionLeg(
        legs.cascade.state, legs.cascade.detail + "; not read: \(legs.unread.joined(separator: ", "))", at: legs.cascade.at)
    }
    return legs
  }

  private func cascadeLeg(_ reading: DeletionReading) -> DeletionLeg {
    let at = reading.at
    let stepText = step.map { ", last step \($0)" } ?? ""
    let row = row(in: reading.audit)
    switch word {
    case .none:
      if reading.audit == .notOffered, reading.existence == .absent {
        return DeletionLeg(.completed, "the org's rows are gone, which is the last step", at: at)
      }
      return DeletionLeg(.unknown, "nothing was sent from here", at: at)
    case .done, .absent:
      let said = word == .done ? "the control plane says that every step is done" : "the control plane knew no such org: it was gone before"
      if let row, !row.isFinished {
        return DeletionLeg(
          row.status == .failed ? .failed : .pending, "\(said), but its list of runs does not: \(row.status.text)\(stepText)", at: at)
      }
      // A word that the same control plane contradicts is no proof.
      if reading.rosterLeg(of: order.orgID).state == .present {
        return DeletionLeg(.unknown, "\(said), but the org is still there", at: at)
      }
      return DeletionLeg(.completed, said, at: at)
    case .queued, .underWay:
      if row?.isFinished == true { return DeletionLeg(.completed, "the audit says that every step is done", at: at) }
      if reading.audit == .notOffered, reading.existence == .absent {
        return DeletionLeg(.completed, "the org's rows are gone, which is the last step", at: at)
      }
      return DeletionLeg(.pending, (word == .queued ? "queued" : "under way") + (purge.map { ", run \($0)" } ?? "") + stepText, at: at)
    case .failedHalfway(let why): return DeletionLeg(.failed, why + stepText, at: at)
    case .lost(let why):
      let mayStand = reading.rosterLeg(of: order.orgID).state != .gone && !isForAnother
      return DeletionLeg(
        .unknown, "no answer that says: \(why)" + (mayStand ? "; it may have been accepted: ask again to find out" : ""), at: at)
    case .refused(let why): return DeletionLeg(.failed, "never accepted: \(why)", at: at)
    }
  }

  private func auditLeg(_ reading: DeletionReading) -> DeletionLeg {
    let at = reading.at
    switch reading.audit {
    case .notOffered: return DeletionLeg(.unknown, "not read: the control plane offers no list of runs", at: at, hasSource: false)
    case .failed(let why): return DeletionLeg(.unknown, why, at: at)
    case .rows:
      guard let row = row(in: reading.audit) else { return DeletionLeg(.unknown, "the list of runs has none of this deletion", at: at) }
      let text = "run \(row.id): \(row.status.text)" + (row.lastStep.map { ", last step \($0)" } ?? "")
      if row.isFinished { return DeletionLeg(.completed, text, at: row.completedAt ?? at) }
      return DeletionLeg(row.status == .failed ? .failed : .pending, text + (row.lastError.map { ": \($0)" } ?? ""), at: at)
    }
  }

  // MARK: - The end

  /// Waiting on would change nothing: a lost answer, no audit to resolve it, and everything else as it should be.
  private var nothingMoreToLearn: Bool {
    guard let legs, case .lost = word, !legs.audit.hasSource else { return false }
    return legs.all.allSatisfy { $0.name == "cascade" || $0.leg.isSettled }
  }

  func outcomeNow(at now: Timestamp) -> DeletionOutcome {
    guard let legs else { return .partial }
    switch word {
    case .refused: return .failed
    // Of a follower: whether anything was begun nobody here knows.
    case .none: return legs.areSettled ? .verified : .stalled
    case .failedHalfway: return .stalled
    case .queued, .underWay: return legs.cascade.state == .completed ? (legs.areSettled ? .verified : .partial) : .queued
    // Nothing shows that it was accepted, and nothing that it wasn't.
    case .lost: return legs.areSettled ? .verified : legs.roster.state == .gone || isForAnother ? .partial : .stalled
    case .done, .absent: return legs.areSettled ? .verified : .partial
    }
  }

  mutating func end(_ outcome: DeletionOutcome, at now: Timestamp) -> [Action] {
    state = .ended
    self.outcome = outcome
    var legs = self.legs ?? DeletionLegs(unread: "not read", at: now)
    switch word {
    case .refused(let why): legs.cascade = DeletionLeg(.failed, "never accepted: \(why)", at: now)
    case .failedHalfway(let why) where legs.cascade.state != .failed: legs.cascade = DeletionLeg(.failed, why, at: now)
    case .none, .lost, .underWay, .queued, .failedHalfway, .done, .absent: break
    }
    self.legs = legs
    let receipt = receipt(outcome, legs, at: now)
    return [.record(.ended(receipt.outcome, at: now)), .end(receipt)]
  }
}

extension DeletionRun {
  /// How far the cascade is while the DELETE is out: shown, nothing more. - Returns: whether anything is new.
  public mutating func hearProgress(_ audit: DeletionReading.Audit, _ machines: DeletionReading.Machines, at now: Timestamp) -> Bool {
    let before = self
    if let row = row(in: audit) { noteStep(row, at: now) }
    self.machines = machines
    return self != before
  }

  /// The steps' times as they were seen here: no finer than the looks are apart.
  private mutating func noteStep(_ row: PurgeRow, at now: Timestamp) {
    self.row = row
    if row.lastStep != nil { step = row.lastStep }
    for (name, state) in cascade.states(of: row) {
      switch state {
      case .running(since: nil): cascade.note(name, status: "started", at: now)
      case .done(seconds: nil) where !cascade.heardEnd(of: name): cascade.note(name, status: "ok", at: now)
      case .failed: cascade.note(name, status: "failed", at: now)
      case .waiting, .running, .done: break
      }
    }
  }
}
