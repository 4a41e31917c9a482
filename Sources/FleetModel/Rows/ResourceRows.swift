// Resources: what an AWS account holds beside its machines, and what can be left behind by one. Read by the orphan rules.

/// One EBS volume of `DescribeVolumes`.
public struct VolumeRow: Hashable, Codable, Sendable {
  public var id: ResourceID
  public var region: Region
  /// GiB.
  public var size: Int?
  /// `gp3`.
  public var type: String?
  /// `creating`, `available`, `in-use`, `deleting`, `deleted`, `error`.
  public var state: String
  public var createdAt: Timestamp?
  public var availabilityZone: String?
  /// The machines it is attached to.
  public var instances: [InstanceID]
  public var tags: Tags

  public init(
    id: ResourceID, region: Region, size: Int? = nil, type: String? = nil, state: String, createdAt: Timestamp? = nil,
    availabilityZone: String? = nil, instances: [InstanceID] = [], tags: Tags = [:]
  ) {
    self.id = id
    self.region = region
    self.size = size
    self.type = type
    self.state = state
    self.createdAt = createdAt
    self.availabilityZone = availabilityZone
    self.instances = instances
    self.tags = tags
  }
}

/// One elastic address of `DescribeAddresses`.
public struct AddressRow: Hashable, Codable, Sendable {
  /// The allocation's id, or the address itself where it has none.
  public var id: ResourceID
  public var region: Region
  public var publicIP: String?
  /// `nil` when it points nowhere.
  public var association: ResourceID?
  public var instance: InstanceID?
  public var networkInterface: ResourceID?
  public var tags: Tags

  public init(
    id: ResourceID, region: Region, publicIP: String? = nil, association: ResourceID? = nil, instance: InstanceID? = nil,
    networkInterface: ResourceID? = nil, tags: Tags = [:]
  ) {
    self.id = id
    self.region = region
    self.publicIP = publicIP
    self.association = association
    self.instance = instance
    self.networkInterface = networkInterface
    self.tags = tags
  }
}

/// One security group of `DescribeSecurityGroups`.
public struct SecurityGroupRow: Hashable, Codable, Sendable {
  /// Whom one rule lets in.
  public struct Ingress: Hashable, Codable, Sendable {
    /// `tcp`, `udp`, `icmp`, a number, or `-1` for all.
    public var ipProtocol: String
    /// `nil` for all ports.
    public var fromPort: Int?
    public var toPort: Int?
    /// IPv4 and IPv6 ranges.
    public var ranges: [String]
    /// Ids of the security groups let in.
    public var groups: [ResourceID]
    public var prefixLists: [String]

    public init(
      ipProtocol: String, fromPort: Int? = nil, toPort: Int? = nil, ranges: [String] = [], groups: [ResourceID] = [],
      prefixLists: [String] = []
    ) {
      self.ipProtocol = ipProtocol
      self.fromPort = fromPort
      self.toPort = toPort
      self.ranges = ranges
      self.groups = groups
      self.prefixLists = prefixLists
    }
  }

  public var id: ResourceID
  public var region: Region
  public var name: String
  public var vpcID: String?
  public var summary: String?
  public var ingress: [Ingress]
  public var tags: Tags

  public init(
    id: ResourceID, region: Region, name: String, vpcID: String? = nil, summary: String? = nil, ingress: [Ingress] = [],
    tags: Tags = [:]
  ) {
    self.id = id
    self.region = region
    self.name = name
    self.vpcID = vpcID
    self.summary = summary
    self.ingress = ingress
    self.tags = tags
  }
}

/// One network interface of `DescribeNetworkInterfaces`: what proves that a security group is in use.
public struct NetworkInterfaceRow: Hashable, Codable, Sendable {
  public var id: ResourceID
  public var region: Region
  /// `available` when nothing uses it, else `in-use`, `attaching`, `detaching`, `associated`.
  public var state: String
  public var vpcID: String?
  public var publicIP: String?
  public var summary: String?
  public var securityGroups: [ResourceID]
  /// The attachment's id; also set where AWS itself is the user and no machine is named.
  public var attachment: ResourceID?
  public var instance: InstanceID?
  public var tags: Tags

  public init(
    id: ResourceID, region: Region, state: String, vpcID: String? = nil, publicIP: String? = nil, summary: String? = nil,
    securityGroups: [ResourceID] = [], attachment: ResourceID? = nil, instance: InstanceID? = nil, tags: Tags = [:]
  ) {
    self.id = id
    self.region = region
    self.state = state
    self.vpcID = vpcID
    self.publicIP = publicIP
    self.summary = summary
    self.securityGroups = securityGroups
    self.attachment = attachment
    self.instance = instance
    self.tags = tags
  }
}

/// One machine's health checks, of `DescribeInstanceStatus`.
public struct InstanceStatusRow: Hashable, Codable, Sendable {
  public var id: InstanceID
  public var region: Region
  /// `ok`, `impaired`, `initializing`, `insufficient-data`, `not-applicable`.
  public var system: String
  public var instance: String

  public init(id: InstanceID, region: Region, system: String, instance: String) {
    self.id = id
    self.region = region
    self.system = system
    self.instance = instance
  }
}
