import FleetModel

/// Something that happened in the fleet and that an operator may want to be told of.
struct NewsItem: Hashable, Sendable {
  let kind: NotificationRules.Kind
  /// `workspace`, `org`, `machine`: of many, how many of what.
  let noun: String
  /// By which it is known where it comes from.
  let id: String
  let name: String
  var detail = ""
}

/// What is news in a fleet. What is so when it was first loaded is none.
struct FleetNews {
  /// Milliseconds after which the fleet counts as loaded although a source has neither answered nor failed.
  static let patience: Int64 = 30_000

  /// Monotonic milliseconds.
  private var begunAt: Int64?
  private var isLoaded = false
  private var critical: [Finding.Target: Set<Finding.Code>] = [:]
  /// When each boot under way becomes late, and those that are.
  private var lateAt: [BootTarget: Timestamp] = [:]
  private var late: Set<BootTarget> = []
  /// Boots that were under way when last looked at.
  private var coming: Set<BootTarget> = []
  private var orphans: Set<OrphanID> = []
  private var lost: Set<Source> = []
  private var running: Set<PurgeID> = []
  /// Deletions that are carried out or followed here: their end is theirs to tell, once it is read back.
  private var followed: Set<PurgeID> = []
  private var ended: Set<String> = []

  /// The fleet changed, or time went by. - Returns: what is news.
  /// - Parameter uptime: monotonic milliseconds.
  mutating func hear(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp, uptime: Int64) -> [NewsItem] {
    let news =
      note(findings: changes.findings, fleet, at: now) + noteBoots(changes, fleet, at: now) + noteOrphans(changes, fleet)
      + note(deletions: changes.deletions, fleet.deletions) + note(purges: changes.purges, fleet)
      + note(sources: changes.sources, fleet, at: now)
    guard !isLoaded else { return news }
    let begun = begunAt ?? uptime
    begunAt = begun
    isLoaded = Self.hasLoaded(fleet, at: now) || uptime - begun > Self.patience
    return []
  }

  /// Whether everything that is configured has answered or failed, the tenants of the roster too.
  private static func hasLoaded(_ fleet: Fleet, at now: Timestamp) -> Bool {
    !fleet.sources.isEmpty && fleet.sources.keys.allSatisfy { !fleet.freshness(of: $0, at: now).isUnanswered }
      && fleet.orgs.values.allSatisfy { $0.row.status != .running || fleet.sources[.tenant($0.slug)] != nil }
  }

  // MARK: - What is news

  private mutating func note(findings targets: Set<Finding.Target>, _ fleet: Fleet, at now: Timestamp) -> [NewsItem] {
    var news: [NewsItem] = []
    for target in targets.sorted() {
      let findings = fleet.triage.findings(of: target).filter { $0.severity == .critical }
      let codes = Set(findings.map(\.code))
      if let new = findings.first(where: { critical[target]?.contains($0.code) != true }) {
        news.append(Self.item(of: new, target, fleet, at: now))
      }
      critical[target] = codes.isEmpty ? nil : codes
    }
    return news
  }

  private static func item(of finding: Finding, _ target: Finding.Target, _ fleet: Fleet, at now: Timestamp) -> NewsItem {
    let detail = finding.summary(in: fleet)
    let boot: BootTarget
    switch target {
    case .fleet:
      let isQuota = finding.code == .dnsQuotaFull || finding.code == .vcpuQuotaFull
      return NewsItem(
        kind: isQuota ? .quota : .failed, noun: isQuota ? "quota" : "thing", id: finding.code.rawValue, name: finding.code.rawValue,
        detail: detail)
    case .org(let id): boot = .tenant(id)
    case .workspace(let id): boot = .workspace(id)
    }
    return item(fleet.progress(of: boot, at: now)?.isStuck == true ? .stuck : .failed, boot, fleet, detail)
  }

  private static func item(_ kind: NotificationRules.Kind, _ boot: BootTarget, _ fleet: Fleet, _ detail: String) -> NewsItem {
    let name = TriageContent.name(of: boot.finding, fleet)
    return switch boot {
    case .tenant(let id): NewsItem(kind: kind, noun: "org", id: id.rawValue, name: name, detail: detail)
    case .workspace(let id): NewsItem(kind: kind, noun: "workspace", id: id.rawValue, name: name, detail: detail)
    }
  }

  private mutating func noteBoots(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) -> [NewsItem] {
    var news: [NewsItem] = []
    for target in changes.orgs.map(BootTarget.tenant) + changes.workspaces.map(BootTarget.workspace) {
      lateAt[target] = fleet.progress(of: target, at: now)?.lateAt
      if lateAt[target].map({ $0 >= now }) ?? true { late.remove(target) }
      if fleet.inFlight.contains(target) {
        coming.insert(target)
      } else if coming.remove(target) != nil, Self.isUp(target, fleet) {
        news.append(Self.item(.ready, target, fleet, ""))
      }
    }
    for (target, moment) in lateAt where moment < now && !late.contains(target) {
      guard let progress = fleet.progress(of: target, at: now), progress.isLate, !progress.hasFailed else { continue }
      late.insert(target)
      news.append(Self.item(.stuck, target, fleet, progress.phase.map { "late in \($0)" } ?? "late"))
    }
    return news
  }

  private static func isUp(_ target: BootTarget, _ fleet: Fleet) -> Bool {
    switch target {
    case .tenant(let id): fleet.orgs[id]?.row.status == .running
    case .workspace(let id): fleet.workspaces[id]?.row.status == .online
    }
  }

  private mutating func noteOrphans(_ changes: FleetChanges, _ fleet: Fleet) -> [NewsItem] {
    var news: [NewsItem] = []
    let machines = changes.instances.map { OrphanID(kind: .instance, id: $0.rawValue) }
    for id in machines + changes.leftovers {
      let verdict =
        id.kind == .instance
        ? fleet.judgement.verdict(of: InstanceID(id.id)) : fleet.leftovers.verdict(of: id)
      guard case .orphan(let reasons)? = verdict else {
        orphans.remove(id)
        continue
      }
      guard orphans.insert(id).inserted else { continue }
      let detail = OrphanVerdict.orphan(reasons).why
      news.append(NewsItem(kind: .orphan, noun: id.kind.word, id: id.id, name: id.id, detail: detail))
    }
    return news
  }

  private mutating func note(deletions: Set<String>, _ ledger: DeletionLedger) -> [NewsItem] {
    var news: [NewsItem] = []
    for report in deletions.compactMap({ ledger.reports[$0] }) {
      if let purge = report.run.purge { followed.insert(purge) }
      let outcome: String
      switch report.end {
      case nil, .refused: continue
      case .watched: outcome = "followed to its end"
      case .receipt(_, let end, _): outcome = end.rawValue
      }
      guard ended.insert(report.run.order.receiptID).inserted else { continue }
      news.append(Self.deletion(report.run.order.receiptID, report.slug.rawValue, outcome))
    }
    return news
  }

  private mutating func note(purges: Set<PurgeID>, _ fleet: Fleet) -> [NewsItem] {
    var news: [NewsItem] = []
    for id in purges {
      let purge = fleet.purges[id]
      if purge?.isPending == true {
        running.insert(id)
      } else if running.remove(id) != nil, !followed.contains(id) {
        news.append(Self.deletion(id.rawValue, purge.map { fleet.name(of: $0) } ?? id.rawValue, purge?.status.text ?? ""))
      }
    }
    return news
  }

  private static func deletion(_ id: String, _ slug: String, _ outcome: String) -> NewsItem {
    NewsItem(kind: .deletion, noun: "deletion", id: id, name: slug, detail: outcome)
  }

  /// A tenant that is lost is a finding of its org.
  private mutating func note(sources: Set<Source>, _ fleet: Fleet, at now: Timestamp) -> [NewsItem] {
    var news: [NewsItem] = []
    for source in sources.sorted() {
      if case .tenant = source { continue }
      let freshness = fleet.freshness(of: source, at: now)
      guard freshness.state == .failed || freshness.state == .stale else {
        lost.remove(source)
        continue
      }
      guard lost.insert(source).inserted else { continue }
      news.append(
        NewsItem(kind: .source, noun: "source", id: source.description, name: source.description, detail: freshness.problem ?? ""))
    }
    return news
  }
}
