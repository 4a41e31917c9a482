import FleetModel

/// What a target's state means for who waits for it: pure, asked again after every event.
struct WaitState {
  enum Verdict: Hashable {
    /// Nothing can be said yet: whoever is asked has not answered, and has not failed either.
    case asking(String)
    case waiting(String)
    case reached(String)
    case failed(String)
    /// Everything that could hold it was read, and it isn't there.
    case unknown
  }

  let goal: WaitGoal
  /// Once it was found it is followed by its id: another may get its name.
  private(set) var org: OrgID?
  private(set) var workspace: WorkspaceID?
  private(set) var slug: Slug?

  init(goal: WaitGoal) { self.goal = goal }

  mutating func verdict(of name: String, in fleet: Fleet, at now: Timestamp) -> Verdict {
    if org == nil {
      switch FleetTarget.find(name, in: fleet) {
      case .org(let found): (org, slug) = (found.id, found.slug)
      case .workspace(let found, let owner): (org, workspace, slug) = (owner.id, found.id, owner.slug)
      case .unknown:
        if fleet.freshness(of: .controlPlane, at: now).isUnanswered { return .asking("asking the control plane") }
        if let gap = FleetTarget.gaps(of: name, in: fleet, at: now).first { return .waiting(gap) }
        let unread = fleet.orgs.values.contains { $0.row.status == .running && !fleet.isComplete(.tenant($0.slug), at: now) }
        if (name.contains("/") || name.utf8.count == 36) && unread { return .asking("asking the tenants") }
        return goal == .gone ? .reached("there is none") : .unknown
      }
    }
    guard let id = org else { return .unknown }
    guard let found = fleet.orgs[id] else {
      return goal == .gone ? .reached("the roster no longer holds its org") : .failed("it was deleted")
    }
    return workspace.map { verdict(of: $0, found, fleet, at: now) } ?? verdict(of: found, fleet, at: now)
  }

  private func verdict(of org: Org, _ fleet: Fleet, at now: Timestamp) -> Verdict {
    let status = org.row.status?.text ?? org.standing
    if goal == .gone {
      return org.row.status == .purged
        ? .reached("the control plane says purged")
        : .waiting(org.deletion.map { "deletion \($0.status.text)" + ($0.step.map { ", \($0) done" } ?? "") } ?? status)
    }
    switch org.row.status {
    case .running:
      // Its name answers only minutes after the control plane says running (contract §4.5).
      let tenant = fleet.freshness(of: .tenant(org.slug), at: now)
      if tenant.state == .complete { return .reached("running, and its tenant answers") }
      return tenant.isUnanswered
        ? .asking("running, asking its tenant") : .waiting("running; " + (tenant.problem ?? "its tenant is not read"))
    case .failed, .abandoned, .purged: return .failed("\(status): \(org.row.lastError?.onOneLine ?? "no reason given")")
    default: return .waiting(status + Self.progress(fleet.progress(of: .tenant(org.id), at: now)))
    }
  }

  private func verdict(of id: WorkspaceID, _ org: Org, _ fleet: Fleet, at now: Timestamp) -> Verdict {
    guard let found = fleet.workspaces[id], found.row.status != .removed else {
      return goal == .gone ? .reached("removed") : .failed("it was removed")
    }
    let status = found.row.status.text
    if goal == .gone { return .waiting(status) }
    switch found.row.status {
    case .online: return .reached("online")
    case .failed:
      // A hermes that was given up too early comes back by itself.
      let findings = fleet.findings(of: id, at: now)
      if findings.contains(where: { $0.code == .stillInstalling }) { return .waiting("called failed, probably still installing") }
      return .failed(findings.first?.summary ?? found.row.lastError?.onOneLine ?? status)
    default: return .waiting(status + Self.progress(fleet.progress(of: .workspace(id), at: now)))
    }
  }

  private static func progress(_ progress: Progress?) -> String {
    guard let progress else { return "" }
    var text = progress.phase.map { ", \($0)" } ?? ""
    if let standstill = progress.standstill { return text + ", \(standstill.words)" }
    if let fraction = progress.fraction { text += ", \(Int(clamping: fraction * 100)) %" }
    if let eta = progress.eta { text += ", about \(Self.duration(eta.p50)) more, at most \(Self.duration(eta.p90))" }
    if progress.isLate { text += ", late" }
    if let asOf = progress.asOf { text += ", as of \(asOf.timeOfDay)" }
    return text
  }

  private static func duration(_ seconds: Double) -> String {
    seconds < 90 ? "\(Int(clamping: seconds.rounded())) s" : "\(Int(clamping: (seconds / 60).rounded())) min"
  }
}
