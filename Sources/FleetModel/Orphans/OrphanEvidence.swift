/// Why a machine is judged as it is, in words and times, and what the control plane offers to remove it.
struct OrphanEvidence {
  let fleet: Fleet
  let now: Timestamp

  private var judgement: OrphanJudgement { fleet.judgement }
  private var prices: PriceBook { fleet.settings.prices }
  private var rules: OrphanRules { OrphanRules(fleet: fleet, settings: judgement.settings, complete: judgement.complete) }

  /// `nil` for what is live or not ours.
  func machine(_ instance: Instance) -> OrphanCase? {
    let verdict = judgement.verdict(of: instance.id)
    let row = instance.row
    let evidence: [OrphanCase.Statement]
    let nextStep: String
    switch verdict {
    case .live, .foreign: return nil
    case .orphan(let reasons):
      evidence = reasons.map { words(for: $0, row) } + common(row)
      nextStep = self.nextStep(reasons, row)
    case .grace(let reasons):
      evidence = reasons.map { words(for: $0, row) } + common(row)
      nextStep = row.launchedAt.map { "Wait: judged in \(Self.span(max(1, $0 + judgement.settings.grace - now)))" } ?? "Wait"
    case .cannotTell(let missing):
      evidence = missing.map { words(forMissing: $0, row) } + common(row)
      nextStep =
        missing == [.feed]
        ? "Wait for EC2's next answer" : "Get \(missing.map(\.description).joined(separator: ", ")) read completely, then look again"
    }
    let hourly = prices.hourly(of: row)
    return OrphanCase(
      kind: .instance, id: row.id.rawValue, region: row.knownRegion, type: row.type, role: row.role,
      orgID: row.orgID, slug: slug(of: row),
      workspaceID: row.workspaceID, verdict: verdict, brief: brief(verdict, row), evidence: evidence,
      age: row.launchedAt.map { max(0, now - $0) }, hourly: hourly,
      monthly: hourly.map { $0 * PriceBook.hoursPerMonth }, soFar: cost(of: row, since: lostAt(row)), nextStep: nextStep)
  }

  /// The name of the org that the tags name.
  private func slug(of row: InstanceRow) -> Slug? {
    rules.org(of: row)?.slug ?? row.orgID.flatMap { fleet.slug(of: $0) } ?? row.orgSlug
  }

  /// When its org was last seen in the control plane, where that is known and was after the launch.
  private func lostAt(_ row: InstanceRow) -> Timestamp? {
    guard let id = row.orgID, rules.org(of: row) == nil, let seen = fleet.departed[id]?.lastSeen else { return nil }
    return row.launchedAt.map { max($0, seen) }
  }

  /// Compute of a machine that runs, from `start`, or from its launch: at most, since it may have stood still between.
  private func cost(of row: InstanceRow, since start: Timestamp?) -> Double? {
    guard let hourly = prices.hourly(of: row), let from = start ?? row.launchedAt else { return nil }
    return hourly * max(0, now - from) / 3600
  }

  // MARK: - Words

  private func words(for reason: OrphanReason, _ row: InstanceRow) -> OrphanCase.Statement {
    switch reason {
    case .orgGone: return orgGone(row)
    case .noOrgTag: return said("the machine has neither an OrgID nor an OrgSlug tag, so that no cascade can find it")
    case .workspaceRemoved:
      let workspace = row.workspaceID?.rawValue ?? "?"
      guard let org = rules.org(of: row) else { return said("its workspace \(workspace) is gone") }
      if fleet.workspaces[WorkspaceID(workspace)]?.row.status == .removed {
        return said(by: .tenant(org.slug), "workspace \(workspace) is removed")
      }
      return said(by: .tenant(org.slug), "none of its \(fleet.workspaces(of: org.id).count) workspaces is \(workspace)")
    case .duplicateWorkspace:
      let newest = row.workspaceID.flatMap { fleet.machine(of: $0) }
      return said(
        "workspace \(row.workspaceID?.rawValue ?? "?") has a machine launched later: "
          + (newest.map { "\($0.id), \(launch($0.row))" } ?? "another one"))
    case .stoppedStatusButRunning:
      let workspace = rules.workspace(of: row)
      let slug = rules.org(of: row)?.slug
      let since = workspace?.statusServerTime.map { " since \($0)" } ?? ""
      let words =
        "workspace \(row.workspaceID?.rawValue ?? "?") is \(workspace?.row.status.text ?? "stopped")\(since), yet EC2 says that the machine is running"
      return slug.map { said(by: .tenant($0), words) } ?? said("its tenant: " + words)
    case .unattached: return said("nothing uses it")
    }
  }

  private func brief(_ verdict: OrphanVerdict, _ row: InstanceRow) -> String {
    switch verdict {
    case .live, .foreign: return ""
    case .orphan(let reasons), .grace(let reasons): return reasons.map { brief($0, row) }.joined(separator: "; ")
    case .cannotTell(let missing):
      return missing.map { witness in
        let freshness = fleet.freshness(of: witness.source, at: now)
        if witness == .roster, judgement.safetyGate != nil { return "the safety gate is closed" }
        guard freshness.state != .complete else { return "\(witness) leaves it open" }
        let state = freshness.state == .never ? "not read" : freshness.state.rawValue
        return "\(witness) \(state)" + (freshness.problem.map { ": \($0)" } ?? "")
      }.joined(separator: "; ")
    }
  }

  private func brief(_ reason: OrphanReason, _ row: InstanceRow) -> String {
    let tenant = rules.org(of: row).map { "tenant \($0.slug)" } ?? "its tenant"
    switch reason {
    case .orgGone:
      let seen = row.orgID.flatMap { fleet.departed[$0] }.map { ", last seen \(Self.span(now - $0.lastSeen)) ago" } ?? ""
      return "no org \(fleet.orgName(of: row) ?? "?") in the roster\(seen)"
    case .noOrgTag: return "no OrgID tag, no cascade finds it"
    case .workspaceRemoved: return "\(tenant) has no workspace \(row.workspaceID?.rawValue ?? "?")"
    case .duplicateWorkspace:
      return "\(row.workspaceID.flatMap { fleet.machine(of: $0) }?.id.rawValue ?? "another machine") of the same workspace is newer"
    case .stoppedStatusButRunning:
      let workspace = rules.workspace(of: row)
      let since = workspace?.statusServerTime.map { " for \(Self.span(now - $0))" } ?? ""
      return "\(tenant) says \(workspace?.row.status.text ?? "stopped")\(since)"
    case .unattached: return "nothing uses it"
    }
  }

  private func orgGone(_ row: InstanceRow) -> OrphanCase.Statement {
    let none = "none of its \(fleet.orgs.count) orgs"
    guard let id = row.orgID else { return said(by: .roster, "\(none) is named \(row.orgSlug?.rawValue ?? "?")") }
    if fleet.orgs[id]?.row.status == .purged { return said(by: .roster, "org \(id) is purged") }
    let seen = fleet.departed[id].map { "; last seen there \(Self.span(now - $0.lastSeen)) ago as \($0.slug)" } ?? ""
    let renamed = row.orgSlug.flatMap(fleet.org(named:)).map { "; \($0.slug) is another org there, \($0.id)" } ?? ""
    let purge = fleet.purges.values.last { $0.orgID == id }.map { purge in
      "; purge \(purge.id) of it is \(purge.status.text)" + ((purge.completedAt ?? purge.createdAt).map { " (\($0))" } ?? "")
    }
    return said(by: .roster, "\(none) has the id \(id)\(seen)\(purge ?? "")\(renamed)")
  }

  private func words(forMissing witness: OrphanWitness, _ row: InstanceRow) -> OrphanCase.Statement {
    if witness == .roster, let gate = judgement.safetyGate { return said(gate) }
    let freshness = fleet.freshness(of: witness.source, at: now)
    switch (witness, freshness.state) {
    case (.feed, _): return said("only the fleet feed told of this machine: EC2 has not answered since")
    case (.region, .complete) where row.launchedAt == nil: return said("EC2 does not say when the machine was launched")
    case (.region, .complete): return said("EC2 does not say enough of the machines of this workspace")
    case (.tenant(let slug), .complete):
      return said(by: witness, "it disagrees with the machine's tags: \(slug) lists the workspace or shares its name")
    case (.tenant(let slug), .never):
      let status = fleet.org(named: slug)?.row.status?.text
      return said(
        "tenant \(slug) was not asked"
          + (status.map { ": the control plane calls it \($0)" } ?? ": the control plane does not say that it runs"))
    default:
      let age = freshness.age(at: now).map { ", last read \(Self.span($0)) ago" } ?? ""
      return said("\(witness): \(freshness.state.rawValue)\(age)" + (freshness.problem.map { ": \($0)" } ?? ""))
    }
  }

  private func common(_ row: InstanceRow) -> [OrphanCase.Statement] {
    var lines = [
      said(
        by: row.knownRegion.map(OrphanWitness.region) ?? .feed,
        "\(row.id) is \(row.state.text), \(row.type ?? "of unknown type"), \(launch(row))")
    ]
    let tags = ["Name", "Role", "OrgID", "OrgSlug", "WorkspaceID"].compactMap { key in row.tags[key].map { "\(key)=\($0)" } }
    if !tags.isEmpty { lines.append(said("tags: " + tags.joined(separator: ", "))) }
    if let cost = cost(of: row, since: nil), cost > 0 {
      let since = lostAt(row).flatMap { self.cost(of: row, since: $0) }.map { ", \(Self.dollars($0)) of it since its org was last seen" }
      lines.append(said("has cost at most \(Self.dollars(cost)) of compute since its launch\(since ?? "")"))
    }
    return lines
  }

  private static func dollars(_ value: Double) -> String {
    let cents = Int(clamping: min(value * 100, 1e15).rounded())
    return "$\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
  }

  private func launch(_ row: InstanceRow) -> String {
    row.launchedAt.map { "launched \($0), \(Self.span(now - $0)) ago" } ?? "launched nobody knows when"
  }

  private func said(_ words: String) -> OrphanCase.Statement { OrphanCase.Statement(says: words) }

  private func said(by witness: OrphanWitness, _ words: String) -> OrphanCase.Statement {
    OrphanCase.Statement(witness, at: fleet.freshness(of: witness.source, at: now).at, now: now, says: words)
  }

  // MARK: - The next step

  /// Always a route of the API: whoever ends machines by hand skips the audit (retrospective, §5).
  private func nextStep(_ reasons: [OrphanReason], _ row: InstanceRow) -> String {
    if reasons.contains(.orgGone) { return cascade(of: row) }
    if reasons.contains(.noOrgTag) { return "No route finds it without an OrgID tag: ask who owns the control plane's provisioner" }
    let workspace = row.workspaceID?.rawValue ?? "?"
    let tenant = rules.org(of: row)?.slug.rawValue ?? "its tenant"
    if reasons.contains(.workspaceRemoved) {
      return "Ask tenant \(tenant) to stop it again: DELETE /workspaces/\(workspace)?confirm=true; deleting the org takes it along"
    }
    if reasons.contains(.duplicateWorkspace) {
      return
        "Ask who restarted workspace \(workspace) of \(tenant): no route stops one of two machines; deleting the workspace or the org takes both along"
    }
    return "Resume workspace \(workspace) in tenant \(tenant), or remove it: DELETE /workspaces/\(workspace)?confirm=true"
  }

  private func cascade(of row: InstanceRow) -> String {
    let purge = fleet.purges.values.last { $0.orgID != nil ? $0.orgID == row.orgID : $0.slug != nil && $0.slug == row.orgSlug }
    guard let slug = slug(of: row) ?? purge?.slug else {
      return "The org's name is not known here: ask who owns org \(row.orgID?.rawValue ?? "?") and its deletion's audit row"
    }
    if fleet.org(named: slug) != nil {
      return
        "Ask who owns org \(row.orgID?.rawValue ?? "?"): \(slug) names another org now, so that deleting \(slug) would hit the wrong one"
    }
    guard let purge, purge.status != .completed else {
      return
        "Delete org \(slug) again through the control plane (DELETE /cp/admin/tenants/\(slug)): it is idempotent and resumes the cascade"
    }
    return "Delete org \(slug) again through the control plane (DELETE /cp/admin/tenants/\(slug)): it resumes purge \(purge.id) "
      + "(\(purge.status.text), last step \(purge.lastStep ?? "unknown"))"
  }

  /// `42s`, `5m`, `3h`, `6d`.
  static func span(_ seconds: Double) -> String {
    let seconds = max(0, seconds)
    if seconds < 90 { return "\(Int(clamping: seconds))s" }
    if seconds < 5400 { return "\(Int(clamping: seconds / 60))m" }
    if seconds < 172_800 { return "\(Int(clamping: seconds / 3600))h" }
    return "\(Int(clamping: min(seconds / 86_400, 1e6)))d"
  }
}
