/// Every record of a zone with its decision, what is wrong with the zone, and how full it is.
public struct DNSReport: Sendable {
  /// Percent of the zone's records above which nothing is called an orphan (contract §6.3).
  public static let gatePercent = 50

  public let records: [(row: DNSRecordRow, decision: DNSDecision)]
  public let findings: [DNSFinding]
  public let quota: Int
  /// `nil` when the zone could not be read.
  public let used: Int?
  /// Records an hour: those made in the last day that are still there; where their age isn't told, by how much the zone was seen to grow;
  /// `nil` when neither is known.
  public let perHour: Double?
  public let fullAt: Timestamp?
  /// Why nothing is called an orphan.
  public let refused: String?

  public var orphans: Int { records.count { $0.decision.outcome == .orphan } }
  public var cannotTell: Int { records.count { $0.decision.outcome == .cannotTell } }

  /// - Parameters:
  ///   - records: the whole zone as it was last read, or `nil` when it never was.
  ///   - zoneProblem: why that can't be leaned on; `nil` when it is complete.
  ///   - quota: the most records that the zone may hold.
  ///   - observedPerHour: the zone's growth as it was seen, for records that don't tell their age.
  public init(
    records rows: [DNSRecordRow]?, zoneProblem: String?, rules: DNSRules, fleet: DNSFleet, quota: Int, observedPerHour: Double? = nil,
    at now: Timestamp
  ) {
    let sorted = (rows ?? []).sorted { ($0.name, $0.type, $0.content, $0.id) < ($1.name, $1.type, $1.content, $1.id) }
    var decided = sorted.map { (row: $0, decision: rules.decision(on: $0.name, in: fleet)) }
    var refused = rows == nil ? zoneProblem ?? "the zone was not read" : zoneProblem ?? fleet.rosterProblem
    if zoneProblem != nil { Self.withdraw(&decided, for: "dns") }
    let percent = sorted.isEmpty ? 0 : decided.count { $0.decision.outcome == .orphan } * 100 / sorted.count
    if percent > Self.gatePercent {
      refused =
        "\(percent)% of the zone's records would be orphans (threshold \(Self.gatePercent)%): a roster or EC2 is the likelier suspect, "
        + "so nothing is called an orphan"
      Self.withdraw(&decided, for: "safety-gate")
    }
    records = decided
    self.refused = refused
    self.quota = quota
    used = rows?.count
    perHour = Self.growth(of: sorted, at: now) ?? observedPerHour
    fullAt = Self.fullAt(used: rows?.count, quota: quota, perHour: perHour, at: now)
    findings =
      DNSFinding.quota(used: rows?.count ?? 0, quota: quota, fullAt: fullAt)
      + sorted.compactMap { DNSFinding.target(of: $0, shape: rules.shape(of: $0.name), zone: rules.zone, fleet: fleet) }
  }

  private static func withdraw(_ decided: inout [(row: DNSRecordRow, decision: DNSDecision)], for reason: String) {
    for index in decided.indices where decided[index].decision.outcome == .orphan {
      decided[index].decision = DNSDecision(.cannotTell, reason)
    }
  }

  private static func growth(of rows: [DNSRecordRow], at now: Timestamp) -> Double? {
    let ages = rows.compactMap { $0.createdAt.map { now - $0 } }
    guard !ages.isEmpty, ages.count == rows.count else { return nil }
    return Double(ages.count { $0 < 86_400 }) / 24
  }

  private static func fullAt(used: Int?, quota: Int, perHour: Double?, at now: Timestamp) -> Timestamp? {
    guard let used else { return nil }
    if used >= quota { return now }
    guard let perHour, perHour > 0 else { return nil }
    // An estimate, no finer than it is good for: it moves with every look.
    let left = (Double(quota) - Double(used)) / perHour * 3600
    let step: Double = left < 43_200 ? 600 : 3600
    return Timestamp(seconds: ((now + left).seconds / step).rounded() * step)
  }
}

/// Something about a zone that needs a human.
public struct DNSFinding: Hashable, Sendable {
  public enum Severity: String, Hashable, Sendable { case critical, warning, info }

  public var code: String
  public var severity: Severity
  public var summary: String
  /// The record that it is about; `nil` for the zone.
  public var recordID: String?

  /// The gauge: a full zone refuses new records (error 81045), and every provisioning fails (contract §6.1).
  static func quota(used: Int, quota: Int, fullAt: Timestamp?) -> [DNSFinding] {
    guard quota > 0, let severity = CaseFile.Gauge(used: used, limit: quota).severity else { return [] }
    let when =
      used >= quota
      ? "it is full, and provisioning fails"
      : fullAt.map { "at this rate it is full at about \($0)" } ?? "provisioning fails when it is full"
    return [
      DNSFinding(
        code: "dns-quota-full", severity: severity == .critical ? .critical : .warning,
        summary: "the zone holds \(used) of \(quota) records: \(when)")
    ]
  }

  /// Wildcards and tenants' names that point at nothing that lives (retrospective, §1).
  static func target(of row: DNSRecordRow, shape: DNSRules.Shape, zone: String, fleet: DNSFleet) -> DNSFinding? {
    let isWildcard = row.name.hasPrefix("*.") && row.name.hasSuffix(".\(zone)")
    switch shape {
    case .workspace, .e2e, .tenant: break
    case .other where isWildcard: break
    case .apex, .verification, .core, .other: return nil
    }
    let severity: Severity = isWildcard ? .critical : .warning
    let what = "\(row.name) points at \(row.content)"
    if row.type == "CNAME", row.content.hasSuffix(".cfargotunnel.com"),
      let machine = fleet.deadTunnels[String(row.content.dropLast(".cfargotunnel.com".count))]
    {
      return DNSFinding(
        code: "dns-target-dead", severity: severity, summary: "\(what), the tunnel of \(machine), which has ended", recordID: row.id)
    }
    guard let address = Self.address(in: row), !fleet.liveAddresses.contains(address) else { return nil }
    if let range = DocumentationAddress.range(of: address) {
      return DNSFinding(
        code: "dns-target-dead", severity: severity,
        summary: "\(what), which is reserved for documentation (\(range)) and reaches nobody", recordID: row.id)
    }
    if let machine = fleet.deadAddresses[address] {
      return DNSFinding(
        code: "dns-target-dead", severity: severity, summary: "\(what), the address of \(machine), which has ended", recordID: row.id)
    }
    guard row.type != "CNAME", fleet.asksEC2, fleet.missingRegions.isEmpty else { return nil }
    return DNSFinding(
      code: "dns-target-unknown", severity: .warning, summary: "\(what), an address that no running machine of the account has",
      recordID: row.id)
  }

  /// The address that a record ends at: its own, or the one in the name that EC2 gives a machine.
  private static func address(in row: DNSRecordRow) -> String? {
    switch row.type {
    case "A", "AAAA": return InternetAddress.canonical(row.content)
    case "CNAME" where row.content.hasPrefix("ec2-") && row.content.contains(".amazonaws.com"):
      return String(row.content.dropFirst(4).prefix { $0 != "." }.map { $0 == "-" ? "." : $0 })
    default: return nil
    }
  }
}

/// Addresses that exist in texts alone.
enum DocumentationAddress {
  /// RFC 5737 §3, RFC 3849 §2.
  static func range(of address: String) -> String? {
    for (prefix, name) in [("192.0.2.", "TEST-NET-1"), ("198.51.100.", "TEST-NET-2"), ("203.0.113.", "TEST-NET-3")]
    where address.hasPrefix(prefix) {
      return name
    }
    let lower = address.lowercased()
    return lower.hasPrefix("2001:db8:") || lower.hasPrefix("2001:0db8:") ? "2001:db8::/32" : nil
  }
}
