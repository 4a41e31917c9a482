import FleetModel

/// A row of one of EC2's lists: how to ask for it, where it stands in the answer, how to read it.
protocol EC2Row: Sendable {
  associatedtype Name: Hashable & Sendable
  static var action: String { get }
  /// See ``XMLReader``.
  static var path: [String] { get }
  /// The children of an item that ``init(_:region:)`` looks at.
  static var wanted: Set<String> { get }
  /// Whether the action takes `MaxResults` and gives `nextToken`.
  static var isPaged: Bool { get }
  /// `nil` without an id.
  init?(_ item: XMLElement, region: Region)
  /// What tells it from the other rows of its list.
  var id: Name { get }
  /// Takes the list of its tags' keys from the rows before it, where one has the same.
  mutating func share(_ known: inout TagKeys)
}

extension EC2Row {
  static var isPaged: Bool { true }
  mutating func share(_ known: inout TagKeys) {}
}

protocol TaggedRow { var tags: Tags { get set } }

extension EC2Row where Self: TaggedRow {
  mutating func share(_ known: inout TagKeys) { tags.share(&known) }
}

extension InstanceRow: EC2Row, TaggedRow {
  static var action: String { "DescribeInstances" }
  static var path: [String] { ["reservationSet", "item", "instancesSet", "item"] }
  static let wanted: Set<String> = [
    "instanceId", "instanceState", "instanceType", "launchTime", "privateIpAddress", "ipAddress", "ipv6Address",
    "networkInterfaceSet", "imageId", "placement", "vpcId",
    "instanceLifecycle", "reason", "stateReason", "groupSet", "blockDeviceMapping", "tagSet",
  ]

  init?(_ item: XMLElement, region: Region) {
    guard let id = item.id("instanceId") else { return nil }
    self.init(
      id: InstanceID(id), region: region, state: InstanceState(item["instanceState"]?.words("name") ?? ""),
      type: item.words("instanceType"), launchedAt: item.time("launchTime"), privateIP: item.words("privateIpAddress"),
      publicIP: item.words("ipAddress"), ipv6Addresses: item.ipv6Addresses, imageID: item.id("imageId"),
      availabilityZone: item["placement"]?.words("availabilityZone"),
      vpcID: item.id("vpcId"), isSpot: item["instanceLifecycle"]?.text == "spot",
      stateReason: item.words("reason") ?? item["stateReason"]?.words("message"), securityGroups: item.resources("groupSet", "groupId"),
      volumes: item.items("blockDeviceMapping").compactMap { $0["ebs"]?.resource("volumeId") }, tags: item.tags)
  }
}

extension VolumeRow: EC2Row, TaggedRow {
  static var action: String { "DescribeVolumes" }
  static var path: [String] { ["volumeSet", "item"] }
  static let wanted: Set<String> = [
    "volumeId", "size", "volumeType", "status", "createTime", "availabilityZone", "attachmentSet", "tagSet",
  ]

  init?(_ item: XMLElement, region: Region) {
    guard let id = item.resource("volumeId") else { return nil }
    self.init(
      id: id, region: region, size: item.number("size", in: Plausible.count), type: item.words("volumeType"),
      state: item.words("status") ?? "",
      createdAt: item.time("createTime"), availabilityZone: item.words("availabilityZone"),
      instances: item.ids("attachmentSet", "instanceId").map(InstanceID.init), tags: item.tags)
  }
}

extension AddressRow: EC2Row, TaggedRow {
  static var action: String { "DescribeAddresses" }
  static var path: [String] { ["addressesSet", "item"] }
  static var isPaged: Bool { false }
  static let wanted: Set<String> = ["allocationId", "publicIp", "associationId", "instanceId", "networkInterfaceId", "tagSet"]

  init?(_ item: XMLElement, region: Region) {
    guard let id = item.resource("allocationId") ?? item.resource("publicIp") else { return nil }
    self.init(
      id: id, region: region, publicIP: item.words("publicIp"), association: item.resource("associationId"),
      instance: item.id("instanceId").map(InstanceID.init), networkInterface: item.resource("networkInterfaceId"), tags: item.tags)
  }
}

extension SecurityGroupRow: EC2Row, TaggedRow {
  static var action: String { "DescribeSecurityGroups" }
  static var path: [String] { ["securityGroupInfo", "item"] }
  static let wanted: Set<String> = ["groupId", "groupName", "vpcId", "groupDescription", "ipPermissions", "tagSet"]

  init?(_ item: XMLElement, region: Region) {
    guard let id = item.resource("groupId") else { return nil }
    self.init(
      id: id, region: region, name: item.words("groupName") ?? "", vpcID: item.id("vpcId"), summary: item.words("groupDescription"),
      ingress: item.items("ipPermissions").map(Ingress.init), tags: item.tags)
  }
}

extension SecurityGroupRow.Ingress {
  /// -1 stands for all of ICMP's types.
  private static let ports = -1...65_535

  init(_ item: XMLElement) {
    self.init(
      ipProtocol: item.words("ipProtocol") ?? "-1", fromPort: item.number("fromPort", in: Self.ports),
      toPort: item.number("toPort", in: Self.ports),
      ranges: item.ids("ipRanges", "cidrIp") + item.ids("ipv6Ranges", "cidrIpv6"), groups: item.resources("groups", "groupId"),
      prefixLists: item.ids("prefixListIds", "prefixListId"))
  }
}

extension NetworkInterfaceRow: EC2Row, TaggedRow {
  static var action: String { "DescribeNetworkInterfaces" }
  static var path: [String] { ["networkInterfaceSet", "item"] }
  static let wanted: Set<String> = [
    "networkInterfaceId", "attachment", "status", "vpcId", "association", "description", "groupSet", "tagSet",
  ]

  init?(_ item: XMLElement, region: Region) {
    guard let id = item.resource("networkInterfaceId") else { return nil }
    let attachment = item["attachment"]
    self.init(
      id: id, region: region, state: item.words("status") ?? "", vpcID: item.id("vpcId"), publicIP: item["association"]?.words("publicIp"),
      summary: item.words("description"), securityGroups: item.resources("groupSet", "groupId"),
      attachment: attachment?.resource("attachmentId"),
      instance: attachment?.id("instanceId").map(InstanceID.init), tags: item.tags)
  }
}

extension InstanceStatusRow: EC2Row {
  static var action: String { "DescribeInstanceStatus" }
  static var path: [String] { ["instanceStatusSet", "item"] }
  static let wanted: Set<String> = ["instanceId", "systemStatus", "instanceStatus"]

  init?(_ item: XMLElement, region: Region) {
    guard let id = item.id("instanceId") else { return nil }
    self.init(
      id: InstanceID(id), region: region, system: item["systemStatus"]?.words("status") ?? "unknown",
      instance: item["instanceStatus"]?.words("status") ?? "unknown")
  }
}

/// What can be listed.
extension EC2Client {
  // Each throws ``ListFailure`` with the rows of the pages that did come. `budget` is in seconds, for all pages and repetitions together.

  /// `DescribeInstances`: every machine of the region, in every state.
  public func instances(within budget: Double = 20) async throws(ListFailure<InstanceRow>) -> [InstanceRow] { try await list(budget) }
  /// `DescribeVolumes`.
  public func volumes(within budget: Double = 20) async throws(ListFailure<VolumeRow>) -> [VolumeRow] { try await list(budget) }
  /// `DescribeAddresses`.
  public func addresses(within budget: Double = 20) async throws(ListFailure<AddressRow>) -> [AddressRow] { try await list(budget) }
  /// `DescribeSecurityGroups`.
  public func securityGroups(within budget: Double = 20) async throws(ListFailure<SecurityGroupRow>) -> [SecurityGroupRow] {
    try await list(budget)
  }
  /// `DescribeNetworkInterfaces`.
  public func networkInterfaces(within budget: Double = 20) async throws(ListFailure<NetworkInterfaceRow>) -> [NetworkInterfaceRow] {
    try await list(budget)
  }
  /// `DescribeInstanceStatus`: of running machines alone.
  public func instanceStatuses(within budget: Double = 20) async throws(ListFailure<InstanceStatusRow>) -> [InstanceStatusRow] {
    try await list(budget)
  }
}

extension XMLElement {
  /// A child's text, made harmless; `nil` when it is missing or empty.
  fileprivate func words(_ name: String) -> String? {
    guard let text = self[name]?.text, !text.isEmpty else { return nil }
    return UntrustedText.clean(text, limit: 512)
  }

  /// A child's text where it names something: kept to the letter, unless no name of AWS's looks so.
  fileprivate func id(_ name: String) -> String? {
    guard let text = self[name]?.text, !text.isEmpty else { return nil }
    return Self.exact(text, limit: 256)
  }

  fileprivate func resource(_ name: String) -> ResourceID? { id(name).map(ResourceID.init) }
  fileprivate func resources(_ set: String, _ name: String) -> [ResourceID] { items(set).compactMap { $0.resource(name) } }
  fileprivate func ids(_ set: String, _ name: String) -> [String] { items(set).compactMap { $0.id(name) } }
  /// `nil` for what is no whole number, or none that can be meant.
  fileprivate func number(_ name: String, in range: ClosedRange<Int>) -> Int? {
    self[name].flatMap { Int($0.text) }.flatMap { range.contains($0) ? $0 : nil }
  }
  fileprivate func time(_ name: String) -> Timestamp? { self[name].flatMap { Timestamp(rfc3339: $0.text) } }

  /// A machine's own, then those of its interfaces, each once.
  fileprivate var ipv6Addresses: [String] {
    let all =
      [words("ipv6Address")]
      + items("networkInterfaceSet").flatMap { $0.items("ipv6AddressesSet") }.map { $0.words("ipv6Address") }
    var addresses: [String] = []
    for address in all.compactMap({ $0.map(InternetAddress.canonical) }) where !addresses.contains(address) { addresses.append(address) }
    return addresses
  }

  /// The tags. Keys have at most 128 characters, values 256 (EC2 User Guide, "Tag restrictions").
  fileprivate var tags: Tags {
    Tags(
      items("tagSet").compactMap { item in
        guard let key = item["key"]?.text, !key.isEmpty else { return nil }
        let value = item["value"]?.text ?? ""
        let shown = SecretMask.isSecret(name: key) && !value.isEmpty ? SecretMask.replacement : UntrustedText.clean(value, limit: 256)
        return (Self.exact(key, limit: 128), shown)
      })
  }

  private static func exact(_ text: String, limit: Int) -> String {
    let isPlain = text.utf8.count <= limit && text.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
    return isPlain ? text : UntrustedText.clean(text, limit: limit)
  }
}
