import FleetModel

/// `fleettui costs`: what the fleet costs, what of that is wasted, and how full the quota is.
struct CostsDocument: FleetDocument {
  let fleet: Fleet
  let now: Timestamp
  let report: CostReport
  let quota: VCPUQuota

  /// - Parameter fleet: judged at `now`.
  init(fleet: Fleet, now: Timestamp) {
    self.fleet = fleet
    self.now = now
    report = CostReport(of: fleet, at: now)
    quota = fleet.quota
  }

  var body: [JSONValue.Member] {
    [
      .init("orgs", .array(orgs.map(org))),
      .init("instances", .array(machines.map(machine))),
      .init("by_role", .object(roles.map { .init($0.name, ["count": count($0.sum), "hourly": known($0.sum.hourly.exact)]) })),
      .init(
        "totals",
        [
          "hourly": known(report.total.hourly.exact), "monthly": known(report.total.monthly, places: 2),
          "wasted_hourly": JSONValue(report.wastedHourly),
        ]),
      .init("unpriced", .array(report.unpriced.map(JSONValue.string))),
      .init("state_unknown", .array(report.stateUnknown.map { JSONValue($0) })),
      .init(
        "quota",
        [
          "vcpus": JSONValue(quota.used), "limit": JSONValue(quota.limit),
          "fits": .object(fittingTypes.map { .init($0, JSONValue(quota.fits($0))) }),
        ]),
      .init("prices", ["source": .string(report.prices.source), "date": .string(report.prices.date(in: report.regions.keys))]),
    ]
  }

  var orgs: [Org] { fleet.listedOrgs }

  private func known(_ value: Double?, places: Int = 6) -> JSONValue { report.knowsMachines ? JSONValue(value, places: places) : .null }

  private func org(_ org: Org) -> JSONValue {
    let cost = report.cost(of: org.id)
    let llm = LLMSpend(of: org, in: fleet)
    return [
      "id": JSONValue(org.id), "slug": JSONValue(org.slug), "hourly": JSONValue(cost?.hourly.exact),
      "monthly": JSONValue(cost?.monthly, places: 2),
      "storage_monthly": JSONValue(cost?.storageMonthly.exact, places: 2),
      "address_monthly": JSONValue(cost?.addressMonthly.exact, places: 2),
      "since_launch": JSONValue(cost?.sinceLaunch.exact), "llm_spend": JSONValue(llm.spend), "llm_budget": JSONValue(llm.budget),
    ]
  }

  private func count(_ sum: CostSum) -> JSONValue { report.knowsMachines ? JSONValue(sum.count) : .null }

  private func machine(_ machine: Machine) -> JSONValue {
    let (row, cost) = (machine.row, machine.cost)
    return [
      "id": JSONValue(row.id), "region": JSONValue(row.knownRegion), "org_id": JSONValue(row.orgID),
      "workspace_id": JSONValue(row.workspaceID), "role": JSONValue(row.role?.rawValue), "type": JSONValue(row.type),
      "state": .string(row.state.text), "hourly": JSONValue(cost.hourly), "monthly": JSONValue(cost.monthly, places: 2),
      "storage_monthly": JSONValue(cost.storageMonthly, places: 2), "address_monthly": JSONValue(cost.addressMonthly, places: 2),
      "since_launch": JSONValue(cost.sinceLaunch), "waste": JSONValue(report.wasted[row.id]?.rawValue),
    ]
  }

  /// The types of our workspaces and tenants, and what a workspace of the usual tier takes (contract §5.1: T4).
  private var fittingTypes: [String] {
    var types: Set = ["t3.large"]
    for id in report.instances.keys {
      guard let row = fleet.instances[id]?.row, let type = row.type, InstanceType(type)?.isStandard == true else { continue }
      types.insert(type)
    }
    return types.sorted()
  }

  // MARK: - What is missing

  var messages: [String] { (fleet.judgement.safetyGate.map { [$0] } ?? []) + fleet.problems(at: now) + gaps }

  /// Lists of resources that could not be read: what then is unknown.
  private var gaps: [String] {
    resources.flatMap { region, read in read.gaps.filter(Self.isPriced).map { "\($0.what) of \(region): \($0.why)" } }
      + fleet.vcpuProblems.sorted { $0.key < $1.key }.filter { _ in quota.limit == nil }.map {
        "the vCPU quota of \($0.key) is unknown: \($0.value)"
      }
  }

  private var resources: [(key: Region, value: RegionResources)] { fleet.resources.sorted { $0.key < $1.key } }

  private static func isPriced(_ gap: (what: String, why: String, isFailure: Bool)) -> Bool { ["volumes", "addresses"].contains(gap.what) }

  /// 4 when a source that the answer needs failed, came in part or is stale, else 0. A missing permission leaves figures unknown, and fails nothing.
  var exitCode: Int32 {
    if fleet.judgement.safetyGate != nil { return 4 }
    let needed = fleet.sources.keys.filter { [.controlPlane, .ec2, .tenant].contains($0.kind) }
    if needed.contains(where: { [.failed, .partial, .stale].contains(fleet.freshness(of: $0, at: now).state) }) { return 4 }
    return resources.contains { $0.value.gaps.contains { Self.isPriced($0) && $0.isFailure } } ? 4 : 0
  }
}
