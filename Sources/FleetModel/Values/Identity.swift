/// A name that one of the fleet's systems gives to one thing. Two kinds of identity never compare, so that an organisation's id can't be
/// taken for a machine's.
public protocol Identity: RawRepresentable<String>, Hashable, Codable, Sendable, Comparable, CustomStringConvertible,
  ExpressibleByStringLiteral
{
  init(rawValue: String)
}

/// Of a kind that a fleet has many of.
protocol ManifoldIdentity: Identity {
  var storage: PackedText { get }
  init(storage: PackedText)
}

extension ManifoldIdentity {
  public init(rawValue: String) { self.init(storage: PackedText(rawValue)) }
  public var rawValue: String { storage.text }
  // Of the words, not of the text that those of `RawRepresentable` make of them.
  public static func == (left: Self, right: Self) -> Bool { left.storage == right.storage }
  public static func < (left: Self, right: Self) -> Bool { left.storage < right.storage }
  public func hash(into hasher: inout Hasher) { hasher.combine(storage) }
}

extension Identity {
  public init(_ value: String) { self.init(rawValue: value) }
  public init(stringLiteral value: String) { self.init(rawValue: value) }
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  public var description: String { rawValue }
}

/// The organisation's UUID, the value of `X-Molecule-Org-Id` (contract §1.3).
public struct OrgID: ManifoldIdentity {
  let storage: PackedText
}

/// The organisation's name in hosts and paths. It can be given to another organisation later: never an identity by itself.
public struct Slug: Identity {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Whether it can stand in a host or path: `^[a-z][a-z0-9-]{2,31}$` (contract §1.3).
  public var isWellFormed: Bool {
    let bytes = rawValue.utf8
    guard (3...32).contains(bytes.count), let first = bytes.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else {
      return false
    }
    return bytes.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || byte == UInt8(ascii: "-")
    }
  }
}

/// A workspace's UUID in its tenant.
public struct WorkspaceID: ManifoldIdentity {
  let storage: PackedText
}

/// An EC2 instance id, `i-…`.
public struct InstanceID: ManifoldIdentity {
  let storage: PackedText
}

/// What AWS calls something that is no machine: a volume (`vol-…`), an address (`eipalloc-…`), a security group (`sg-…`), an interface (`eni-…`).
public struct ResourceID: ManifoldIdentity {
  let storage: PackedText
}

/// An AWS region, `us-east-2`.
public struct Region: Identity {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// The id of one run of the deletion cascade (`purge_id`, contract §1.9).
public struct PurgeID: Identity {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
}

/// Whom a fact comes from; one entry a source in every JSON document (`sources`).
public enum Source: Hashable, Sendable, Comparable, CustomStringConvertible {
  case controlPlane
  case feed
  case database
  case dns
  case ec2(Region)
  case tenant(Slug)
  /// This program: what is configured and remembered here, and what is done from here. Never a source that can be lost.
  case here

  public var description: String {
    switch self {
    case .controlPlane: "control-plane"
    case .feed: "feed"
    case .database: "database"
    case .dns: "dns"
    case .ec2(let region): "ec2:\(region)"
    case .tenant(let slug): "tenant:\(slug)"
    case .here: "here"
    }
  }
}
