// What a finding is judged from, and what happens to it when that is lost: it stays as it was known, and nothing new is found.

/// What a finding needs to hear of, to be found or to go.
enum Witness: Hashable, Sendable {
  /// Whoever tells of the target itself: of an org the control plane, of a workspace its tenant; of both the feed.
  case teller
  case controlPlane
  /// The org's tenant.
  case tenant
  /// Every region: the rules ask whether all were read.
  case machines
  case zone
  case database
  /// The way to the tenant: while it is cut nobody can say that it doesn't answer.
  case way
}

/// What is known of a target, as far as findings rest on it that fall silent with a source: once that is other, they are history.
struct Told: Hashable, Sendable {
  var status: String
  var error: String?
  /// How many steps of its boot were told.
  var steps: Int
  var machine: InstanceID?
  var machineState: InstanceState?
}

extension Finding.Code {
  /// It is found only while its sources are fresh; the others rest on what is kept of them.
  fileprivate var fallsSilent: Bool {
    switch self {
    case .tenantUnreachable, .tunnelOrDNSFailed, .platformDatabaseDown, .rateLimited, .provisionerDisabled, .bootEventsMissing,
      .statusDisagrees, .vcpuQuotaFull, .phantomBusy, .heartbeatStale, .bootLate:
      true
    default: false
    }
  }
}

extension Finding {
  var witnesses: Set<Witness> {
    switch code {
    case .cutOff, .clockSkew, .sourceOverreach: []
    case .tenantUnreachable, .tunnelOrDNSFailed, .platformDatabaseDown, .rateLimited: [.way]
    case .bootEventsMissing, .provisionerDisabled: [.teller, .machines]
    case .vcpuQuotaFull, .deletionLeftMachines: [.machines]
    case .dnsQuotaFull: [.zone]
    case .subsystemSilent, .streamsRefused: [.tenant]
    // What a tenant answers to its own name.
    case .statusDisagrees where target.boot?.isTenant == true && evidence.contains { $0.by.hasPrefix("tenant:") }: [.way]
    case .statusDisagrees:
      evidence.reduce(into: [.teller]) { witnesses, evidence in
        if evidence.by == "database" { witnesses.insert(.database) }
        if evidence.by.hasPrefix("ec2") { witnesses.insert(.machines) }
      }
    case .purgeFailed, .purgeOld: [.controlPlane]
    default: [.teller]
    }
  }
}

extension Fleet {
  /// An org's, a workspace's or the fleet's findings as they may be told now, the worst first: what can't be judged is as it was known.
  public func findings(believedOf target: Finding.Target, at now: Timestamp) -> [Finding] {
    let clock = RuleClock(now: now)
    let found: [Finding] =
      switch target {
      case .org(let id): findings(of: id, by: clock)
      case .workspace(let id): findings(of: id, by: clock)
      case .fleet: triage.findings(of: .fleet)
      }
    return believed(found, before: triage.findings(of: target), toldThen: triage.told(of: target), of: target, at: now)
  }

  /// The same of an org and its workspaces.
  public func findings(believedWithin org: OrgID, at now: Timestamp) -> [Finding] {
    (findings(believedOf: .org(org), at: now)
      + workspaceIDs(of: org).flatMap { findings(believedOf: .workspace($0), at: now) }).ranked
  }

  /// The same with what was read because somebody asked why. What the fleet tells stands here too, unless that speaks against it or names the
  /// cause; what only that can show is added.
  /// - Parameter file: empty, they are those that the fleet tells.
  public func findings(explaining target: Finding.Target, with file: CaseFile, at now: Timestamp) -> [Finding] {
    let clock = RuleClock(now: now)
    func judged(_ file: CaseFile) -> [Finding] {
      switch target {
      case .org(let id): findings(of: id, by: clock, file: file)
      case .workspace(let id): findings(of: id, by: clock, file: file)
      case .fleet: findings(at: now, file: file)
      }
    }
    let without = judged(CaseFile())
    let told = believed(without, before: triage.findings(of: target), toldThen: triage.told(of: target), of: target, at: now)
    let known = Dictionary(grouping: told, by: \.code)
    let seen = Dictionary(grouping: without, by: \.code)
    let read = Dictionary(grouping: judged(file), by: \.code)
    // From where nothing is reached, nothing that was asked counts against who doesn't answer.
    let isCut = lostWitnesses(of: target, at: now)[.way] != nil
    var explained: [Finding] = []
    for code in Set(known.keys).union(read.keys) {
      let (known, seen, read) = (known[code] ?? [], seen[code] ?? [], read[code] ?? [])
      if read == seen {
        // Of what the rules can't judge any more, what was read may be the newer word.
        explained += seen.isEmpty ? known.filter { !file.refutes($0) } : known
        continue
      }
      // What was read is fresh, whoever fell silent; the rest is as it is told.
      let fresh = read.filter { !seen.contains($0) && !(isCut && $0.witnesses.contains(.way)) }
      let other = read.filter { !fresh.contains($0) }
      for (index, finding) in (fresh + other).prefix(max(fresh.count, known.count)).enumerated() {
        var finding = finding
        if index < known.count { finding.asOf = known[index].asOf }
        explained.append(finding)
      }
    }
    return explained.withoutExplainedLateness.ranked
  }

  /// The same of an org and its workspaces.
  public func findings(explainingWithin org: OrgID, with file: CaseFile, at now: Timestamp) -> [Finding] {
    (findings(explaining: .org(org), with: file, at: now)
      + workspaceIDs(of: org).flatMap { findings(explaining: .workspace($0), with: file, at: now) }).ranked
  }

  /// What was found now, but of what can't be judged now what was found before, as long as nobody told of a turn.
  func believed(
    _ found: [Finding], before: [Finding], toldThen: Told?, of target: Finding.Target, at now: Timestamp
  ) -> [Finding] {
    if found.isEmpty, before.isEmpty { return [] }
    let lost = lostWitnesses(of: target, at: now)
    guard !lost.isEmpty else { return found }
    func asOf(_ finding: Finding) -> Timestamp? { finding.witnesses.compactMap { lost[$0] }.min() }
    let hasTurned = toldThen != told(of: target)
    var believed = found.filter { asOf($0) == nil }
    let old = Dictionary(grouping: before.filter { asOf($0) != nil }, by: \.code)
    for (code, known) in old {
      // What began with the cut is the cut.
      if known.contains(where: { $0.witnesses.contains(.way) }), isDoubtful(target) { continue }
      let isAsItWas = code.fallsSilent && target != .fleet && !hasTurned
      var kept = isAsItWas ? known : Array(found.filter { $0.code == code }.prefix(known.count))
      for index in kept.indices { kept[index].asOf = known[index].asOf ?? asOf(kept[index]) }
      believed += kept
    }
    return believed.withoutExplainedLateness.ranked
  }

  private func isDoubtful(_ target: Finding.Target) -> Bool {
    guard case .org(let id) = target, let slug = orgs[id]?.slug else { return false }
    return reach.doubtful.contains(.tenant(slug))
  }

  func told(of target: Finding.Target) -> Told? {
    switch target {
    case .org(let id):
      orgs[id].map { org in
        let machine = tenantMachine(of: id)?.row
        return Told(
          status: org.isBeingDeleted ? "deleting" : org.row.status?.text ?? "", error: org.row.lastError,
          steps: (org.boot ?? org.failedBoot)?.marks.count ?? 0, machine: machine?.id, machineState: machine?.state)
      }
    case .workspace(let id):
      workspaces[id].map { workspace in
        let machine = machine(of: id)?.row
        return Told(
          status: workspace.row.status.text, error: workspace.row.lastError,
          steps: (workspace.boot ?? workspace.failedBoot)?.marks.count ?? 0, machine: machine?.id, machineState: machine?.state)
      }
    case .fleet: nil
    }
  }

  /// Whom nothing is heard of any more, each with its last word.
  private func lostWitnesses(of target: Finding.Target, at now: Timestamp) -> [Witness: Timestamp] {
    var lost: [Witness: Timestamp] = [:]
    lost[.controlPlane] = lastWord(of: .controlPlane, at: now)
    lost[.database] = lastWord(of: .database, at: now)
    lost[.zone] = lastWord(of: .dns, at: now)
    lost[.way] = cutOff.map { $0.since ?? $0.noticedAt }
    switch target {
    case .org(let id):
      lost[.teller] = lastWord(of: .tenant(id), at: now)
      if let slug = orgs[id]?.slug {
        lost[.tenant] = lastWord(of: .tenant(slug), at: now)
        if reach.unproven.contains(.tenant(slug)) || reach.doubtful.contains(.tenant(slug)) {
          lost[.way] = lost[.way] ?? lost[.tenant] ?? now
        }
      }
    case .workspace(let id): lost[.teller] = lastWord(of: .workspace(id), at: now)
    case .fleet: lost[.teller] = lost[.controlPlane]
    }
    lost[.machines] = regions.compactMap { lastWord(of: .ec2($0), at: now) }.min()
    return lost
  }

  /// That nothing is reached from here; `nil` while something is.
  var cutOffFinding: Finding? {
    guard let cutOff else { return nil }
    let failing = reach.failing.filter(cutOff.covers).sorted()
    func evidence(_ source: Source) -> Finding.Evidence? {
      sources[source].flatMap { record in record.failure.map { .init(source.description, $0, at: record.lastFailure) } }
    }
    let tenants = failing.filter { if case .tenant = $0 { true } else { false } }
    var words = failing.filter { !tenants.contains($0) }.prefix(4).compactMap(evidence)
    if let first = tenants.first.flatMap(evidence) { words.append(first) }
    if tenants.count > 1 { words.append(.init("tenants", "\(tenants.count) do not answer")) }
    let since = cutOff.since.map { "since \($0.timeOfDay)" } ?? "since the start"
    return Finding(
      .cutOff, .critical, of: .fleet,
      cutOff.scope == .everything
        ? "we are cut off \(since): nothing answers from here"
        : "we are cut off from the platform \(since): neither the control plane nor a tenant answers from here",
      evidence: words,
      nextStep: cutOff.scope == .everything
        ? "check this machine's network, VPN and token (\(by: .doctor)); everything shown is as it was then"
        : "check the VPN, the token and the platform's edge (\(by: .doctor)); what the platform told is as it was then",
      disproof: "one of them answers, asked from this machine")
  }
}
