import FleetModel

/// Where rows lead outside of the dashboard: to AWS's console, and to the operator's own runbooks.
struct Links: Hashable, Sendable {
  struct Link: Hashable, Sendable {
    var name: String
    var url: String

    /// `nil` where a terminal can't take it.
    var hyperlink: Hyperlink? { Hyperlink(url) }
  }

  /// Whether AWS's console is where this fleet's machines can be looked at.
  var hasConsole = true
  /// A finding's code → address, in which `{slug}` and the like stand for what the finding is of.
  var runbooks: [String: String] = [:]
  /// Whether terminals are given them (OSC 8); `nil`: those that are known to do no harm with them.
  var inTerminal: Bool?

  /// What may stand in a runbook's address.
  static let placeholders = ["code", "environment", "org", "slug", "workspace", "machine", "region"]

  /// - Returns: the row's own place first.
  func links(of subject: Subject, in fleet: Fleet, at now: Timestamp) -> [Link] {
    var links: [Link] = []
    if case .finding(let id) = subject { links += [runbook(for: id, in: fleet)].compactMap { $0 } }
    links += consoles(of: subject, fleet, at: now)
    guard links.isEmpty || !runbooks.isEmpty else { return links }
    for finding in Self.findings(of: subject, fleet, at: now) {
      if let link = runbook(for: finding.code, of: subject, fleet), !links.contains(link) { links.append(link) }
    }
    return links
  }

  /// The row's own place: of a finding its runbook, else AWS's console.
  func place(of subject: Subject, in fleet: Fleet, at now: Timestamp) -> Link? {
    if case .finding(let id) = subject, let runbook = runbook(for: id, in: fleet) { return runbook }
    return consoles(of: subject, fleet, at: now).first
  }

  func runbook(for finding: FindingID, in fleet: Fleet) -> Link? { runbook(for: finding.code, of: .finding(finding), fleet) }

  /// For a detail; nothing where nothing leads out.
  func lines(of subject: Subject, in fleet: Fleet, width: Int, at now: Timestamp) -> [Line] {
    let links = links(of: subject, in: fleet, at: now)
    guard !links.isEmpty else { return [] }
    var list = FieldLines(width: width, nameWidth: 24)
    list.heading("Links")
    for link in links { list.field(link.name, link.url, .link, link: link.hyperlink) }
    return list.lines
  }

  private static func findings(of subject: Subject, _ fleet: Fleet, at now: Timestamp) -> [Finding] {
    if let workspace = subject.workspace(in: fleet) { return fleet.findings(believedOf: .workspace(workspace), at: now) }
    return subject.org(in: fleet).map { fleet.findings(believedWithin: $0, at: now) } ?? []
  }

  // MARK: - Runbooks

  private func runbook(for code: Finding.Code, of subject: Subject, _ fleet: Fleet) -> Link? {
    guard let template = runbooks[code.rawValue] else { return nil }
    let org = subject.org(in: fleet).flatMap { fleet.orgs[$0] }
    let machine = subject.machine(in: fleet)
    let values = [
      "code": code.rawValue, "environment": fleet.settings.environment, "org": org?.id.rawValue, "slug": org?.slug.rawValue,
      "workspace": subject.workspace(in: fleet)?.rawValue, "machine": machine?.rawValue,
      "region": machine.flatMap { fleet.instances[$0]?.row.region.rawValue },
    ]
    var url = template
    // Nothing that is put in can hold a brace.
    for (name, value) in values { url = url.replacing("{\(name)}", with: Self.encoded(value ?? "")) }
    return Link(name: "runbook \(code.rawValue)", url: url)
  }

  /// - Returns: the first word in braces that stands for nothing.
  static func unknownPlaceholder(in template: String) -> String? {
    template.split(separator: "{", omittingEmptySubsequences: false).dropFirst().lazy
      .map { String($0.prefix { $0 != "}" }) }.first { !placeholders.contains($0) }
  }

  // MARK: - AWS's console

  private func consoles(of subject: Subject, _ fleet: Fleet, at now: Timestamp) -> [Link] {
    guard hasConsole else { return [] }
    if case .leftover(let id) = subject {
      let region = fleet.leftoverCase(of: id, at: now)?.region
      let place =
        switch id.kind {
        case .instance: "InstanceDetails:instanceId="
        case .volume: "VolumeDetails:volumeId="
        case .address: "ElasticIpDetails:AllocationId="
        case .securityGroup: "SecurityGroup:groupId="
        }
      return [region.flatMap { Self.console($0, place + Self.encoded(id.id)) }].compactMap { $0 }
    }
    if case .org(let id) = subject {
      let regions = Set(fleet.machines(of: id).map(\.row.region)).sorted()
      return regions.compactMap { Self.console($0, "Instances:tag:OrgID=" + Self.encoded(id.rawValue)) }
    }
    guard let machine = subject.machine(in: fleet), let region = fleet.instances[machine]?.row.region else { return [] }
    return [Self.console(region, "InstanceDetails:instanceId=" + Self.encoded(machine.rawValue))].compactMap { $0 }
  }

  /// - Parameter place: what is shown there, encoded.
  private static func console(_ region: Region, _ place: String) -> Link? {
    let name = region.rawValue
    // It becomes a part of the host.
    guard !name.isEmpty, name.utf8.allSatisfy({ $0.isASCIILowercase || $0.isASCIIDigit || $0 == UInt8(ascii: "-") }) else { return nil }
    let host =
      name.hasPrefix("cn-")
      ? "\(name).console.amazonaws.cn"
      : name.hasPrefix("us-gov-") ? "\(name).console.amazonaws-us-gov.com" : "\(name).console.aws.amazon.com"
    return Link(name: "AWS console \(name)", url: "https://\(host)/ec2/home?region=\(name)#\(place)")
  }

  /// With every byte escaped that isn't unreserved (RFC 3986, section 2.3).
  static func encoded(_ text: String) -> String {
    var out = ""
    for byte in text.utf8 {
      if byte.isASCIILowercase || byte.isASCIIDigit || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || "-._~".utf8.contains(byte)
      {
        out.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        out += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return out
  }
}

extension UInt8 {
  fileprivate var isASCIILowercase: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
  fileprivate var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

extension Subject {
  /// The name that its own system knows it by.
  func identifier(in fleet: Fleet) -> String {
    switch self {
    case .org(let id): id.rawValue
    case .workspace(let id): id.rawValue
    case .instance(let id): id.rawValue
    case .deletion(let id), .record(let id): id
    case .leftover(let id): id.id
    case .event(let sequence): fleet.logEntry(sequence).flatMap { $0.workspaceID?.rawValue ?? $0.orgID?.rawValue } ?? "\(sequence)"
    case .finding(let id):
      switch id.target {
      case .org(let id): id.rawValue
      case .workspace(let id): id.rawValue
      case .fleet: id.code.rawValue
      }
    case .own(let subject):
      workspace(in: fleet)?.rawValue ?? machine(in: fleet)?.rawValue ?? org(in: fleet)?.rawValue ?? subject.kind.title(fleet)
    }
  }
}
