import FleetModel

// What several documents say of the same thing, in the same words.

extension JSONValue {
  /// What a finding or a boot is of.
  private init(target kind: String, _ id: (some Identity)?, org: Org?, name: String?) {
    self = ["kind": .string(kind), "id": JSONValue(id), "slug": JSONValue(org?.slug), "name": JSONValue(name)]
  }

  init(_ target: Finding.Target, in fleet: Fleet) {
    switch target {
    case .org(let id): self.init(target: "org", id, org: fleet.orgs[id], name: fleet.orgs[id]?.row.name)
    case .workspace(let id):
      let workspace = fleet.workspaces[id]
      self.init(target: "workspace", id, org: workspace.flatMap { fleet.orgs[$0.orgID] }, name: workspace?.row.name)
    case .fleet: self.init(target: "fleet", OrgID?.none, org: nil, name: nil)
    }
  }

  init(_ progress: Progress?) {
    guard let progress else {
      self = .null
      return
    }
    self = [
      "phase": JSONValue(progress.phase), "fraction": JSONValue(progress.fraction, places: 3),
      "elapsed": JSONValue(progress.elapsed, places: 1),
      "eta": progress.eta.map { ["p50": JSONValue($0.p50, places: 1), "p90": JSONValue($0.p90, places: 1), "n": JSONValue($0.samples)] }
        ?? .null,
      // Of what stands still nobody can say that it is on time.
      "late": progress.isStuck ? .null : .bool(progress.isLate), "deadline": JSONValue(progress.deadline),
      "standstill": JSONValue(progress.standstill?.words), "as_of": JSONValue(progress.asOf),
    ]
  }
}

extension Fleet {
  /// A sentence for each source that is not complete or lacks something.
  func problems(at now: Timestamp) -> [String] {
    sources.keys.sorted().compactMap { source in
      let freshness = freshness(of: source, at: now)
      guard freshness.state != .never, let trouble = freshness.trouble else { return nil }
      return "\(source): \(freshness.state.rawValue): \(trouble)"
    }
  }

  /// The orgs by name; what the control plane calls purged is hidden but was counted by it.
  var listedOrgs: [Org] { orgs.values.filter { $0.row.status != .purged }.sorted { ($0.slug, $0.id) < ($1.slug, $1.id) } }
}
