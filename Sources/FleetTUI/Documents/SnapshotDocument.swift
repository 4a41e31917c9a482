import FleetModel

/// `fleettui snapshot`: the whole fleet as one document.
struct SnapshotDocument: FleetDocument {
  let fleet: Fleet
  let now: Timestamp
  private let costs: CostReport

  private var totals: Figures.Totals { fleet.figures.totals }
  /// What concerns no single org.
  private var fleetFindings: [Finding] { fleet.triage.findings(of: .fleet) }

  /// - Parameter fleet: judged at `now`.
  init(fleet: Fleet, now: Timestamp) {
    self.fleet = fleet
    self.now = now
    costs = CostReport(of: fleet, at: now)
  }

  var body: [JSONValue.Member] {
    [
      .init("orgs", .array(orgs.map(org))), .init("instances", .array(machines.map(instance))), .init("totals", totalsJSON),
      .init("findings", findings(fleetFindings)),
    ]
  }

  private var orgs: [Org] { fleet.listedOrgs }

  private var machines: [Instance] {
    fleet.instances.values.filter { $0.row.state != .terminated }.sorted { ($0.row.region, $0.id) < ($1.row.region, $1.id) }
  }

  func org(_ org: Org) -> JSONValue {
    let tenant = fleet.tenantMachine(of: org.id)
    return [
      "id": JSONValue(org.id), "slug": JSONValue(org.slug), "name": JSONValue(org.row.name), "plan": JSONValue(org.row.plan),
      "instance_status": JSONValue(org.row.status?.text), "created_at": JSONValue(org.row.createdAt),
      "last_error": JSONValue(org.row.lastError?.onOneLine),
      "tenant": tenant.map(tenantMachine) ?? .null,
      "workspaces": workspaces(of: org).map { .array($0.map(workspace)) } ?? .null,
      "progress": JSONValue(fleet.progress(of: .tenant(org.id), at: now)),
      // As `explain` has them: clocks that disagree make this org's ages wrong too.
      "findings": findings((fleet.triage.findings(within: org.id) + fleetFindings.filter { $0.code == .clockSkew }).ranked),
      "cost": cost(of: org),
    ]
  }

  /// `nil` where its tenant was never read: that none is known says nothing then.
  private func workspaces(of org: Org) -> [Workspace]? {
    let known = fleet.workspaces(of: org.id).filter { $0.row.status != .removed }
    return known.isEmpty && fleet.sources[.tenant(org.slug)]?.lastComplete == nil ? nil : known
  }

  private func findings(_ findings: [Finding]) -> JSONValue {
    .array(
      findings.map {
        [
          "code": .string($0.code.rawValue), "severity": .string($0.severity.rawValue), "summary": .string($0.summary(in: fleet)),
          "as_of": JSONValue($0.asOf),
        ]
      })
  }

  private func tenantMachine(_ machine: Instance) -> JSONValue {
    [
      "instance_id": JSONValue(machine.id), "state": .string(machine.row.state.text), "type": JSONValue(machine.row.type),
      "region": JSONValue(machine.row.knownRegion), "launched_at": JSONValue(machine.row.launchedAt),
    ]
  }

  func workspace(_ workspace: Workspace) -> JSONValue {
    let row = workspace.row
    return [
      "id": JSONValue(row.id), "name": .string(row.name), "status": .string(row.status.text), "runtime": JSONValue(row.runtime),
      "tier": JSONValue(row.tier), "parent_id": JSONValue(row.parentID), "instance_id": JSONValue(fleet.machine(of: row.id)?.id),
      "last_error": JSONValue(row.lastError?.onOneLine), "progress": JSONValue(fleet.progress(of: .workspace(row.id), at: now)),
    ]
  }

  func instance(_ instance: Instance) -> JSONValue {
    let row = instance.row
    let verdict = fleet.judgement.verdict(of: instance.id)
    return [
      "id": JSONValue(row.id), "region": JSONValue(row.knownRegion), "state": .string(row.state.text), "type": JSONValue(row.type),
      "role": JSONValue(row.role?.rawValue), "org_id": JSONValue(row.orgID), "workspace_id": JSONValue(row.workspaceID),
      "launched_at": JSONValue(row.launchedAt), "private_ip": JSONValue(row.privateIP), "public_ip": JSONValue(row.publicIP),
      "verdict": .string(verdict.name), "reasons": .array(verdict.reasons.map(JSONValue.string)),
      "hourly": JSONValue(fleet.settings.prices.hourly(of: row)),
    ]
  }

  /// Without an answer of EC2's, what an org costs is unknown, not nothing.
  private func cost(of org: Org) -> JSONValue {
    guard let cost = costs.cost(of: org.id) else { return .null }
    return [
      "hourly": JSONValue(cost.hourly.exact), "monthly": JSONValue(cost.monthly, places: 2),
      "storage_monthly": JSONValue(cost.storageMonthly.exact, places: 2),
      "address_monthly": JSONValue(cost.addressMonthly.exact, places: 2),
    ]
  }

  /// The figures that the dashboard shows (`docs/figures.md`); those that a source is missing of are named.
  private var totalsJSON: JSONValue {
    let counts: [(String, Figure<Int>)] = [
      ("orgs", totals.orgs), ("instances", totals.instances), ("machines", totals.machines), ("workspaces", totals.workspaces),
      ("coming_up", totals.comingUp), ("late", totals.late), ("stuck", totals.stuck), ("failed", totals.failed),
      ("degraded", totals.degraded), ("offline", totals.offline), ("orphans", orphans), ("vcpus", totals.vcpus),
      ("zone_records", totals.zoneRecords),
    ]
    // Without one of its regions what a fleet costs would be a guess.
    let sums: [(String, Figure<Money>)] = [
      ("hourly", totals.hourly.whole == nil ? .unknown : totals.hourly), ("wasted_hourly", orphans.value == nil ? .unknown : totals.wasted),
    ]
    let incomplete =
      counts.filter { $0.1.value != nil && $0.1.whole == nil }.map(\.0) + sums.filter { $0.1.value != nil && $0.1.whole == nil }.map(\.0)
    return .object(
      counts.map { .init($0.0, JSONValue($0.1.value)) } + sums.map { .init($0.0, JSONValue($0.1.value?.exact)) } + [
        .init("vcpu_quota", JSONValue(totals.vcpuLimit)), .init("zone_quota", JSONValue(totals.zoneQuota)),
        .init("incomplete", .array(incomplete.map(JSONValue.string))),
      ])
  }

  /// Unknown while the roster or a region is missing: then nobody knows how many there are.
  private var orphans: Figure<Int> {
    let book = fleet.book
    return totals.orphans.whole != nil || (book.roster.isFresh && book.regions.isFresh) ? totals.orphans : .unknown
  }

  // MARK: - As a table

  var table: TextTable {
    var table = TextTable(
      header: ["ORG", "STATUS", "TENANT", "WORKSPACES", "PROGRESS", "$/H", "$/MONTH", "FINDING", "NEXT STEP", "ID"],
      dispensable: ["ID", "$/MONTH", "TENANT", "NEXT STEP", "WORKSPACES"])
    for org in orgs {
      let machine = fleet.tenantMachine(of: org.id)
      let counts = workspaces(of: org).map { workspaces in
        Dictionary(grouping: workspaces) { $0.row.status.text }.map { "\($0.value.count) \($0.key)" }.sorted().joined(separator: " ")
      }
      let progress = fleet.progress(of: .tenant(org.id), at: now)
      let findings = fleet.triage.findings(within: org.id)
      let cost = costs.cost(of: org.id)
      table.rows.append([
        org.slug.rawValue, org.standing,
        machine.map { "\($0.row.state.text) \($0.row.type ?? "?")" } ?? TextTable.none,
        counts.map { $0.isEmpty ? TextTable.none : $0 } ?? TextTable.unknown,
        progress.map {
          "\($0.phase ?? "booting") \($0.standstill?.words ?? $0.fraction.map { "\(Int(clamping: $0 * 100)) %" } ?? "?")"
        } ?? TextTable.none,
        cost?.hourly.exact.map { Wording.dollars($0, digits: 4) } ?? TextTable.unknown,
        cost?.monthly.map { Wording.dollars($0, digits: 2) } ?? TextTable.unknown,
        findings.first.map { "\($0.code.rawValue): \($0.summary(in: fleet))" + (findings.count > 1 ? " (+\(findings.count - 1))" : "") }
          ?? TextTable.none,
        findings.first?.nextStep ?? TextTable.none, org.id.rawValue,
      ])
    }
    return table
  }

  /// What is wrong with the fleet as a whole, and the sums that the JSON has under `totals`.
  var notes: [String] {
    let common = fleetFindings.map { "\($0.severity.rawValue): \($0.code.rawValue): \($0.summary). Next: \($0.nextStep)" }
    let totals = totalsJSON
    let incomplete = totals["incomplete"]?.array ?? []
    // There is more of it where a source is missing.
    func figure(_ name: String) -> String {
      totals[name].flatMap { $0.isNull ? nil : $0.serialized() + (incomplete.contains(.string(name)) ? "+?" : "") } ?? "?"
    }
    func dollars(_ name: String, times factor: Double = 1, digits: Int) -> String {
      "$" + (totals[name]?.double.map { Wording.dollars($0 * factor, digits: digits) } ?? "?")
    }
    let month = PriceBook.hoursPerMonth
    let sums =
      "\(figure("orgs")) orgs, \(figure("workspaces")) workspaces, \(figure("machines")) machines, \(figure("orphans")) orphans; "
      + "\(dollars("hourly", digits: 4))/h, \(dollars("hourly", times: month, digits: 2))/month, "
      + "wasted \(dollars("wasted_hourly", digits: 4))/h; vCPUs \(figure("vcpus")) of \(figure("vcpu_quota"))"
    return common + [sums]
  }

  // MARK: - What is missing

  var messages: [String] { (fleet.judgement.safetyGate.map { [$0] } ?? []) + fleet.problems(at: now) }

  /// 4 when the roster or a region failed, else 0: what is merely not configured changes no exit code.
  var exitCode: Int32 {
    let isMissing = fleet.sources.keys.contains { source in
      let freshness = fleet.freshness(of: source, at: now)
      return [.controlPlane, .ec2].contains(source.kind) && freshness.problem != nil && ![.complete, .never].contains(freshness.state)
    }
    return isMissing || fleet.judgement.safetyGate != nil ? 4 : 0
  }
}
