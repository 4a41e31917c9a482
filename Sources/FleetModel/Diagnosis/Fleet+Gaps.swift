extension Source {
  /// What sort of source it is, whichever of them.
  public enum Kind: Hashable, Sendable { case controlPlane, feed, database, dns, ec2, tenant, here }

  public var kind: Kind {
    switch self {
    case .controlPlane: .controlPlane
    case .feed: .feed
    case .database: .database
    case .dns: .dns
    case .ec2: .ec2
    case .tenant: .tenant
    case .here: .here
    }
  }
}

extension Fleet {
  /// Findings of an org that say themselves why its tenant tells nothing.
  private static let explainingSilence: Set<Finding.Code> = [
    .tenantUnreachable, .tunnelOrDNSFailed, .platformDatabaseDown, .statusDisagrees,
  ]

  /// What a list of everything that is wrong needed and could not read, by source, in words: with any of it the list may lack something. To
  /// be asked after ``judge(at:limits:)``. What isn't configured or offered is no gap.
  public func gaps(at now: Timestamp) -> [(source: Source, why: String)] {
    var gaps: [(source: Source, why: String)] = []
    if let gate = judgement.safetyGate { gaps.append((.controlPlane, gate)) }
    for source in sources.keys.sorted() {
      if let lack = sources[source]?.lacks[.purges] { gaps.append((source, lack.reason)) }
      let freshness = freshness(of: source, at: now)
      guard [.partial, .stale, .failed].contains(freshness.state) else { continue }
      switch source {
      // What the feed tells is asked for elsewhere too; of this program nothing is asked.
      case .feed, .here: continue
      case .tenant(let slug):
        guard let org = org(named: slug), org.row.status == .running, org.deletion == nil,
          !triage.findings(of: .org(org.id)).contains(where: { Self.explainingSilence.contains($0.code) })
        else { continue }
      case .controlPlane, .ec2, .database, .dns: break
      }
      gaps.append((source, "\(source) is \(freshness.state.rawValue)" + (freshness.problem.map { ": \($0)" } ?? "")))
    }
    return gaps
  }

  /// What an explanation needed and could not read: empty, or the answer is "cannot tell". What isn't configured or offered is no gap.
  public func gaps(of org: Org, workspace: Workspace?, file: CaseFile, findings: [Finding], at now: Timestamp) -> [String] {
    var gaps: [String] = []
    if let problem = machinesKnown(at: now)?.problem { gaps.append(problem) }
    let hasCause = findings.contains { $0.severity == .critical }
    let explainsSilence = findings.contains { finding in
      guard case .org = finding.target else { return false }
      return Self.explainingSilence.contains(finding.code)
    }
    let tenant = freshness(of: .tenant(org.slug), at: now)
    if org.row.status == .running, org.deletion == nil, tenant.state == .failed || tenant.state == .stale, !explainsSilence {
      gaps.append(tenant.problem ?? "tenant \(org.slug) did not answer")
    }
    if case .failed(let why) = file.purges { gaps.append(why) }
    let suspects = workspace.map { [$0] } ?? workspaces(of: org.id)
    let stuck = suspects.filter { $0.row.status == .provisioning || $0.row.status == .failed }
    let isStuck = org.row.status == nil || org.row.status == .provisioning || org.row.status == .failed
    if case .failed(let why) = file.bootEvents, isStuck || !stuck.isEmpty { gaps.append(why) }
    if case .failed(let why) = file.dnsRecords, isStuck, !hasCause { gaps.append(why) }
    let needsReason = suspects.contains { [.provisioning, .failed, .degraded].contains($0.row.status) }
    if case .failed(let why) = file.events, needsReason, !explainsSilence { gaps.append(why) }
    for workspace in stuck {
      guard case .failed(let why) = file.consoles[workspace.id] ?? .notAsked else { continue }
      if !findings.contains(where: { $0.target == .workspace(workspace.id) && $0.severity == .critical }) { gaps.append(why) }
    }
    return gaps
  }
}
