import FleetModel

/// One Describe call: its page and its filters.
struct Ask: Sendable {
  typealias Refusal = ComputeService.Refusal

  let region: Region
  private let document: @Sendable (Ask, World) -> [UInt8]
  private let first: Int
  private let size: Int
  private let instanceIDs: [String]
  private let filters: [(name: String, values: [String])]

  private static let tokenPrefix = "sim-page-"
  /// What can be asked: reading only.
  private static let documents: [String: @Sendable (Ask, World) -> [UInt8]] = [
    "DescribeInstances": { $0.instances($1) }, "DescribeInstanceStatus": { $0.statuses($1) }, "DescribeVolumes": { $0.volumes($1) },
    "DescribeNetworkInterfaces": { $0.interfaces($1) }, "DescribeSecurityGroups": { $0.groups($1) },
    "DescribeAddresses": { $0.addresses($1) },
  ]

  init(_ form: Form, region: Region) throws(Refusal) {
    guard let action = form["Action"], !action.isEmpty else {
      throw Refusal(status: 400, code: "MissingAction", message: "The request is missing an action or a required parameter.")
    }
    guard let document = Self.documents[action] else {
      throw Refusal(status: 400, code: "InvalidAction", message: "The action \(action) is not valid for this web service.")
    }
    self.document = document
    self.region = region
    instanceIDs = form.list("InstanceId")
    if let text = form["MaxResults"] {
      guard let size = Int(text), (5...1000).contains(size) else {
        throw Refusal(
          status: 400, code: "InvalidParameterValue",
          message: "Value ( \(text) ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.")
      }
      guard instanceIDs.isEmpty else {
        throw Refusal(
          status: 400, code: "InvalidParameterCombination",
          message: "The parameter instancesSet cannot be used with the parameter maxResults")
      }
      self.size = size
    } else {
      size = .max
    }
    if let token = form["NextToken"], !token.isEmpty {
      guard token.hasPrefix(Self.tokenPrefix), let first = Int(token.dropFirst(Self.tokenPrefix.count)), first >= 0 else {
        throw Refusal(status: 400, code: "InvalidNextToken", message: "The token '\(token)' is invalid")
      }
      self.first = first
    } else {
      first = 0
    }
    var filters: [(name: String, values: [String])] = []
    while let name = form["Filter.\(filters.count + 1).Name"] {
      guard Self.knownFilters.contains(name) || name.hasPrefix("tag:") else {
        throw Refusal(status: 400, code: "InvalidParameterValue", message: "The filter '\(name)' is invalid")
      }
      filters.append((name, form.list("Filter.\(filters.count + 1).Value")))
    }
    self.filters = filters
  }

  private static let knownFilters: Set<String> = [
    "instance-state-name", "tag-key", "instance-id", "vpc-id", "group-id", "group-name", "status", "attachment.instance-id", "volume-id",
  ]

  func answer(from world: World) -> Result<[UInt8], Refusal> {
    for id in instanceIDs where world.machines[InstanceID(id)]?.region != region {
      let message = "The instance ID '\(id)' does not exist"
      return .failure(Refusal(status: 400, code: "InvalidInstanceID.NotFound", message: message))
    }
    return .success(document(self, world))
  }

  // MARK: - Pages

  /// The machines of this page, and where the next one starts.
  func page(_ world: World, where isWanted: (Machine) -> Bool = { _ in true }) -> (machines: [Machine], next: Int?) {
    var found: [Machine] = []
    var index = first
    while index < world.machines.end {
      defer { index += 1 }
      guard let machine = world.machines.machine(at: index), machine.region == region, isWanted(machine), matches(machine) else { continue }
      if found.count == size { return (found, index) }
      found.append(machine)
    }
    return (found, nil)
  }

  /// What belongs to no machine comes with the first page.
  func loose<Thing>(_ things: [Thing]) -> [Thing] { first == 0 ? things : [] }

  func end(_ xml: inout XMLText, next: Int?) {
    if let next { xml.leaf("nextToken", "\(Self.tokenPrefix)\(next)") }
  }

  private func matches(_ machine: Machine) -> Bool {
    if !instanceIDs.isEmpty, !instanceIDs.contains(machine.id.rawValue) { return false }
    return filters.allSatisfy { filter in
      switch filter.name {
      case "instance-state-name": filter.values.contains(machine.state.text)
      case "instance-id", "attachment.instance-id": filter.values.contains(machine.id.rawValue)
      case "tag-key": machine.tags.contains { filter.values.contains($0.key) }
      case "vpc-id": filter.values.contains(World.vpc)
      case "group-id": filter.values.contains(machine.groupID)
      case "group-name": filter.values.contains(machine.groupName)
      case "volume-id": filter.values.contains(machine.volumeID)
      case "status": filter.values.contains("in-use")
      default:
        machine.value(of: String(filter.name.dropFirst(4))).map { value in filter.values.contains { Self.matches(value, $0) } } ?? false
      }
    }
  }

  /// EC2's wildcards: `*` any run, `?` one character.
  static func matches(_ text: some StringProtocol, _ pattern: some StringProtocol) -> Bool {
    let text = Array(text.utf8)
    let pattern = Array(pattern.utf8)
    var (at, position, star, mark) = (0, 0, -1, 0)
    while at < text.count {
      if position < pattern.count, pattern[position] == UInt8(ascii: "*") {
        (star, mark) = (position, at)
        position += 1
      } else if position < pattern.count, pattern[position] == UInt8(ascii: "?") || pattern[position] == text[at] {
        at += 1
        position += 1
      } else if star >= 0 {
        mark += 1
        (at, position) = (mark, star + 1)
      } else {
        return false
      }
    }
    return pattern[position...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
