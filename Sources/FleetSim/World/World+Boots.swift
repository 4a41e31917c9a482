import FleetModel

extension World {
  // MARK: - Tenants

  /// Starts provisioning a tenant at `moment`; what lies before now has happened by the next `advance`.
  mutating func provision(_ org: OrgID, at moment: Timestamp) {
    guard let instance = launchTenant(org, at: moment) else { return }
    let boot = Boot.tenant(at: moment, &random)
    orgs[org]?.boot = boot
    agenda.plan(.machineState(instance, .running), at: moment + wall(7))
    plan(boot, of: .tenant(org))
    agenda.plan(.tenantReady(org), at: moment + wall(boot.total + 2))
  }

  /// A tenant whose machine runs and can't report: the boot-event 401 pattern (contract §9).
  mutating func provisionInSilence(_ org: OrgID, at moment: Timestamp) {
    guard let instance = launchTenant(org, at: moment) else { return }
    agenda.plan(.machineState(instance, .running), at: moment + wall(7))
    agenda.plan(
      .tenantFailed(org, "tenant not ready: no boot event within 4m0s; canary probe: dial tcp: i/o timeout"), at: moment + wall(240))
  }

  private mutating func launchTenant(_ org: OrgID, at moment: Timestamp) -> InstanceID? {
    setStatus(.provisioning, of: org, at: moment)
    addTenantName(for: org, at: moment)
    guard let instance = addTenantMachine(for: org, state: .pending, at: moment) else { return nil }
    orgs[org]?.instance = instance
    tellOfMachine(instance, at: moment)
    return instance
  }

  mutating func tenantIsReady(_ org: OrgID, at now: Timestamp) {
    guard let row = orgs[org], row.purge == nil, row.status == .provisioning else { return }
    orgs[org]?.isUp = true
    setStatus(.running, of: org, at: now)
    for index in 0..<row.workspacesToCome {
      let runtime = random.pick(["claude-code", "hermes", "langgraph"], else: "hermes")
      let name = Self.jobs[index % Self.jobs.count]
      agenda.plan(.workspaceWanted(org, name: name, runtime: runtime), at: now + wall(3 + 8 * Double(index)))
    }
    orgs[org]?.workspacesToCome = 0
  }

  mutating func tenantFailed(_ org: OrgID, _ error: String, at now: Timestamp) {
    guard orgs[org]?.status == .provisioning else { return }
    setStatus(.failed, of: org, error: error, at: now)
  }

  // MARK: - Workspaces

  /// A new workspace, its machine and its boot, begun at `moment`. The phase named by `slow` takes four times as long as it should.
  @discardableResult
  mutating func provisionWorkspace(
    _ name: String, in org: OrgID, runtime: String, role: String? = nil, manner: Workspace.Manner = .ordinary,
    slow: String? = nil, at moment: Timestamp
  ) -> WorkspaceID {
    let id = addWorkspace(name, in: org, runtime: runtime, status: .provisioning, role: role, manner: manner, machine: false, at: moment)
    var boot = Boot.workspace(runtime, at: moment, &random)
    for index in boot.phases.indices where boot.phases[index].name == slow { boot.phases[index].seconds *= 4 }
    workspaces[id]?.boot = boot
    workspaces[id]?.isVisitor = moment > startedAt
    record(.workspaceProvisioning, of: id, at: moment, ["name": .string(name), "tier": 4, "runtime": .string(runtime)])
    let region = orgs[org]?.region ?? "us-east-2"
    let instance = addWorkspaceMachine(id, org: org, runtime: runtime, region: region, state: .pending, at: moment)
    workspaces[id]?.instance = instance
    addWorkspaceName(for: id, at: moment)
    tellOfMachine(instance, at: moment)
    agenda.plan(.machineState(instance, .running), at: moment + wall(6))
    let phases = manner == .failsBoot ? 2 : boot.phases.count
    plan(boot, of: .workspace(id), phases: phases)
    switch manner {
    case .ordinary, .phantomBusy: agenda.plan(.workspaceOnline(id), at: moment + wall(boot.total + 2))
    case .neverRegisters:
      let limit = Boot.limit(of: runtime)
      agenda.plan(.workspaceFailed(id, .timeout(seconds: Int(clamping: limit))), at: moment + wall(limit))
    case .failsThenRecovers:
      let tail = "Building wheel for tokenizers (pyproject.toml): still running\n"
      agenda.plan(
        .workspaceFailed(id, .watcher(error: "bootstrap did not finish within 5m0s", logTail: tail)), at: moment + wall(300))
      agenda.plan(.workspaceOnline(id), at: moment + wall(boot.total + 2))
    case .failsBoot:
      let tail = "Traceback (most recent call last):\n  File \"/opt/adapter/main.py\", line 31\nRUNTIME CRASHED: exit status 1\n"
      agenda.plan(
        .workspaceFailed(id, .watcher(error: "runtime exited during bootstrap", logTail: tail)),
        at: moment + wall(boot.start(of: phases) + 4))
    }
    return id
  }

  private mutating func plan(_ boot: Boot, of subject: BootSubject, phases: Int? = nil) {
    for index in 0..<(phases ?? boot.phases.count) {
      agenda.plan(.bootEvent(subject, phase: index, ok: false), at: boot.startedAt + wall(boot.start(of: index)))
      agenda.plan(.bootEvent(subject, phase: index, ok: true), at: boot.startedAt + wall(boot.start(of: index + 1)))
    }
  }

  mutating func reportPhase(_ index: Int, of subject: BootSubject, ok: Bool, at now: Timestamp) {
    let org: OrgID
    var workspace: WorkspaceID?
    let boot: Boot?
    switch subject {
    case .tenant(let id):
      guard let row = orgs[id], row.purge == nil else { return }
      (org, boot) = (id, row.boot)
      if ok { orgs[id]?.boot?.done = index + 1 }
    case .workspace(let id):
      guard let row = workspaces[id], row.status == .provisioning || row.status == .failed else { return }
      (org, boot, workspace) = (row.org, row.boot, id)
      if ok { workspaces[id]?.boot?.done = index + 1 }
    }
    guard let boot, boot.phases.indices.contains(index), let slug = orgs[org]?.slug else { return }
    let phase = boot.phases[index]
    let event = BootEvent(
      event: phase.name, status: ok ? "ok" : "started", detail: ok ? phase.detail : nil, step: index + 1, total: boot.phases.count,
      at: now, workspace: workspace)
    orgs[org]?.bootEvents.append(event)
    if let count = orgs[org]?.bootEvents.count, count > 500 { orgs[org]?.bootEvents.removeFirst(count - 500) }
    var data: [JSONValue.Member] = [.init("event", .string(event.event)), .init("status", .string(event.status))]
    if let detail = event.detail { data.append(.init("detail", .string(detail))) }
    data += [.init("step", JSONValue(event.step)), .init("total", JSONValue(event.total))]
    emissions.append(
      Emission(type: .bootEvent, at: now, org: org, slug: slug, workspace: workspace, data: .object(data), onTenantStream: false))
    guard let workspace else { return }
    // The tenant's stream has its own word for it (contract §2.3, BOOT_STEP).
    emissions.append(
      Emission(
        type: .bootStep, at: now, org: org, slug: slug, workspace: workspace,
        data: [
          "step": JSONValue(event.step), "total": JSONValue(event.total), "key": .string(phase.name), "label": .string(phase.name),
          "status": ok ? "ok" : "running", "message": JSONValue(phase.detail ?? ""),
        ],
        onFeed: false))
  }

  mutating func goOnline(_ id: WorkspaceID, at now: Timestamp) {
    guard let workspace = workspaces[id], workspace.status == .provisioning || workspace.status == .failed || workspace.status == .offline
    else { return }
    workspaces[id]?.status = .online
    workspaces[id]?.onlineSince = now
    workspaces[id]?.sampleError = ""
    workspaces[id]?.errorRate = 0
    guard let up = workspaces[id] else { return }
    record(.workspaceOnline, of: id, at: now, ["url": .string(up.url), "agent_card": card(of: up)])
    startHeartbeats(of: id, after: 1, from: now)
  }

  mutating func provisionFailed(_ id: WorkspaceID, _ failure: BootFailure, at now: Timestamp) {
    guard let workspace = workspaces[id], workspace.status == .provisioning else { return }
    let error: String
    let data: JSONValue
    switch failure {
    case .timeout(let seconds):
      error = "provisioning timed out after \(seconds)s: workspace never registered"
      data = [
        "error": .string(error), "timeout_secs": JSONValue(seconds), "runtime": .string(workspace.runtime),
        "source": "provision_timeout_sweep",
      ]
    case .watcher(let text, let logTail):
      error = text
      data = ["error": .string(text), "log_tail": .string(logTail), "source": "bootstrap_watcher"]
    }
    workspaces[id]?.status = .failed
    workspaces[id]?.sampleError = error
    record(.workspaceProvisionFailed, of: id, at: now, data)
  }
}
