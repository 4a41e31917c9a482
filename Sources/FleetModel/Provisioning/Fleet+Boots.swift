extension Fleet {
  // MARK: - Asking

  /// How far a boot is. Where a finding says that nothing of it moves, or EC2 has no machine of it, it tells that instead of an estimate.
  public func progress(of target: BootTarget, at now: Timestamp) -> Progress? {
    guard var progress = movement(of: target, at: now) else { return nil }
    if let code = standstill(of: target) {
      progress.stand(still: .finding(code))
    } else if lacksMachine(target), !progress.hasFailed {
      progress.stand(still: .noMachine)
    }
    return progress
  }

  /// How far it would be, whatever keeps it. It stands still at the moment when the last source that would tell of it was lost.
  func movement(of target: BootTarget, at now: Timestamp) -> Progress? {
    guard let boot = boot(of: target) else { return nil }
    let lost = lostAt(target, at: now)
    let moment = min(now, lost ?? now)
    var deadline: Timestamp?
    var isCalledFailed = false
    if case .workspace(let id) = target, let row = workspaces[id]?.row {
      deadline = boot.startedAt.map { $0 + Self.provisionLimit(of: row) }
      isCalledFailed = row.status == .failed
    }
    var progress = Progress(of: boot, plan: plan(of: target), history: history, tellsPhases: hears(boot), deadline: deadline, at: moment)
    progress.mayRecover = isCalledFailed && !progress.hasFailed && (deadline.map { moment < $0 } ?? true)
    if lost != nil { progress.asOf = lastWord(of: target, at: now) }
    return progress
  }

  /// The finding by which nothing of it moves.
  private func standstill(of target: BootTarget) -> Finding.Code? {
    triage.findings(of: target.finding).first { $0.severity == .critical && $0.code.standstill != nil }?.code
  }

  /// Every region was read, and no machine of it was in any.
  private func lacksMachine(_ target: BootTarget) -> Bool {
    guard !regions.isEmpty, regions.allSatisfy({ sources[.ec2($0)]?.lastComplete != nil }) else { return false }
    return switch target {
    case .tenant(let id): tenantMachine(of: id) == nil
    case .workspace(let id): machine(of: id) == nil
    }
  }

  /// The phases that the boot goes through and how long each usually takes, as learned, else as published.
  public func plan(of target: BootTarget) -> PhasePlan {
    let published = publishedPlan(of: target)
    return boot(of: target).map { history.plan(for: $0.group, published: published) } ?? published
  }

  func publishedPlan(of target: BootTarget) -> PhasePlan {
    switch target {
    case .tenant: .published(role: .tenant, runtime: nil)
    case .workspace(let id): .published(role: .workspace, runtime: workspaces[id]?.row.runtime)
    }
  }

  private func boot(of target: BootTarget) -> Boot? {
    switch target {
    case .tenant(let id): orgs[id]?.boot
    case .workspace(let id): workspaces[id]?.boot
    }
  }

  /// Whether a step of that boot would have been heard: the fleet feed tells them, but not what was before it was opened.
  private func hears(_ boot: Boot) -> Bool {
    guard let feed = sources[.feed], feed.isOpen, let since = feed.openedAt, let start = boot.startedAt else { return false }
    return start >= since
  }

  /// Seconds after which the tenant's sweep calls a provisioning workspace failed (contract §4.5).
  public static func provisionLimit(of row: WorkspaceRow) -> Double { row.provisionTimeout ?? (row.runtime == "hermes" ? 1800 : 600) }

  // MARK: - Following

  /// Changes the boot of that target, where there is one.
  mutating func updateBoot(of target: BootTarget, _ change: (inout Boot) -> Void) {
    func update(_ boot: inout Boot?) {
      guard var changed = boot else { return }
      change(&changed)
      boot = changed
    }
    switch target {
    case .tenant(let id): roster.update(id) { update(&$0.boot) }
    case .workspace(let id): tenants.update(id) { update(&$0.boot) }
    }
  }

  /// Keeps what the bar shows, before something changes that it is made from.
  mutating func keepFloor(of target: BootTarget, at now: Timestamp) {
    guard let fraction = movement(of: target, at: now)?.fraction else { return }
    updateBoot(of: target) { $0.floor = max($0.floor, fraction) }
  }

  /// The same of those that a source tells of, before it is another's, or counts otherwise.
  mutating func keepFloors(toldBy source: Source, at now: Timestamp) {
    switch source {
    case .tenant(let slug):
      for org in roster.ids(named: slug) {
        for workspace in tenants.ids(of: org) where workspaces[workspace]?.boot != nil {
          keepFloor(of: .workspace(workspace), at: now)
          touch(.workspace(workspace))
        }
      }
    case .controlPlane, .feed: keepFloors(at: now)
    case .database, .dns, .ec2, .here: break
    }
  }

  /// The same of all of them: what changes concerns each.
  mutating func keepFloors(at now: Timestamp) {
    for target in inFlight {
      keepFloor(of: target, at: now)
      touch(target)
    }
  }

  /// It is to be looked at again.
  private mutating func touch(_ target: BootTarget) {
    switch target {
    case .tenant(let id): changes.orgs.insert(id)
    case .workspace(let id): changes.workspaces.insert(id)
    }
  }

  /// Finds anew which boots it is measured by: when it begins, and when its machine becomes known.
  mutating func regroup(_ target: BootTarget, at now: Timestamp) {
    guard let before = boot(of: target)?.group else { return }
    let group: String
    switch target {
    case .tenant(let id): group = BootGroup.name(role: .tenant, runtime: nil, machine: tenantMachine(of: id)?.row)
    case .workspace(let id): group = BootGroup.name(role: .workspace, runtime: workspaces[id]?.row.runtime, machine: machine(of: id)?.row)
    }
    guard group != before else { return }
    if !before.isEmpty { keepFloor(of: target, at: now) }
    updateBoot(of: target) { $0.group = group }
  }

  mutating func noteBoot(_ row: BootEventRow, org: OrgID?, at received: Timestamp) {
    guard let target = row.workspaceID.map(BootTarget.workspace) ?? org.map(BootTarget.tenant), let boot = boot(of: target) else { return }
    // Of an earlier boot of the same machine's owner: not of this one.
    if let at = row.at, let start = boot.startedAt, at < start + -5 { return }
    keepFloor(of: target, at: received)
    var isNews = false
    updateBoot(of: target) { isNews = $0.note(row, at: received) }
    if isNews { touch(target) }
  }

  /// Lets those go that were called failed early and have had their time: they failed. - Returns: when the next one's time is over.
  @discardableResult
  mutating func giveUpBoots(at now: Timestamp) -> Timestamp? {
    var next: Timestamp?
    for case .workspace(let id) in inFlight {
      guard let workspace = workspaces[id], workspace.row.status == .failed else { continue }
      // Whether it came up meanwhile nobody hears.
      guard lostAt(.workspace(id), at: now) == nil else { continue }
      guard let deadline = workspace.boot?.startedAt.map({ $0 + Self.provisionLimit(of: workspace.row) }), now <= deadline else {
        endBoot(of: id, at: now)
        changes.workspaces.insert(id)
        continue
      }
      next = min(next ?? deadline, deadline)
    }
    return next
  }

  // MARK: - Learning

  /// Takes over what was learned before, by this program or another: once, before the first event.
  public mutating func adopt(_ records: [BootRecord]) { boots.adopt(records) }

  /// The same in the place of what is known: whatever was learned since is told again.
  mutating func relearn(_ records: [BootRecord], at now: Timestamp) {
    keepFloors(at: now)
    boots.forgetLessons()
    boots.adopt(records)
  }

  /// Learns from boots that others watched.
  public mutating func learn(_ records: [BootRecord], at now: Timestamp) {
    keepFloors(at: now)
    boots.learn(from: records)
  }

  /// The boots that ended since the last call, for who keeps them.
  public mutating func takeFinishedBoots() -> [BootRecord] { boots.takeFinished() }

  /// Seconds; what took longer was not one boot.
  private static let longestBoot = 86_400.0

  /// Learns from a boot that is over. One whose beginning nobody told teaches nothing.
  mutating func finish(_ target: BootTarget, _ outcome: BootRecord.Outcome, at end: Timestamp) {
    guard let boot = boot(of: target), let start = boot.startedAt else { return }
    let total = end - start
    guard total > 0, total < Self.longestBoot else { return }
    let plan = plan(of: target)
    var phases = boot.phaseTimes(until: end, in: plan)
    // Heard from its first step on, or of no use but for its length.
    let isWhole = hears(boot) || (boot.marks.first.map { plan.index(of: $0.name) ?? 0 <= 1 } ?? false)
    if !isWhole || phases.isEmpty { phases = [PhaseTime("boot", total)] }
    let told = phases.reduce(0) { $0 + $1.seconds }
    if outcome == .ok, total - told > 0.5 { phases.append(PhaseTime("register", total - told)) }
    let record = BootRecord(group: boot.group, phases: phases, outcome: outcome, endedAt: end, target: target.description)
    for other in inFlight where other != target && self.boot(of: other)?.group.hasPrefix(Self.runtimeGroup(of: boot.group)) == true {
      keepFloor(of: other, at: end)
      touch(other)
    }
    boots.learn(from: [record])
    boots.noteLesson(of: target.description, at: end)
    boots.keepFinished(record)
  }

  /// The coarsest group that learns from a boot of `group`.
  private static func runtimeGroup(of group: String) -> String { BootHistory.levels(of: group).last ?? group }
}

extension FleetEvent.Change {
  /// From here on the steps of boots are heard, or no longer: their bars are made from something else.
  var changesWhatIsHeard: Bool {
    switch self {
    case .streamOpened(nil), .streamClosed(nil), .failed, .notOffered, .gap(_, nil): true
    default: false
    }
  }
}
