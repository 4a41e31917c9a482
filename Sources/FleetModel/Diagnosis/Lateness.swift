extension Finding.Code {
  /// In a few words, that nothing of a boot moves because of it; `nil` where it says nothing of that.
  public var standstill: String? {
    switch self {
    case .provisionerDisabled: "no machine"
    case .bootEventsMissing: "0 boot events"
    case .bootedNeverRegistered: "never registered"
    case .runtimeCrashed: "runtime crashed"
    case .envMissing: "variables missing"
    case .provisionFailed: "a step failed"
    case .tunnelOrDNSFailed: "tunnel or DNS failed"
    case .dnsQuotaFull: "DNS zone full"
    case .vcpuQuotaFull: "vCPU quota full"
    default: nil
    }
  }
}

extension [Finding] {
  fileprivate var nameAStandstill: Bool { contains { $0.severity == .critical && $0.code.standstill != nil } }

  /// What keeps a boot says why it is late.
  var withoutExplainedLateness: [Finding] { nameAStandstill ? filter { $0.code != .bootLate } : self }
}

extension Fleet {
  /// With the boot's lateness, where no other finding tells why it doesn't come up.
  func withLateness(of target: BootTarget, _ found: [Finding], by clock: RuleClock) -> [Finding] {
    guard !found.nameAStandstill, let late = lateness(of: target, by: clock) else { return found }
    return found + [late]
  }

  /// That a boot takes longer than nearly all of its kind.
  private func lateness(of target: BootTarget, by clock: RuleClock) -> Finding? {
    if case .tenant(let id) = target, orgs[id]?.isLeaving ?? false { return nil }
    guard let progress = movement(of: target, at: clock.now), !progress.hasFailed, !progress.mayRecover, let lateAt = progress.lateAt,
      clock.isPast(lateAt)
    else { return nil }
    let plan = plan(of: target)
    let phase = progress.phase ?? "boot"
    let taken = progress.phaseElapsed ?? progress.elapsed ?? 0
    let (source, command): (String, String) =
      switch target {
      case .tenant(let id): ("control-plane", orgs[id]?.slug.rawValue ?? id.rawValue)
      case .workspace(let id):
        workspaces[id].map { workspace in
          let slug = orgs[workspace.orgID]?.slug.rawValue ?? "?"
          return ("tenant:\(slug)", "\(slug)/\(workspace.row.name)")
        } ?? ("feed", id.rawValue)
      }
    let usual = plan.phases.first { $0.name == phase }
    let measure = usual?.samples ?? plan.samples
    let known = measure >= BootHistory.enoughForLate ? "as learned from \(measure) boots" : "by typical times"
    return Finding(
      .bootLate, .warning, of: target.finding, "late: \(phase) for \(Spoken.duration(taken))",
      evidence: [
        .init(source, "still coming up" + (progress.elapsed.map { ", begun \(Spoken.duration($0)) ago" } ?? "")),
        .init(
          "forecast",
          usual.map { "\(phase) usually takes \(Spoken.duration($0.median)), \(known)" }
            ?? "such a boot usually takes \(Spoken.duration(plan.median)), \(known)", at: lateAt),
      ],
      nextStep: "ask why with \(by: .explain(command))", disproof: "it comes up, or its phase ends")
  }
}
