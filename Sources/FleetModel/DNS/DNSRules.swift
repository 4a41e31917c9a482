// What a zone holds and what is decided over each of its names (contract §6).

/// One record of the zone, cleaned.
public struct DNSRecordRow: Hashable, Codable, Sendable {
  public var id: String
  public var name: String
  public var type: String
  public var content: String
  public var createdAt: Timestamp?

  public init(id: String, name: String, type: String, content: String, createdAt: Timestamp? = nil) {
    self.id = id
    self.name = name
    self.type = type
    self.content = content
    self.createdAt = createdAt
  }
}

/// What is decided over a record, and by which rule of contract §6.2.
public struct DNSDecision: Hashable, Sendable {
  public enum Outcome: String, Hashable, Sendable {
    case keep, orphan
    case cannotTell = "cannot-tell"
  }

  public var outcome: Outcome
  /// `live-tenant`; for what can't be told the missing source, or `safety-gate`.
  public var reason: String

  public init(_ outcome: Outcome, _ reason: String) {
    self.outcome = outcome
    self.reason = reason
  }
}

/// The canonical decisions (contract §6.2): the first rule that matches wins, and names that only look like a tenant's are kept.
public struct DNSRules: Hashable, Codable, Sendable {
  /// What a name is by its shape alone.
  enum Shape: Hashable {
    case apex, verification, core
    case workspace(String)
    case e2e(Slug)
    case tenant(Slug)
    case other
  }

  public let zone: String
  let coreNames: Set<String>
  let suffixes: [String]

  /// - Parameters:
  ///   - coreNames: names below the zone that are never orphans.
  ///   - environmentSuffixes: `staging` for `<slug>.staging.<zone>`.
  public init(zone: String, coreNames: [String], environmentSuffixes: [String]) {
    self.zone = zone
    self.coreNames = Set(coreNames.map { "\($0).\(zone)" })
    suffixes = environmentSuffixes.filter { !$0.isEmpty }.map { ".\($0)" }
  }

  /// The org's name that a tenant's record is made of.
  public func slug(of name: String) -> Slug? {
    switch shape(of: name) {
    case .e2e(let slug), .tenant(let slug): slug
    case .apex, .verification, .core, .workspace, .other: nil
    }
  }

  func shape(of name: String) -> Shape {
    if name == zone { return .apex }
    if name.hasPrefix("_") || name.hasSuffix("._domainkey.\(zone)") { return .verification }
    if coreNames.contains(name) { return .core }
    guard let label = label(of: name) else { return .other }
    let bytes = Array(label.utf8)
    if Self.isWorkspace(bytes) { return .workspace(label) }
    if bytes.starts(with: "e2e-".utf8), bytes.count > 4 { return .e2e(Slug(label)) }
    return Self.isTenant(bytes) ? .tenant(Slug(label)) : .other
  }

  /// The one label before the zone, an environment's suffix between them left out; `nil` for everything else.
  private func label(of name: String) -> String? {
    guard name.hasSuffix(".\(zone)") else { return nil }
    let rest = name.dropLast(zone.count + 1)
    guard !rest.isEmpty else { return nil }
    if !rest.contains(".") { return String(rest) }
    for suffix in suffixes where rest.hasSuffix(suffix) {
      let label = rest.dropLast(suffix.count)
      if !label.isEmpty, !label.contains(".") { return String(label) }
    }
    return nil
  }

  /// `^ws-[a-f0-9]{8}-[a-f0-9]+$`
  private static func isWorkspace(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 13, bytes.starts(with: "ws-".utf8), bytes[11] == UInt8(ascii: "-") else { return false }
    return bytes[3..<11].allSatisfy(isHex) && bytes[12...].allSatisfy(isHex)
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }

  /// `^[a-z0-9][a-z0-9-]*$`
  private static func isTenant(_ bytes: [UInt8]) -> Bool {
    func isAlphanumeric(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
    guard let first = bytes.first, isAlphanumeric(first) else { return false }
    return bytes.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
  }

  /// The decision over one name, before the safety gate.
  public func decision(on name: String, in fleet: DNSFleet) -> DNSDecision {
    switch shape(of: name) {
    case .apex: return DNSDecision(.keep, "apex")
    case .verification: return DNSDecision(.keep, "verification/key")
    case .core: return DNSDecision(.keep, "platform-core")
    case .workspace(let prefix):
      if fleet.hasMachine(named: prefix) { return DNSDecision(.keep, "live-ec2") }
      if let region = fleet.missingRegions.first { return DNSDecision(.cannotTell, "region:\(region)") }
      guard fleet.asksEC2 else { return DNSDecision(.cannotTell, "ec2") }
      // The rosters aren't asked for this name, yet without them nothing is called an orphan.
      return fleet.rosterProblem == nil ? DNSDecision(.orphan, "orphan-ws") : DNSDecision(.cannotTell, "roster")
    case .e2e(let slug):
      if fleet.slugs.contains(slug) { return DNSDecision(.keep, "live-e2e-tenant") }
      return fleet.rosterProblem == nil ? DNSDecision(.orphan, "orphan-e2e-tenant") : DNSDecision(.cannotTell, "roster")
    case .tenant(let slug):
      return DNSDecision(.keep, fleet.slugs.contains(slug) ? "live-tenant" : "unknown-subdomain-kept-for-safety")
    case .other: return DNSDecision(.keep, "not-a-pattern-we-sweep")
    }
  }
}
