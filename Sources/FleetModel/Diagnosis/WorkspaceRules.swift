/// The rules for one workspace (contract §4.5, §4.6, §9).
struct WorkspaceRules {
  let fleet: Fleet
  let workspace: Workspace
  let file: CaseFile
  let clock: RuleClock
  private var now: Timestamp { clock.now }

  private let org: Org?
  private let machine: Instance?
  private var machines: (isComplete: Bool, problem: String?, at: Timestamp?)? { fleet.machinesKnown(at: now) }
  private let console: CaseFile.Reading<[String]>

  /// Seconds without activity after which a busy workspace is not busy.
  static let phantomLimit = 1800.0
  /// The platform calls a degraded one online again below this share of errors (contract §2.2).
  private static let recoveredRate = 0.1
  /// The platform's own liveness key lives that long (contract §4.4).
  private static let heartbeatLimit = 180.0
  /// Seconds that an agent which listens may take to register.
  private static let registerLimit = 60.0

  init(fleet: Fleet, workspace: Workspace, file: CaseFile, clock: RuleClock) {
    self.fleet = fleet
    var workspace = workspace
    // What was read because somebody asked knows more than the fleet's own look at the newest events.
    if let events = file.events.value { workspace.learn(from: events) }
    self.workspace = workspace
    self.file = file
    self.clock = clock
    org = fleet.orgs[workspace.orgID]
    machine = fleet.machine(of: workspace.id)
    console = file.consoles[workspace.id] ?? .notAsked
  }

  private var row: WorkspaceRow { workspace.row }
  private var target: Finding.Target { .workspace(workspace.id) }
  private var tenant: String { "tenant:\(org?.slug.rawValue ?? "?")" }
  private var tenantReadAt: Timestamp? { org.flatMap { fleet.freshness(of: .tenant($0.slug), at: now).at } }
  private var boot: Boot? { workspace.boot ?? workspace.failedBoot }
  private var error: String { row.lastError ?? "" }

  private var statusEvidence: Finding.Evidence {
    var says = "status \(row.status.text)"
    if let source = workspace.failureSource { says += ", called so by \(source)" }
    if let error = row.lastError { says += ": \(error)" }
    return .init(tenant, says, at: tenantReadAt ?? workspace.statusToldAt)
  }

  private var machineEvidence: Finding.Evidence? { machine.map { .init($0, readAt: machines?.at, now: now) } }

  private var machineGap: [String] {
    guard let machines else { return ["the workspace's machine: no EC2 region is configured"] }
    return machines.problem.map { ["the workspace's machine: \($0)"] } ?? []
  }

  private var consoleGap: [String] { console.problem.map { ["the console: \($0)"] } ?? [] }

  func findings() -> [Finding] {
    var found: [Finding] = []
    // The cascade that removes its org takes it along.
    if let deletion = org?.deletion, deletion.status != .failed { return [] }
    switch row.status {
    case .provisioning: found += [crashed, neverRegistered, bootStepFailed, waitsForRoom].standing
    case .failed: found += [neverRegistered, publishedFailure].standing
    case .offline: found += [crashed].standing
    default: break
    }
    return found + [wedged, agentError, phantomBusy, heartbeatStale, disagreement].standing
  }

  // MARK: - Provisioning

  private var consoleCrash: Finding.Evidence? {
    console.value.flatMap { KnownTexts.crash(in: $0) }.map { .init("console", $0, at: console.readAt) }
  }

  private var crashed: Finding? {
    var evidence = [consoleCrash].compactMap { $0 }
    if let log = workspace.failureLog, let line = KnownTexts.crash(in: log.lines) {
      evidence.append(.init("log_tail", line))
    }
    if row.status == .failed, KnownTexts.crash(in: error.lines) != nil { evidence.append(statusEvidence) }
    guard !evidence.isEmpty else { return nil }
    if evidence.last != statusEvidence { evidence.append(statusEvidence) }
    return Finding(
      .runtimeCrashed, .critical, of: target, "the runtime crashed while it booted",
      evidence: evidence + [machineEvidence].compactMap { $0 }, unchecked: consoleGap,
      nextStep: "read the console's last lines for the cause, correct it, restart the workspace",
      disproof: Finding.Disproof("a heartbeat that is younger than the crash", isKnown: hasBeatenSince))
  }

  /// Whether it gave a sign of life after it was called what it is called.
  private var hasBeatenSince: Bool { workspace.lastHeartbeat.map { $0 > workspace.statusServerTime ?? workspace.statusToldAt } ?? false }

  /// The boot went to its end: by its events, or by what the console shows.
  private var bootEnd: (evidence: [Finding.Evidence], at: Timestamp?)? {
    var evidence: [Finding.Evidence] = []
    var ended: Timestamp?
    var marks = boot?.marks ?? []
    if let rows = file.bootEvents.value {
      let start = machine?.row.launchedAt ?? workspace.provisioningSince
      var read = Boot(startedAt: start)
      for event in rows where event.workspaceID == workspace.id && (event.at ?? now) >= (start ?? .distantPast) + -5 {
        read.note(event, at: now)
      }
      if read.marks.count > marks.count { marks = read.marks }
    }
    // By its name, by its own count of steps, or as the last step of such boots.
    let last = fleet.plan(of: .workspace(workspace.id)).phases.last { $0.name != "register" }?.name
    if let mark = marks.last(where: {
      (["workspace_ready", "wait_platform_health", "a2a_ready", "ready", last].contains($0.name) || $0.isLast) && $0.endedAt != nil
        && !$0.failed
    }) {
      evidence.append(.init("boot-events", "\(mark.name)=ok", at: mark.endedAt))
      ended = mark.endedAt
    }
    if let lines = console.value, let line = lines.last(where: KnownTexts.listens) {
      evidence.append(.init("console", String(line.prefix(240)), at: console.readAt))
    }
    return evidence.isEmpty ? nil : (evidence, ended)
  }

  private var neverRegistered: Finding? {
    // One that was online before had registered: its failure is another one.
    guard workspace.lastHeartbeat == nil || workspace.lastHeartbeat ?? now < workspace.provisioningSince ?? .distantPast else { return nil }
    guard let end = bootEnd, consoleCrash == nil else { return nil }
    if let at = end.at, console.value?.contains(where: KnownTexts.listens) != true, !clock.isOver(Self.registerLimit, since: at) {
      return nil
    }
    if let lines = console.value, lines.contains(where: KnownTexts.registered) { return nil }
    if let machine, machine.row.state != .running { return nil }
    // Where every region was read and has no machine of it, only the console proves that there is one.
    guard machine != nil || console.value != nil || machines?.isComplete != true else { return nil }
    var evidence = end.evidence
    if console.value != nil { evidence.append(.init("console", "no POST /registry/register that was answered", at: console.readAt)) }
    var missing = ""
    if let line = console.value?.last(where: { !KnownTexts.missingVariables(in: $0).isEmpty && !KnownTexts.isTrace($0) }) {
      let names = KnownTexts.missingVariables(in: line)
      missing = ": \(names.joined(separator: ", ")) is missing in its environment"
      evidence.append(.init("console", String(line.prefix(240)), at: console.readAt))
    }
    evidence += [machineEvidence, statusEvidence].compactMap { $0 }
    return Finding(
      .bootedNeverRegistered, .critical, of: target, "booted, never registered\(missing)", evidence: evidence,
      unchecked: machineGap + consoleGap,
      nextStep: "check that the boot script passes the workspace's token to the runtime, then restart the workspace",
      disproof: Finding.Disproof("a POST /registry/register answered 200, or a heartbeat", isKnown: hasBeatenSince))
  }

  private var bootStepFailed: Finding? {
    guard let mark = workspace.boot?.marks.last(where: \.failed) else { return nil }
    return Finding(
      .provisionFailed, .critical, of: target, "boot step \(mark.name) failed" + (mark.detail.map { ": \($0)" } ?? ""),
      evidence: [.init("boot-events", "\(mark.name) failed" + (mark.detail.map { ": \($0)" } ?? ""), at: mark.endedAt), statusEvidence],
      nextStep: "read the console around that step, then restart the workspace", disproof: "a later event of the same step with ok")
  }

  /// What a failure that somebody published is: exactly one of these.
  private var publishedFailure: Finding? {
    let names = KnownTexts.missingVariables(in: error)
    if !names.isEmpty {
      return Finding(
        .envMissing, .critical, of: target, "provisioning lacks \(names.joined(separator: ", "))", evidence: [statusEvidence],
        nextStep: "set \(names.joined(separator: ", ")) in the workspace's secrets or the tenant's, then restart it",
        disproof: "the values are set and a restart fails the same way")
    }
    if let crashed = [crashed].standing.first { return crashed }
    if let quota = Quota(namedBy: error) {
      return fleet.refusal(
        by: quota, of: target, failedAt: workspace.reasonAt, statusEvidence, again: "restart the workspace", file, clock)
    }
    // The bootstrap watcher is known to give up on a hermes too early (contract §4.5).
    let isTimeout =
      workspace.failureSource == "provision_timeout_sweep" || KnownTexts.isTimeout(error)
      || (workspace.failureSource == "bootstrap_watcher" && row.runtime == "hermes"
        && workspace.failedBoot?.marks.contains(where: \.failed) != true
        && workspace.boot?.marks.contains(where: \.failed) != true)
    guard isTimeout else {
      return Finding(
        .provisionFailed, .critical, of: target, Spoken.sentence("provisioning failed", row.lastError),
        evidence: [statusEvidence] + logTail + [machineEvidence].compactMap { $0 }, unchecked: machineGap + consoleGap,
        nextStep: "read the console and the log's tail for the cause, then restart the workspace",
        disproof: Finding.Disproof("it comes online by itself", isKnown: hasComeOnline))
    }
    let limit = Fleet.provisionLimit(of: row)
    let start = workspace.provisioningSince ?? boot?.startedAt ?? machine?.row.launchedAt
    if let start, machine.map({ $0.row.state.isLive }) ?? true, !clock.isOver(limit, since: start) {
      return Finding(
        .stillInstalling, .info, of: target,
        "probably still installing: \(row.runtime ?? "its runtime") has \(Spoken.duration(limit)), \(Spoken.duration(now - start)) are over",
        evidence: [statusEvidence, .init(tenant, "told to provision \(Spoken.duration(now - start)) ago", at: start)]
          + [machineEvidence].compactMap { $0 },
        unchecked: machineGap + consoleGap,
        nextStep: "wait until \((start + limit).timeOfDay) UTC; it becomes online by itself when it registers",
        disproof: "a crash in the console, or the deadline passing")
    }
    return Finding(
      .provisionTimeout, .warning, of: target, "provisioning timed out" + (start.map { " (begun \(Spoken.duration(now - $0)) ago)" } ?? ""),
      evidence: [statusEvidence] + logTail + [machineEvidence].compactMap { $0 },
      unchecked: machineGap + consoleGap + (start == nil ? ["when it was told to provision"] : []),
      nextStep: "read the console: did the agent start, crash or never register? then restart the workspace",
      disproof: Finding.Disproof("it registers after all", isKnown: hasComeOnline || hasBeatenSince))
  }

  private var logTail: [Finding.Evidence] {
    workspace.failureLog.map { [.init("log_tail", $0.count > 300 ? "…" + $0.suffix(300) : $0)] } ?? []
  }

  /// It is to get a machine, and the quota has hardly any left.
  private var waitsForRoom: Finding? {
    guard machine == nil, machines?.isComplete ?? false else { return nil }
    return fleet.finding(.vcpus, of: target, from: .critical, by: clock)
  }

  // MARK: - Running

  private var wedged: Finding? {
    let isSaid = workspace.runtimeState == "wedged" || error.lowercased().hasPrefix("wedged")
    guard isSaid, row.status == .degraded else { return nil }
    var evidence = [statusEvidence]
    if let state = workspace.runtimeState { evidence.append(.init("agent", "runtime_state \(state)", at: workspace.reasonAt)) }
    return Finding(
      .wedged, .critical, of: target, Spoken.sentence("wedged", row.lastError), evidence: evidence,
      nextStep: "restart the workspace: a wedged runtime does not recover",
      disproof: Finding.Disproof("a WORKSPACE_ONLINE event after it", isKnown: hasComeOnline))
  }

  /// Whether its tenant recorded that it is online again, after the list was read that says otherwise.
  private var hasComeOnline: Bool {
    let words = (file.events.value ?? []).filter { $0.workspaceID == workspace.id && Fleet.status(after: $0.type) != nil }
    guard let newest = words.max(by: { $0.createdAt < $1.createdAt }), newest.type == .workspaceOnline else { return false }
    return newest.createdAt > tenantReadAt ?? workspace.statusToldAt
  }

  private var agentError: Finding? {
    let activity = file.activity[workspace.id]?.value?.lastError
    let known = KnownTexts.agentError(in: error) ?? activity.flatMap { KnownTexts.agentError(in: $0.text) }
    guard row.status == .degraded || (known != nil && row.status != .removed) else { return nil }
    if known == nil, let wedged, !wedged.isDisproved { return nil }
    var evidence = [statusEvidence]
    if let rate = row.errorRate, rate > 0 {
      evidence.append(.init("agent", "error rate \(Int(clamping: (min(rate, 10) * 100).rounded())) %", at: workspace.lastHeartbeat))
    }
    if let activity, KnownTexts.agentError(in: error) == nil { evidence.append(.init("activity", activity.text, at: activity.at)) }
    // A degraded one below 10 % is not so by its error rate (contract §2.2).
    let isFailing = row.status == .degraded && row.errorRate ?? 1 >= Self.recoveredRate
    let disproof: Finding.Disproof =
      isFailing
      ? Finding.Disproof("its error rate falls below 10 %", isKnown: hasComeOnline)
      : row.status == .degraded ? Finding.Disproof("it is called online again", isKnown: hasComeOnline) : "its next requests succeed"
    guard let known else {
      return Finding(
        .agentError, .warning, of: target, Spoken.sentence("degraded", row.lastError), evidence: evidence,
        unchecked: isFailing || workspace.reasonAt != nil ? [] : ["whether its runtime is wedged: the event that degraded it was not read"],
        nextStep: "read the workspace's activity and console for what fails", disproof: disproof)
    }
    return Finding(
      .agentError, .warning, of: target, "\(known.text): \(known.cause)", evidence: evidence, nextStep: NextStep(known.nextStep),
      disproof: disproof)
  }

  private var phantomBusy: Finding? {
    guard let tasks = row.activeTasks, tasks > 0, row.status == .online || row.status == .degraded else { return nil }
    let last: (moment: Timestamp?, since: Timestamp, by: String)
    if let reading = file.activity[workspace.id], case .read(let activity, let at) = reading {
      let moment = activity.last
      // It never did anything: then its activity is as old as its agent.
      last = (moment, moment ?? row.uptime.map { at + -$0 } ?? at, "activity")
    } else if let since = workspace.listening.since {
      last = (workspace.lastActivity, max(workspace.lastActivity ?? since, since), tenant + " stream")
    } else {
      return nil
    }
    guard clock.isOver(Self.phantomLimit, since: last.since) else { return nil }
    return Finding(
      .phantomBusy, .warning, of: target,
      "phantom busy: \(tasks) active \(tasks == 1 ? "task" : "tasks"), no activity for \(Spoken.duration(now - last.since))",
      evidence: [
        .init(tenant, "active_tasks \(tasks)" + (row.currentTask.flatMap { $0.isEmpty ? nil : ": \($0)" } ?? ""), at: tenantReadAt),
        .init(last.by, last.moment == nil ? "no activity at all" : "the last activity", at: last.moment ?? last.since),
      ], nextStep: "the platform resets it every 5 min; if it stays, restart the workspace",
      disproof: Finding.Disproof("an activity that is younger", isKnown: hasActedLately))
  }

  private var hasActedLately: Bool {
    let last = [workspace.lastActivity, file.activity[workspace.id]?.value?.last].compactMap { $0 }.max()
    return last.map { !clock.isOver(Self.phantomLimit, since: $0) } ?? false
  }

  private var heartbeatStale: Finding? {
    // Silence proves something only while somebody listened; once proven, it ends with a sign of life.
    let listening = workspace.listening
    guard row.status == .online, let quiet = listening.quietSince else { return nil }
    guard listening.silentSince != nil || (listening.isOpen && clock.isOver(Self.heartbeatLimit, since: quiet)) else { return nil }
    let last = workspace.lastHeartbeat
    return Finding(
      .heartbeatStale, .warning, of: target, "online, but no heartbeat for \(Spoken.duration(now - quiet))",
      evidence: [
        statusEvidence,
        .init("\(tenant) stream", last == nil ? "no heartbeat since it was listened to" : "the last heartbeat", at: last ?? quiet),
      ]
        + [machineEvidence].compactMap { $0 },
      nextStep: "look at the machine and the agent's log: it beats every 30 s when it lives", disproof: "a heartbeat")
  }

  private var disagreement: Finding? {
    guard let machines, machines.isComplete else { return nil }
    let live = fleet.machines(of: workspace.id).filter { $0.row.state.isLive }
    func finding(_ summary: String, _ evidence: [Finding.Evidence], _ next: NextStep) -> Finding {
      Finding(
        .statusDisagrees, .warning, of: target, summary, evidence: [statusEvidence] + evidence, nextStep: next,
        disproof: "the next answers of both agree")
    }
    let running = live.map { Finding.Evidence("ec2:\($0.row.region)", "\($0.id) is \($0.row.state.text)", at: machines.at) }
    switch row.status {
    case .paused, .hibernated:
      guard live.contains(where: { $0.row.state == .running }) else { return nil }
      return finding(
        "the tenant says \(row.status.text), EC2 runs its machine", running,
        "the platform pauses without stopping the machine: it costs until somebody ends it (\(by: .orphans) lists it)")
    case .online, .degraded:
      if live.count > 1 {
        return finding(
          "\(live.count) machines run for one workspace", running, "the older ones are left over from a resume: \(by: .orphans) lists them")
      }
      guard let machine, !machine.row.state.isLive else { return nil }
      return finding(
        "the tenant says \(row.status.text), EC2 has its machine \(machine.row.state.text)", [machineEvidence].compactMap { $0 },
        "start the machine or restart the workspace: the tenant notices after 3 min without a heartbeat")
    default: return nil
    }
  }
}
