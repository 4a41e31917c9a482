/// One of the two limits that keep something from being provisioned.
enum Quota {
  case zone, vcpus

  var code: Finding.Code { self == .zone ? .dnsQuotaFull : .vcpuQuotaFull }
  /// What one more of it takes: a record, or the two vCPUs of the fleet's machine types (contract §5.1).
  var least: Int { self == .zone ? 1 : 2 }
  var name: String { self == .zone ? "DNS zone" : "vCPU quota" }
  var unit: String { self == .zone ? "records" : "vCPUs" }
  var source: String { self == .zone ? "dns" : "ec2" }
  var relief: NextStep {
    self == .zone
      ? "let orphaned records go (\(by: .dns) lists them) or raise the zone's quota"
      : "let orphaned machines go (\(by: .orphans) lists them) or ask AWS for a higher quota of standard on-demand vCPUs"
  }

  /// The one that a failure names.
  init?(namedBy error: String) {
    if KnownTexts.isDNSQuota(error) { self = .zone } else if KnownTexts.isVCPUQuota(error) { self = .vcpus } else { return nil }
  }
}

/// A gauge as it was last read, and why it is no newer.
struct QuotaReading {
  var gauge: CaseFile.Gauge
  var at: Timestamp?
  var problem: String?

  /// Whatever the figures are: a recording's may be any.
  func hasRoom(for quota: Quota) -> Bool { gauge.limit >= quota.least && gauge.used <= gauge.limit - quota.least }
}

extension Fleet {
  /// The last reading of a gauge, however old: a lost source makes nothing fuller or emptier.
  func reading(of quota: Quota, _ file: CaseFile = CaseFile(), by clock: RuleClock) -> QuotaReading? {
    clock.noteGauges()
    switch quota {
    case .vcpus:
      let machines = machinesKnown(at: clock.now)
      return vcpuGauge.map { QuotaReading(gauge: $0, at: machines?.at, problem: machines?.problem) }
    case .zone:
      let freshness = freshness(of: .dns, at: clock.now)
      let known = zoneGauge.map { QuotaReading(gauge: $0, at: freshness.at, problem: freshness.problem) }
      guard case .read(let gauge, let at) = file.dnsRecords, at >= known?.at ?? at else { return known }
      return QuotaReading(gauge: gauge, at: at)
    }
  }

  /// The zone's records against its quota, where it was read.
  var zoneGauge: CaseFile.Gauge? { zone.map { CaseFile.Gauge(used: $0.records.count, limit: $0.quota) } }

  /// vCPUs of the machines that hold some of the quota, against what is configured, else against what Service Quotas said where every
  /// region's is known.
  public var vcpuGauge: CaseFile.Gauge? {
    guard let limit = limits.vcpuQuota ?? vcpuLimit, limit > 0 else { return nil }
    return CaseFile.Gauge(used: machines.vcpus, limit: limit)
  }

  /// What is coming up and still needs room: who has a machine takes no more vCPUs, and records are made for tenants alone.
  private func waiting(for quota: Quota) -> String {
    let coming = inFlight.compactMap { target -> String? in
      switch target {
      case .tenant(let id): quota == .zone || tenantMachine(of: id) == nil ? orgs[id]?.slug.rawValue : nil
      case .workspace(let id):
        quota == .zone || machine(of: id) != nil ? nil : workspaces[id].map { "\(orgs[$0.orgID]?.slug.rawValue ?? "?")/\($0.row.name)" }
      }
    }.sorted()
    guard let first = coming.first else { return "nothing waits for it now" }
    return coming.count == 1
      ? "\(first) waits for it"
      : "\(coming.count) wait for it: " + coming.prefix(5).joined(separator: ", ") + (coming.count > 5 ? ", …" : "")
  }

  /// That a gauge is nearly full: of the fleet, or of what waits for it.
  func finding(
    _ quota: Quota, of target: Finding.Target, from severity: Finding.Severity = .warning, _ file: CaseFile = CaseFile(),
    by clock: RuleClock
  ) -> Finding? {
    guard let reading = reading(of: quota, file, by: clock), let found = reading.gauge.severity, found >= severity else { return nil }
    let gauge = reading.gauge
    let consequence: String =
      reading.hasRoom(for: quota)
      ? found == .critical ? ": nearly full" : ""
      : quota == .zone ? ": no record can be made, and provisions fail" : ": no machine can be launched"
    return Finding(
      quota.code, found, of: target, "\(quota.name) \(gauge.used)/\(gauge.limit)\(quota == .zone ? " records" : "")\(consequence)",
      evidence: [
        .init(quota.source, "\(gauge.used) of \(gauge.limit) \(quota.unit) are used", at: reading.at), .init("fleet", waiting(for: quota)),
      ],
      unchecked: reading.problem.map { ["whether that has changed: \($0)"] } ?? [], nextStep: quota.relief,
      disproof: quota == .zone || limits.vcpuQuota != nil
        ? "the quota is higher than configured" : "AWS has raised the quota since it was read")
  }

  /// What a failure that names a quota means now: it was full then, and may have room again.
  func refusal(
    by quota: Quota, of target: Finding.Target, failedAt: Timestamp?, _ status: Finding.Evidence, again: String, _ file: CaseFile,
    _ clock: RuleClock
  ) -> Finding {
    let reading = reading(of: quota, file, by: clock)
    let then = failedAt.map { "when this failed \(Spoken.duration(clock.now - $0)) ago" } ?? "when this failed"
    let figure = reading.map { "\($0.gauge.used) of \($0.gauge.limit) \(quota.unit)" }
    let evidence = [status] + (reading.map { [.init(quota.source, "\(figure ?? "") are used", at: $0.at)] } ?? [])
    guard let reading, let figure else {
      let why = quota == .zone ? file.dnsRecords.problem ?? "they were not read" : "no quota is configured or told"
      return Finding(
        quota.code, .critical, of: target, "the \(quota.name) was full \(then)", evidence: evidence,
        unchecked: ["whether it has room now: \(quota == .zone ? "the zone's records: " : "")\(why)"],
        nextStep: "\(quota.relief), then \(again)",
        disproof: "the \(quota.name) has room, and it fails again")
    }
    let unchecked = reading.problem.map { ["whether that has changed: \($0)"] } ?? []
    guard reading.hasRoom(for: quota) else {
      return Finding(
        quota.code, .critical, of: target, "\(quota.name) full (\(figure)), as it was \(then)", evidence: evidence, unchecked: unchecked,
        nextStep: "\(quota.relief), then \(again)",
        disproof: Finding.Disproof("the \(quota.name) has room", isKnown: reading.hasRoom(for: quota)))
    }
    return Finding(
      quota.code, .warning, of: target, "the \(quota.name) was full \(then); it has room now (\(figure)): \(again)", evidence: evidence,
      unchecked: unchecked, nextStep: NextStep(again), disproof: "it fails again, with another error")
  }
}
