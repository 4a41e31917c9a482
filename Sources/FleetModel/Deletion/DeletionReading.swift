/// One look at everything that could still hold a part of an org, all asked at the same time.
public struct DeletionReading: Hashable, Sendable {
  public enum Roster: Hashable, Sendable {
    /// Whole: `org` is the row with the plan's id, `namesake` another org with its name.
    case listed(org: OrgRow?, namesake: OrgID?)
    /// It came, but can't be taken for the whole list.
    case partial(why: String, holdsOrg: Bool)
    case failed(String)
  }

  /// What `boot-events` says (contract §1.8).
  public enum Existence: Hashable, Sendable {
    /// The exact 404: the authoritative proof.
    case absent
    case exists(OrgID?)
    case unknown(String)
  }

  public struct Machine: Hashable, Codable, Sendable {
    public var id: InstanceID
    public var region: Region
    public var state: InstanceState
    public var type: String?
    public var hourly: Double?

    public init(id: InstanceID, region: Region, state: InstanceState, type: String?, hourly: Double?) {
      self.id = id
      self.region = region
      self.state = state
      self.type = type
      self.hourly = hourly
    }
  }

  public enum Machines: Hashable, Codable, Sendable {
    case notConfigured
    /// Those of the org that are not terminated, and the regions that could not be read to the end.
    case found([Machine], unread: [String])
  }

  public enum Names: Hashable, Sendable {
    case notConfigured
    case found([String])
    case failed(String)
  }

  public enum Audit: Hashable, Sendable {
    case notOffered
    /// The rows about this org.
    case rows([PurgeRow])
    case failed(String)
  }

  public var at: Timestamp
  public var roster: Roster
  public var existence: Existence
  public var machines: Machines
  public var names: Names
  public var audit: Audit

  public init(at: Timestamp, roster: Roster, existence: Existence, machines: Machines, names: Names, audit: Audit) {
    self.at = at
    self.roster = roster
    self.existence = existence
    self.machines = machines
    self.names = names
    self.audit = audit
  }
}

/// One thing that was read back.
public struct DeletionLeg: Hashable, Codable, Sendable {
  public enum State: String, Hashable, Codable, Sendable { case gone, present, completed, pending, failed, unknown }

  public var state: State
  public var detail: String
  public var at: Timestamp
  /// Whether somebody could be asked at all.
  public var hasSource = true

  public init(_ state: State, _ detail: String, at: Timestamp, hasSource: Bool = true) {
    self.state = state
    // Receipts are hashed as text that other programs write too: one spelling, ASCII.
    self.detail = String(String.UnicodeScalarView(UntrustedText.clean(detail, limit: 1000).unicodeScalars.map { $0.isASCII ? $0 : "?" }))
    self.at = at
    self.hasSource = hasSource
  }

  /// As it should be, or nobody to ask.
  public var isSettled: Bool { state == .gone || state == .completed || !hasSource }

  var json: JSONValue { ["state": .string(state.rawValue), "detail": .string(detail), "at": JSONValue(at)] }
}

/// The five things that are read back before a deletion is called verified.
public struct DeletionLegs: Hashable, Codable, Sendable {
  public var cascade: DeletionLeg
  public var roster: DeletionLeg
  public var instances: DeletionLeg
  public var dns: DeletionLeg
  public var audit: DeletionLeg

  public init(cascade: DeletionLeg, roster: DeletionLeg, instances: DeletionLeg, dns: DeletionLeg, audit: DeletionLeg) {
    self.cascade = cascade
    self.roster = roster
    self.instances = instances
    self.dns = dns
    self.audit = audit
  }

  /// Nothing was read.
  public init(unread why: String, at now: Timestamp) {
    let leg = DeletionLeg(.unknown, why, at: now)
    self.init(cascade: leg, roster: leg, instances: leg, dns: leg, audit: leg)
  }

  /// In the order in which they are told.
  public var all: [(name: String, leg: DeletionLeg)] {
    [("cascade", cascade), ("roster", roster), ("instances", instances), ("dns", dns), ("audit", audit)]
  }

  public var areSettled: Bool { all.allSatisfy(\.leg.isSettled) }
  /// Legs that nobody could be asked about.
  public var unread: [String] { all.filter { !$0.leg.hasSource }.map(\.name) }

  public var json: JSONValue { .object(all.map { .init($0.name, $0.leg.json) }) }
}

extension DeletionReading {
  /// Gone only if the list lacks the id and the control plane itself says that there is no such org. Another org that took the name
  /// meanwhile is told from this one by its id, in both places.
  func rosterLeg(of org: OrgID) -> DeletionLeg {
    switch (roster, existence) {
    case (.listed(let row?, _), _) where row.status != .purged:
      return DeletionLeg(.present, "the roster still lists it (\(row.status?.text ?? "no status"))", at: at)
    case (_, .exists(org)): return DeletionLeg(.present, "boot-events still knows it", at: at)
    case (.listed(_, nil), .absent): return DeletionLeg(.gone, "not in the roster, and boot-events says that there is no such org", at: at)
    case (.listed(_, let other?), .exists(let id)) where id == other:
      return DeletionLeg(.gone, "not in the roster; its name belongs to another org now, \(other)", at: at)
    case (.listed(_, let other?), _):
      return DeletionLeg(.unknown, "not in the roster; another org, \(other), has its name, which boot-events does not confirm", at: at)
    case (.listed, .exists): return DeletionLeg(.unknown, "not in the roster, but boot-events answers for its name", at: at)
    case (.listed, .unknown(let why)): return DeletionLeg(.unknown, "not in the roster, but not confirmed: \(why)", at: at)
    case (.partial(let why, let holdsOrg), _):
      return holdsOrg ? DeletionLeg(.present, "the roster still lists it", at: at) : DeletionLeg(.unknown, "roster: \(why)", at: at)
    case (.failed(let why), _): return DeletionLeg(.unknown, why, at: at)
    }
  }

  var instancesLeg: DeletionLeg {
    switch machines {
    case .notConfigured: return DeletionLeg(.unknown, "not read: EC2 is not configured", at: at, hasSource: false)
    case .found(let machines, let unread):
      if !machines.isEmpty {
        var cost = Money()
        for machine in machines { cost.add(machine.hourly) }
        let list = machines.map { machine in
          let price = machine.hourly.map { ", $\(Self.figure($0))/h" } ?? ""
          return "\(machine.id) (\(machine.type ?? "?"), \(machine.region), \(machine.state.text)\(price))"
        }
        let total = cost.exact.map { "; $\(Self.figure($0))/h" } ?? ""
        return DeletionLeg(.present, "\(machines.count) left: \(list.joined(separator: ", "))\(total)", at: at)
      }
      if !unread.isEmpty { return DeletionLeg(.unknown, unread.joined(separator: "; "), at: at) }
      return DeletionLeg(.gone, "no machine of the org in any configured region", at: at)
    }
  }

  var namesLeg: DeletionLeg {
    switch names {
    case .notConfigured: return DeletionLeg(.unknown, "not read: no DNS source is configured", at: at, hasSource: false)
    case .failed(let why): return DeletionLeg(.unknown, why, at: at)
    case .found(let names) where names.isEmpty: return DeletionLeg(.gone, "no name of the org in the zone", at: at)
    case .found(let names):
      if case .listed(_, let other?) = roster {
        return DeletionLeg(.unknown, "\(names.joined(separator: ", ")): may be the other org's, \(other)", at: at)
      }
      return DeletionLeg(.present, names.joined(separator: ", "), at: at)
    }
  }

  private static func figure(_ dollars: Double) -> String { "\((dollars * 10_000).rounded() / 10_000)" }
}
