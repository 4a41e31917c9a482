/// What is thought of a machine. Three verdicts and a grace; `foreign` machines are not judged at all (contract §5.5, §12 rows 19 and 20).
public enum OrphanVerdict: Hashable, Sendable {
  /// No rule speaks against it.
  case live
  /// Nobody owns it any more, for these reasons; every source that they rest on was complete.
  case orphan([OrphanReason])
  /// It would be an orphan, but is so young that the other sources may lag behind it.
  case grace([OrphanReason])
  /// What a rule needs is missing: these sources.
  case cannotTell([OrphanWitness])
  /// Not made by this environment's control plane.
  case foreign

  /// The name in every document.
  public var name: String {
    switch self {
    case .live: "live"
    case .orphan: "orphan"
    case .grace: "grace"
    case .cannotTell: "cannot-tell"
    case .foreign: "foreign"
    }
  }

  /// The reason codes, or the names of the missing sources.
  public var reasons: [String] {
    switch self {
    case .live, .foreign: []
    case .orphan(let reasons), .grace(let reasons): reasons.map(\.rawValue)
    case .cannotTell(let missing): missing.map(\.description)
    }
  }

  /// The reasons, or the sources that are missing, in words.
  public var why: String {
    switch self {
    case .live, .foreign: ""
    case .orphan(let reasons), .grace(let reasons): reasons.map(\.words).joined(separator: ", ")
    case .cannotTell(let missing): missing.map(\.words).joined(separator: ", ")
    }
  }
}

extension OrphanWitness {
  /// As people say it: of a machine that only the feed told of, EC2's word is what is missing.
  var words: String { self == .feed ? "EC2 has not told of it yet" : description }
}

/// The rules, in the order in which their reasons are told.
public enum OrphanReason: String, Hashable, Sendable, CaseIterable {
  case orgGone = "org-gone"
  case noOrgTag = "no-org-tag"
  case workspaceRemoved = "workspace-removed"
  case duplicateWorkspace = "duplicate-workspace"
  case stoppedStatusButRunning = "stopped-status-but-running"
  case unattached

  /// As people say it.
  public var words: String {
    switch self {
    case .orgGone: "org gone"
    case .noOrgTag: "no org tag"
    case .workspaceRemoved: "workspace removed"
    case .duplicateWorkspace: "duplicate of a newer one"
    case .stoppedStatusButRunning: "stopped, yet running"
    case .unattached: "used by nothing"
    }
  }
}

/// A source that a rule leans on.
public enum OrphanWitness: Hashable, Sendable, Comparable, CustomStringConvertible {
  case roster
  case tenant(Slug)
  case region(Region)
  /// The fleet feed told of the machine; EC2 has not yet.
  case feed

  public var description: String {
    switch self {
    case .roster: "roster"
    case .tenant(let slug): "tenant:\(slug)"
    case .region(let region): "region:\(region)"
    case .feed: "feed"
    }
  }

  public var source: Source {
    switch self {
    case .roster: .controlPlane
    case .tenant(let slug): .tenant(slug)
    case .region(let region): .ec2(region)
    case .feed: .feed
    }
  }
}

/// What the configuration says about judging.
public struct OrphanSettings: Hashable, Sendable {
  public struct Tag: Hashable, Sendable {
    public var key: String
    public var value: String
    public init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }

  /// Only what carries this tag belongs to the environment; `nil`: everything of ours does.
  public var environmentTag: Tag?
  /// Seconds since its launch in which nothing is called an orphan.
  public var grace: Double

  public init(environmentTag: Tag? = nil, grace: Double = 1200) {
    self.environmentTag = environmentTag
    self.grace = grace
  }

  /// Made by this environment's control plane: all else is foreign.
  public func isOurs(_ tags: Tags) -> Bool {
    guard Self.isMadeByControlPlane(tags) else { return false }
    guard let environmentTag else { return true }
    return tags[environmentTag.key] == environmentTag.value
  }

  /// What only the fleet feed told of is this control plane's by that: its tags are not read yet.
  func isOurs(_ row: InstanceRow) -> Bool {
    row.knownRegion == nil ? Self.isMadeByControlPlane(row.tags) : isOurs(row.tags)
  }

  /// Whether some control plane made it: its own mark, or a `Role` that it gives (contract §5.2, §5.5). Others give roles of other names.
  static func isMadeByControlPlane(_ tags: Tags) -> Bool {
    tags["ManagedBy"] == "molecule-cp" || tags["Role"].flatMap(InstanceRole.init) != nil
  }
}
