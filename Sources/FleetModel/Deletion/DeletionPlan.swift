/// What deleting one org would remove, frozen: the confirmation binds to its hash (`docs/deletion.md`).
public struct DeletionPlan: Hashable, Sendable {
  public struct Machine: Hashable, Sendable {
    public var id: InstanceID
    public var region: Region
    public var role: InstanceRole?
    public var type: String?
    /// US dollars of compute an hour now; `nil` when unknown.
    public var hourly: Double?
  }

  public var environment: String
  public var orgID: OrgID
  public var slug: Slug
  public var name: String?
  /// The customer's plan, `free`, `pro`.
  public var customerPlan: String?
  public var members: Int?
  /// By id.
  public var machines: [Machine]
  public var workspaces: [WorkspaceID]
  public var volumes: [ResourceID]
  /// Names in the zone that are the org's; `nil` when the zone could not be read, none where no zone is configured.
  public var names: [String]?
  /// US dollars an hour that stop; `nil` when a part of it is unknown.
  public var hourlySaved: Double?
  /// Wants a second word.
  public var isProtected: Bool
  /// Whose org it is, as far as its name and plan tell.
  public var kind: Kind
  /// Runs of the cascade for this very org that have not completed: another operator's, or an earlier one that failed.
  public var openPurges: [PurgeRow]

  /// Test orgs are named `e2e-…` by every harness of the fleet (contract §1.6); whatever else isn't known to be one is a customer's.
  public enum Kind: String, Hashable, Sendable { case test, customer }

  public var tenantMachine: Machine? { machines.first { $0.role == .tenant } }

  /// What has to be typed: `<environment>/<slug>`. Never shown in one piece.
  public var phrase: String { "\(environment)/\(slug)" }
  /// The second word of a protected environment: the last eight characters of the org's id.
  public var protectedWord: String { String(orgID.rawValue.suffix(8)) }
}

extension DeletionPlan {
  /// The plan as the fleet stands.
  /// - Parameters:
  ///   - names: every name in the zone, none where no DNS source is configured; `nil` when it could not be read.
  ///   - host: the host under which the org's tenant answers, where the environment tells.
  public init(
    of org: Org, in fleet: Fleet, environment: String, isProtected: Bool, names: [String]? = [], rule: OrgNames? = nil
  ) {
    let prices = fleet.settings.prices
    self.environment = environment
    orgID = org.id
    slug = org.slug
    name = org.row.name
    customerPlan = org.row.plan
    members = org.row.memberCount
    let standing = fleet.machines(of: org.id).map(\.row).filter { $0.state != .terminated }.sorted { $0.id < $1.id }
    machines = standing.map { Machine(id: $0.id, region: $0.region, role: $0.role, type: $0.type, hourly: prices.hourly(of: $0)) }
    var workspaces = Set(fleet.workspaces(of: org.id).filter { $0.row.status != .removed }.map(\.id))
    workspaces.formUnion(standing.compactMap(\.workspaceID))
    self.workspaces = workspaces.sorted()
    volumes = Array(Set(standing.flatMap(\.volumes))).sorted()
    self.names = names.map { names in rule.map { $0.names(among: names, slug: org.slug, workspaces: workspaces) } ?? [] }
    var money = Money()
    for machine in standing { money.add(prices.hourly(of: machine)) }
    hourlySaved = money.exact
    self.isProtected = isProtected
    kind = org.slug.rawValue.hasPrefix("e2e-") ? .test : .customer
    openPurges = fleet.openPurges.compactMap { fleet.purges[$0] }.filter { $0.isAbout(org.id, org.slug) }.sorted { $0.id < $1.id }
  }
}

extension PurgeRow {
  /// Whether it is a run for this org. The id decides; a row without one is told by its name.
  func isAbout(_ org: OrgID, _ slug: Slug) -> Bool { orgID.map { $0 == org } ?? (self.slug == slug) }

  /// Nothing is known to have ended: the cascade may be running (contract §1.9).
  public var isPending: Bool { if case .pending = status { true } else { false } }

  /// Completed in every field that says so (contract §1.9).
  public var isFinished: Bool { status == .completed && lastStep == "completed" && completedAt != nil }

  func wasCompleted(since start: Timestamp) -> Bool { isFinished && completedAt.map { $0 >= start } == true }
}

/// Which names in a zone belong to an org of one environment (contract §6.1). Environments share zones: `acme.example.com` is not
/// staging's `acme.staging.example.com`.
public struct OrgNames: Hashable, Sendable {
  public var zone: String
  /// `staging` where the environment's names have a level of their own.
  public var suffix: String?

  /// - Parameters:
  ///   - host: a tenant's host in this environment with `slug` in it, where it can be told; it decides.
  ///   - suffixes: the zone's environment levels.
  public init(zone: String, suffixes: [String], environment: String, host: String?, slug: Slug) {
    self.zone = zone
    let stems = suffixes.map { (suffix: $0, host: "\(slug).\($0).\(zone)") }
    if let stem = stems.first(where: { $0.host == host }) {
      suffix = stem.suffix
    } else if host == "\(slug).\(zone)" {
      suffix = nil
    } else {
      suffix = suffixes.contains(environment) ? environment : nil
    }
  }

  public func name(of label: String) -> String { suffix.map { "\(label).\($0).\(zone)" } ?? "\(label).\(zone)" }

  /// The tenant's name and its workspaces' `ws-<id12>`, as far as they exist.
  public func names(among all: [String], slug: Slug, workspaces: some Collection<WorkspaceID>) -> [String] {
    let ours = Set([name(of: slug.rawValue)] + workspaces.map { name(of: "ws-\($0.rawValue.prefix(12))") })
    return Set(all).intersection(ours).sorted()
  }
}

// MARK: - As JSON

extension DeletionPlan {
  /// What the hash is made of (with sorted keys and no spaces), and what scripts read.
  public var body: JSONValue {
    [
      "org": [
        "id": JSONValue(orgID), "slug": JSONValue(slug), "name": JSONValue(name), "plan": JSONValue(customerPlan),
        "members": JSONValue(members),
      ],
      "environment": .string(environment), "instances": .array(machines.map { JSONValue($0.id) }),
      "tenant_instance": JSONValue(tenantMachine?.id), "workspaces": .array(workspaces.map { JSONValue($0) }),
      "volumes": .array(volumes.map { .string($0.rawValue) }), "dns": names.map { .array($0.map { .string($0) }) } ?? .null,
      "hourly_saved": JSONValue(hourlySaved),
      "protected": .bool(isProtected), "kind": .string(kind.rawValue),
      "open_purges": .array(
        openPurges.map { ["id": JSONValue($0.id), "status": .string($0.status.text), "last_step": JSONValue($0.lastStep)] }),
    ]
  }

  public func json(hash: String) -> JSONValue { .object((body.members ?? []) + [.init("hash", .string(hash))]) }

  /// What differs in `newer`, a line each; empty when nothing that was confirmed changed.
  public func differences(from newer: DeletionPlan) -> [String] {
    var lines: [String] = []
    func compare(_ what: String, _ old: [String], _ new: [String]) {
      let gone = Set(old).subtracting(new).sorted()
      let come = Set(new).subtracting(old).sorted()
      if !come.isEmpty { lines.append("\(what) more: \(come.joined(separator: ", "))") }
      if !gone.isEmpty { lines.append("\(what) no longer: \(gone.joined(separator: ", "))") }
    }
    if orgID != newer.orgID { lines.append("another org has the name: \(newer.orgID), not \(orgID)") }
    compare("machines", machines.map(\.id.rawValue), newer.machines.map(\.id.rawValue))
    compare("workspaces", workspaces.map(\.rawValue), newer.workspaces.map(\.rawValue))
    compare("volumes", volumes.map(\.rawValue), newer.volumes.map(\.rawValue))
    if (names == nil) != (newer.names == nil) {
      lines.append(newer.names == nil ? "dns: the zone can't be read any more" : "dns: the zone was read")
    }
    compare("dns", names ?? [], newer.names ?? [])
    compare("runs", openPurges.map { "\($0.id) \($0.status.text)" }, newer.openPurges.map { "\($0.id) \($0.status.text)" })
    func note(_ what: String, _ old: String?, _ new: String?) {
      if old != new { lines.append("\(what): \(new ?? "not known"), was \(old ?? "not known")") }
    }
    note("name", name, newer.name)
    note("plan", customerPlan, newer.customerPlan)
    note("members", members.map { "\($0)" }, newer.members.map { "\($0)" })
    func price(_ hourly: Double?) -> String? { hourly.map { "$\(($0 * 10_000).rounded() / 10_000)/h" } }
    note("cost", price(hourlySaved), price(newer.hourlySaved))
    if lines.isEmpty, body != newer.body { lines.append("what it is made of") }
    return lines
  }
}

// MARK: - Whether it may be carried out

extension Fleet {
  /// Why no deletion may start from what is known: the roster and every region must be complete and younger than a minute.
  public func reasonAgainstDeletion(regions: [Region], at now: Timestamp) -> String? {
    let limit = 60.0
    guard !regions.isEmpty else {
      return "EC2 is not configured, so what would be left behind can't be told: add regions under [environment.NAME.aws]"
    }
    for source in [Source.controlPlane] + regions.map(Source.ec2) {
      let freshness = freshness(of: source, at: now)
      guard freshness.state == .complete else {
        let state = freshness.state == .never ? "has not answered yet" : "is \(freshness.state.rawValue)"
        return "\(source) \(state)" + (freshness.problem.map { ": \($0)" } ?? "")
      }
      guard let age = freshness.age(at: now), age < limit else { return "what \(source) said is older than \(Int(clamping: limit)) s" }
    }
    return nil
  }
}
