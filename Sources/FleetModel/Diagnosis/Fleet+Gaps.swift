extension Fleet {
  /// What an explanation needed and could not read: empty, or the answer is "cannot tell". What isn't configured or offered is no gap.
  public func gaps(of org: Org, workspace: Workspace?, file: CaseFile, findings: [Finding], at now: Timestamp) -> [String] {
    var gaps: [String] = []
    if let problem = machinesKnown(at: now)?.problem { gaps.append(problem) }
    let hasCause = findings.contains { $0.severity == .critical }
    let explainsSilence = findings.contains { finding in
      guard case .org = finding.target else { return false }
      return [.tenantUnreachable, .tunnelOrDNSFailed, .platformDatabaseDown, .statusDisagrees].contains(finding.code)
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
