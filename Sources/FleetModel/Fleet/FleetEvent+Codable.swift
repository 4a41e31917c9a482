// How events are written down in a recording: what has one spelling in the services' answers keeps it there.

extension FleetEvent {
  private enum CodingKeys: String, CodingKey { case source, at, asked, epoch, change }

  /// What recordings have for an epoch where nobody asked.
  private static let unasked: UInt64 = 0

  public init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    let epoch = try members.decode(UInt64.self, forKey: .epoch)
    self.init(
      source: try members.decode(Source.self, forKey: .source), at: try members.decode(Timestamp.self, forKey: .at),
      asked: try members.decodeIfPresent(Timestamp.self, forKey: .asked), epoch: epoch == Self.unasked ? nil : epoch,
      change: try members.decode(Change.self, forKey: .change))
  }

  public func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    try members.encode(source, forKey: .source)
    try members.encode(at, forKey: .at)
    try members.encodeIfPresent(asked, forKey: .asked)
    try members.encode(epoch ?? Self.unasked, forKey: .epoch)
    try members.encode(change, forKey: .change)
  }
}

/// A state that its service writes as a word.
protocol Spelled: Codable {
  init(_ text: String)
  var text: String { get }
}

extension Spelled {
  public init(from decoder: any Decoder) throws { self.init(try decoder.singleValueContainer().decode(String.self)) }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

extension OrgStatus: Spelled {}
extension WorkspaceStatus: Spelled {}
extension InstanceState: Spelled {}
extension PurgeRow.Status: Spelled {}

extension Timestamp: Codable {
  public init(from decoder: any Decoder) throws { self.init(milliseconds: try decoder.singleValueContainer().decode(Int64.self)) }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(milliseconds)
  }
}

/// As one string: the order of an object's members, and the digits of its numbers, stay as they were.
extension JSONValue: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    do { self = try JSONValue(parsing: text) } catch {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(error)")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(serialized())
  }
}

extension Source: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let source = Source(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "there is no source \"\(text)\"")
    }
    self = source
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// The source of that ``description``.
  public init?(_ description: String) {
    switch description {
    case "control-plane": self = .controlPlane
    case "feed": self = .feed
    case "database": self = .database
    case "dns": self = .dns
    case "here": self = .here
    default:
      guard let colon = description.firstIndex(of: ":") else { return nil }
      let name = String(description[description.index(after: colon)...])
      switch description[..<colon] {
      case "ec2": self = .ec2(Region(name))
      case "tenant": self = .tenant(Slug(name))
      default: return nil
      }
    }
  }
}
