/// The security items of the fleet that can be seen from outside, each a pure look at what was read (contract §10).
public enum PostureRules {
  public enum ID: String, CaseIterable, Sendable {
    case publicInstanceToken = "public-instance-token"
    case openAll = "sg-open-all"
    case debugPort = "sg-debug-port"
    case sshOpen = "sg-ssh-open"
    case plainOrigin = "plain-http-origin"
    case publicAddress = "public-address"
    case consoleSecrets = "console-secrets"
    case plaintextToken = "plaintext-admin-token"
    case partnerKeyExpiry = "partner-key-expiry"
    case imageOld = "image-old"
    case tagsMissing = "tags-missing"
  }

  /// One entry for each thing that fails or can't be told; where there is none, one for all that pass.
  static func verdict(_ id: ID, _ failing: [Check], looked: String, none: String?) -> [Check] {
    if !failing.isEmpty { return failing }
    if let none { return [Check(id.rawValue, .unknown, target: looked, none, counts: false)] }
    return [Check(id.rawValue, .pass, target: looked, "nothing of the kind", evidence: ["looked at \(looked)"])]
  }

  static func count(_ number: Int, _ one: String) -> String { "\(number) \(one)\(number == 1 ? "" : "s")" }

  // MARK: - Security groups

  /// Groups of ours: by their own tags, by a machine of ours in them, or by the control plane's names (contract §5.2).
  public static func securityGroups(_ groups: [SecurityGroupRow], machines: [InstanceRow]) -> [Check] {
    let used = Set(machines.flatMap(\.securityGroups))
    let ours = groups.filter { group in
      group.tags["ManagedBy"] == "molecule-cp" || used.contains(group.id)
    }
    let looked = count(ours.count, "security group")
    func look(_ id: ID, _ what: String, _ isOpen: (SecurityGroupRow.Ingress) -> Bool) -> [Check] {
      let failing = ours.compactMap { group -> Check? in
        let rules = group.ingress.filter { isFromAnywhere($0) && isOpen($0) }
        guard !rules.isEmpty else { return nil }
        return Check(
          id.rawValue, .fail, target: group.id.rawValue, "\(group.name) (\(group.region)) lets \(what) in from anywhere",
          evidence: rules.map(spoken)
        )
      }
      return verdict(id, failing, looked: looked, none: nil)
    }
    return look(.openAll, "everything") { isEverything($0) }
      + look(.debugPort, "port 9999, the boot log's debug server,") { holds($0, 9999) }
      + look(.sshOpen, "port 22") { holds($0, 22) }
  }

  private static func isFromAnywhere(_ rule: SecurityGroupRow.Ingress) -> Bool {
    rule.ranges.contains { range in
      // Half of all addresses is anywhere too.
      guard let slash = range.lastIndex(of: "/"), let length = Int(range[range.index(after: slash)...]) else { return false }
      return length <= 1
    }
  }

  private static func isEverything(_ rule: SecurityGroupRow.Ingress) -> Bool {
    if ["-1", "all"].contains(rule.ipProtocol.lowercased()) { return true }
    guard ["tcp", "udp", "6", "17"].contains(rule.ipProtocol.lowercased()) else { return false }
    return (rule.fromPort ?? 0) <= 1 && (rule.toPort ?? 65_535) >= 65_535
  }

  private static func holds(_ rule: SecurityGroupRow.Ingress, _ port: Int) -> Bool {
    if ["-1", "all"].contains(rule.ipProtocol.lowercased()) { return true }
    guard ["tcp", "6"].contains(rule.ipProtocol.lowercased()) else { return false }
    return (rule.fromPort ?? 0) <= port && port <= (rule.toPort ?? rule.fromPort ?? 65_535)
  }

  private static func spoken(_ rule: SecurityGroupRow.Ingress) -> String {
    let ports =
      switch (rule.fromPort, rule.toPort) {
      case (nil, nil): "all ports"
      case (let from?, let to?) where from != to: "ports \(from)–\(to)"
      case (let from, let to): "port \(from ?? to ?? 0)"
      }
    return "ingress \(rule.ipProtocol == "-1" ? "all protocols" : rule.ipProtocol) \(ports) from \(rule.ranges.joined(separator: ", "))"
  }

  // MARK: - Machines

  /// A machine behind a tunnel, or one of a workspace, needs no public address.
  public static func publicAddresses(_ machines: [InstanceRow]) -> [Check] {
    let expected = machines.filter { $0.role == .workspace || $0.tags["TunnelID"].map { !$0.isEmpty } ?? false }
    let failing = expected.compactMap { machine -> Check? in
      let addresses = machine.publicAddresses
      guard !addresses.isEmpty else { return nil }
      let found = (addresses.count == 1 ? "address " : "addresses ") + addresses.joined(separator: ", ")
      return Check(
        ID.publicAddress.rawValue, .fail, target: machine.id.rawValue,
        "\(machine.name ?? machine.id.rawValue) has the public \(found) although \(machine.role == .workspace ? "only its tenant talks to it" : "a tunnel leads to it")",
        evidence: ["ec2:\(machine.region) \(machine.id) \(machine.state.text)"]
          + (machine.tags["TunnelID"].map { ["TunnelID \($0)"] } ?? []))
    }
    return verdict(.publicAddress, failing, looked: count(expected.count, "machine"), none: nil)
  }

  /// The tags without which a machine can't be joined to its org and is missed by the cascade (contract §5.2, §8.1).
  public static func tags(_ machines: [InstanceRow]) -> [Check] {
    let failing = machines.compactMap { machine -> Check? in
      let wanted =
        switch machine.role {
        case .tenant: ["ManagedBy", "Role", "OrgID", "OrgSlug"]
        case .workspace: ["ManagedBy", "Role", "OrgID", "WorkspaceID", "Runtime"]
        case nil: ["Role", "OrgID"]
        }
      let missing = wanted.filter { machine.tags[$0]?.isEmpty ?? true }
      guard !missing.isEmpty else { return nil }
      return Check(
        ID.tagsMissing.rawValue, .fail, target: machine.id.rawValue,
        "\(machine.name ?? machine.id.rawValue) lacks \(missing.joined(separator: ", "))",
        evidence: ["ec2:\(machine.region) has \(machine.tags.keys.joined(separator: ", "))"])
    }
    return verdict(.tagsMissing, failing, looked: count(machines.count, "machine"), none: nil)
  }

  /// Tenants whose image is another than the newest tenant's.
  public static func images(_ machines: [InstanceRow]) -> [Check] {
    let tenants = machines.filter { $0.role == .tenant && $0.imageID != nil && $0.launchedAt != nil }
      .sorted { ($0.launchedAt ?? .distantPast, $0.id) > ($1.launchedAt ?? .distantPast, $1.id) }
    guard let newest = tenants.first else {
      return verdict(
        .imageOld, [], looked: "0 tenants",
        none: machines.contains { $0.role == .tenant } ? "EC2 tells no image and launch time" : "there is no tenant machine")
    }
    let failing = tenants.compactMap { tenant -> Check? in
      guard tenant.imageID != newest.imageID else { return nil }
      let slug = tenant.orgSlug ?? machines.first { $0.orgID != nil && $0.orgID == tenant.orgID && $0.orgSlug != nil }?.orgSlug
      return Check(
        ID.imageOld.rawValue, .fail, target: slug?.rawValue ?? tenant.orgID?.rawValue ?? tenant.id.rawValue,
        "\(tenant.name ?? tenant.id.rawValue) runs \(tenant.imageID ?? "?"), the newest tenant \(newest.imageID ?? "?")",
        evidence: [
          "\(tenant.id) launched \(tenant.launchedAt.map(\.description) ?? "?")",
          "\(newest.id) launched \(newest.launchedAt.map(\.description) ?? "?")",
        ])
    }
    return verdict(.imageOld, failing, looked: count(tenants.count, "tenant"), none: nil)
  }

  // MARK: - Origins

  /// Addresses by which tenants and workspaces are reached; plain http is fine on this machine and inside a private network.
  public static func origins(_ addresses: [(owner: String, url: String)]) -> [Check] {
    let failing = addresses.compactMap { address -> Check? in
      guard address.url.lowercased().hasPrefix("http://"), !isPrivate(host(of: address.url)) else { return nil }
      return Check(
        ID.plainOrigin.rawValue, .fail, target: address.owner, "\(address.owner) is reached by plain http",
        evidence: ["address http://\(host(of: address.url))"])
    }
    return verdict(
      .plainOrigin, failing, looked: count(addresses.count, "address").replacing("addresss", with: "addresses"),
      none: addresses.isEmpty ? "no address is known" : nil)
  }

  private static func host(of url: String) -> String {
    let rest = url.dropFirst(7).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let host = rest.split(separator: "@").last ?? rest
    if host.hasPrefix("[") { return String(host.dropFirst().prefix { $0 != "]" }) }
    return String(host.prefix { $0 != ":" })
  }

  private static func isPrivate(_ host: String) -> Bool {
    if host == "localhost" || host.hasSuffix(".localhost") || host.hasSuffix(".internal") || host == "::1" { return true }
    let parts = host.split(separator: ".").compactMap { UInt8($0) }
    guard parts.count == 4 else { return host.lowercased().hasPrefix("fd") && host.contains(":") }
    switch (parts[0], parts[1]) {
    case (127, _), (10, _), (192, 168), (169, 254): return true
    case (172, 16...31), (100, 64...127): return true
    default: return false
    }
  }

  // MARK: - Consoles

  /// What a console gives away: traced commands (`set -x`) and masked values. Lines are told by number, never by content.
  public static func console(_ lines: [String], of owner: String) -> Check? {
    var traced: [Int] = []
    var masked: [Int] = []
    for (index, line) in lines.enumerated() {
      if line.contains(SecretMask.replacement) { masked.append(index + 1) }
      if KnownTexts.isTrace(line) { traced.append(index + 1) }
    }
    guard !traced.isEmpty || !masked.isEmpty else { return nil }
    func told(_ what: String, _ numbers: [Int]) -> [String] {
      numbers.isEmpty
        ? []
        : [
          "\(what) on \(numbers.count == 1 ? "line" : "lines") " + numbers.prefix(8).map(String.init).joined(separator: ", ")
            + (numbers.count > 8 ? ", …" : "")
        ]
    }
    return Check(
      ID.consoleSecrets.rawValue, .fail, target: owner,
      masked.isEmpty ? "its console shows traced commands (set -x)" : "its console shows credentials",
      evidence: told("a value that looks like a credential", masked) + told("a traced command", traced))
  }

  // MARK: - Public answers

  /// `GET /cp/orgs/:slug/instance` (contract §1.13): what a stranger gets to see. Only its members' names come here.
  public static func publicInstance(members: [String], of slug: Slug, millis: Double?) -> Check {
    let allowed: Set = ["slug", "status", "ip", "region", "org_id"]
    let secrets = members.filter { !allowed.contains($0) && SecretMask.isSecret(name: $0) }
    let id = ID.publicInstanceToken.rawValue
    if !secrets.isEmpty {
      return Check(
        id, .fail, target: slug.rawValue, "the public /cp/orgs/\(slug)/instance gives away \(secrets.joined(separator: ", "))",
        evidence: ["members \(members.joined(separator: ", ")) (values were dropped unread)"], millis: millis)
    }
    return Check(
      id, .pass, target: slug.rawValue, "the public answer holds no credential", evidence: ["members \(members.joined(separator: ", "))"],
      millis: millis)
  }

  /// Columns of the control plane's database by table: by name only, no value is ever read.
  public static func plaintextTokens(columns: [String: Set<String>]) -> [Check] {
    let failing = columns.sorted { $0.key < $1.key }.flatMap { table, names in
      names.sorted().filter { $0 == "admin_token" || $0 == "auth_token" }.map { name in
        Check(
          ID.plaintextToken.rawValue, .fail, target: "\(table).\(name)",
          "the column \(table).\(name) exists: tenants' tokens lie there in plain text",
          evidence: ["by the column's name; no value was read"])
      }
    }
    return verdict(.plaintextToken, failing, looked: count(columns.count, "table"), none: columns.isEmpty ? "no table can be seen" : nil)
  }
}
