import FleetModel

extension World {
  /// The org that the incident scenarios put into trouble.
  static let patient: Slug = "patient"

  /// One incident as contract §9 tells it, in the org `patient`, as far along as an operator would meet it.
  /// - Parameter size: the number of orgs that the simulated configuration's quotas are for.
  mutating func addIncident(_ incident: Scenario, size: Int) {
    switch incident {
    case .bootEvents401:
      let org = addOrg(Self.patient, plan: "starter", status: nil, at: startedAt + -302)
      provisionInSilence(org, at: startedAt + -300)
      // It failed minutes ago, whatever the time factor.
      tenantFailedInThePast(org, "tenant not ready: no boot event within 4m0s; canary probe: dial tcp: i/o timeout")
    case .dnsQuota:
      failed("provision: cloudflare 81045: record quota exceeded", hasMachine: false)
      while records.count < SimulationOptions.recordQuota(orgs: size) { addRecord("trial-\(records.count + 100)", at: ago(days: 30)) }
    case .tunnelStep: failed("tunnel/DNS step failed: cloudflare 10000: authentication error", hasMachine: true)
    case .vcpuQuota:
      let limit = SimulationOptions.vcpuQuota(orgs: size)
      failed(
        "RunInstances: VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of \(limit)", hasMachine: false
      )
      // As on 2026-04-23: what nobody owns any more takes what is left (contract §9). Each machine of the fleet's types has two.
      while 2 * machines.all.count(where: { $0.state == .running }) < limit {
        addWorkspaceMachine(WorkspaceID(random.uuid()), org: nil, runtime: "hermes", state: .running, at: ago(days: 3))
      }
    case .provisionerDisabled: addOrg(Self.patient, plan: "free", status: nil, at: ago(minutes: 11))
    case .unreachable:
      let org = calmPatient()
      addAgent("helper", in: org)
      orgs[org]?.isUp = false
    case .neverRegistered:
      provisionWorkspace("milton", in: calmPatient(), runtime: "langgraph", manner: .neverRegisters, at: startedAt + -wall(560))
    case .runtimeCrashed:
      provisionWorkspace("oliver", in: calmPatient(), runtime: "claude-code", manner: .failsBoot, at: startedAt + -wall(400))
    case .hermesGivenUp:
      provisionWorkspace("gavin", in: calmPatient(), runtime: "hermes", manner: .failsThenRecovers, at: startedAt + -wall(310))
    case .environmentMissing:
      let id = provisionWorkspace("billing", in: calmPatient(), runtime: "claude-code", manner: .failsBoot, at: startedAt + -90)
      provisionFailed(
        id, .watcher(error: "missing required environment variables: ANTHROPIC_API_KEY, GITHUB_TOKEN", logTail: ""), at: startedAt + -80)
    case .wedged: degradeInThePast("billing", ["runtime_state": "wedged", "sample_error": "SDK init timeout after 120s"], rate: 0)
    case .providerKey:
      let text = "[hermes-agent error 401] Incorrect key provided"
      degradeInThePast("support", ["error_rate": 0.83, "sample_error": .string(text)], rate: 0.83)
    case .phantomBusy:
      let id = addAgent("nucleus", in: calmPatient())
      workspaces[id]?.manner = .phantomBusy
      workspaces[id]?.activeTasks = 3
      workspaces[id]?.currentTask = "index the product handbook"
    case .schedulerStuck:
      let org = calmPatient()
      let stuck = ago(hours: 12)
      orgs[org]?.schedulerStuckSince = stuck
    case .purgeStuck:
      let purge = beginCascade(of: calmPatient(), at: ago(days: 3))
      guard let index = purges.firstIndex(where: { $0.id == purge }) else { return }
      purges[index].status = "failed"
      purges[index].lastStep = "redis"
      purges[index].lastError = "infra: DeleteSecurityGroup: DependencyViolation"
    case .everything, .idle, .empty, .healthy: break
    }
  }

  private mutating func calmPatient() -> OrgID {
    let org = addOrg(Self.patient, plan: "pro", status: .running, at: ago(days: 40))
    settle(org, launchedAt: ago(days: 40))
    return org
  }

  @discardableResult
  private mutating func addAgent(_ name: String, in org: OrgID) -> WorkspaceID {
    let id = addWorkspace(name, in: org, runtime: "hermes", status: .online, at: ago(days: 20))
    recordPast(of: id)
    return id
  }

  private mutating func failed(_ error: String, hasMachine: Bool) {
    let born = ago(minutes: 30)
    let org = addOrg(Self.patient, plan: "free", status: .failed, at: born)
    if hasMachine {
      settle(org, launchedAt: born + 5)
      orgs[org]?.isUp = false
      dropNames(["\(Self.patient).\(Self.zone)"])
    }
    setStatus(.failed, of: org, error: error, at: born + 90)
  }

  private mutating func tenantFailedInThePast(_ org: OrgID, _ error: String) {
    if let instance = orgs[org]?.instance { machines.update(instance) { $0.state = .running } }
    tenantFailed(org, error, at: startedAt + -60)
  }

  private mutating func degradeInThePast(_ name: String, _ data: JSONValue, rate: Double) {
    let id = addAgent(name, in: calmPatient())
    workspaces[id]?.status = .degraded
    workspaces[id]?.errorRate = rate
    workspaces[id]?.sampleError = data["sample_error"]?.text ?? ""
    record(.workspaceDegraded, of: id, at: ago(minutes: 41), data)
  }
}
