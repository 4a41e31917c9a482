import FleetModel

/// A simulated EC2 instance; its root volume, network interface and security group follow from it.
struct Machine: Sendable {
  struct Tag: Sendable {
    var key: String
    var value: String
  }

  /// What its security group lets in.
  enum Ingress: Sendable {
    case nothing, ssh, debugPort, everything
  }

  var id: InstanceID
  var region: Region
  var state: InstanceState
  var type: String
  var launchedAt: Timestamp
  var role: InstanceRole?
  var org: OrgID?
  var slug: Slug?
  var workspace: WorkspaceID?
  var image = World.image(of: nil)
  var diskGB: Int
  var privateIP: String
  var publicIP: String?
  var groupName: String
  var ingress = Ingress.nothing
  var tags: [Tag]
  var endedAt: Timestamp?

  /// What makes the ids of what belongs to the machine.
  var hexID: Substring { id.rawValue.dropFirst(2) }
  var volumeID: String { "vol-\(hexID)" }
  var interfaceID: String { "eni-\(hexID)" }
  var groupID: String { "sg-\(hexID)" }
  var zone: String { "\(region)\(["a", "b", "c"][Int(hexID.utf8.last ?? 0) % 3])" }
  var subnetID: String { "subnet-0\(zone.utf8.last ?? 0)d4f1e6b2a9c3705" }
  var name: String? { tags.first { $0.key == "Name" }?.value }

  /// Seen by DescribeVolumes, DescribeNetworkInterfaces: what goes with the instance when it terminates.
  var hasParts: Bool { state != .terminated }

  func value(of tag: String) -> String? { tags.first { $0.key == tag }?.value }
}

/// Instances by id and in the order of their making, so that a page of answers starts where the one before ended.
struct Machines: Sendable {
  private var slots: [Machine?] = []
  private var slot: [InstanceID: Int] = [:]

  var count: Int { slot.count }
  /// One past the last slot: `machine(at:)` takes `0..<end`.
  var end: Int { slots.count }
  var all: some Sequence<Machine> { slots.lazy.compactMap { $0 } }

  func machine(at index: Int) -> Machine? { slots.indices.contains(index) ? slots[index] : nil }

  subscript(id: InstanceID) -> Machine? { slot[id].flatMap { slots[$0] } }

  mutating func add(_ machine: Machine) {
    slot[machine.id] = slots.count
    slots.append(machine)
  }

  mutating func update(_ id: InstanceID, _ change: (inout Machine) -> Void) {
    guard let index = slot[id], var machine = slots[index] else { return }
    slots[index] = nil
    change(&machine)
    slots[index] = machine
  }

  mutating func remove(_ id: InstanceID) {
    guard let index = slot.removeValue(forKey: id) else { return }
    slots[index] = nil
  }
}
