/// What the fleet should be asked next: which tenants and which other sources and how often, which workspaces' streams are worth having and why,
/// which tokens to read.
/// The fleet says it, those who ask compare it with what they have open and carry out the difference (`docs/decisions/0011-wants.md`).
///
/// There is no clock in it. A want says by what rhythm something is asked, counted from the last answer, and a number that grows says that it is
/// wanted once beyond that. Whoever carries it out measures with a clock that only goes forward, so that a jump of the wall clock neither stops
/// nor hastens anything; and since a want is a rhythm and not an order, the polls go on by themselves, pauses that a service asks for and all,
/// however long the thread that owns the fleet takes to say something newer. Such a thread that stands still delays no poll; what waits for it is
/// only what could not be known without it: that something else is worth asking.
public struct Wants: Hashable, Sendable {
  /// What concerns all.
  public struct Common: Hashable, Sendable {
    /// Seconds between two questions to a tenant at rest.
    public var interval = TenantSchedule.interval(tenants: 0, hearsFeed: false)
    /// Grows whenever everything is wanted as soon as may be, beyond the rhythms: somebody asked for it.
    public internal(set) var readings: UInt64 = 0
    /// Grows whenever everything is wanted anew because the fleet feed lost something. That may happen with each event: not each is a reading.
    public internal(set) var gaps: UInt64 = 0

    public init() {}
  }

  public internal(set) var common = Common()
  public internal(set) var tenants: [OrgID: TenantWant] = [:]
  public internal(set) var streams: [WorkspaceID: StreamWant] = [:]
  public internal(set) var polls: [Poll: PollWant] = [:]

  /// What became otherwise: of a large fleet nearly everything stays as it is.
  public struct Changes: Hashable, Sendable {
    /// `nil`: as it was.
    public var common: Common?
    /// `nil` in them: no longer wanted.
    public var tenants: [OrgID: TenantWant?] = [:]
    public var streams: [WorkspaceID: StreamWant?] = [:]
    public var polls: [Poll: PollWant?] = [:]

    public init() {}

    public var isEmpty: Bool { common == nil && tenants.isEmpty && streams.isEmpty && polls.isEmpty }

    /// Takes in what became otherwise after that.
    public mutating func merge(_ later: Changes) {
      common = later.common ?? common
      tenants.merge(later.tenants) { _, later in later }
      streams.merge(later.streams) { _, later in later }
      polls.merge(later.polls) { _, later in later }
    }
  }

  mutating func apply(_ changes: Changes) {
    common = changes.common ?? common
    for (org, want) in changes.tenants { tenants[org] = want }
    for (id, want) in changes.streams { streams[id] = want }
    for (poll, want) in changes.polls { polls[poll] = want }
  }
}

/// That a tenant is asked for its list.
public struct TenantWant: Hashable, Sendable {
  public enum Token: Hashable, Sendable {
    /// None was read yet.
    case first
    /// The one that was read counts.
    case held
    /// It was refused: it may have been rotated. Not at each refusal: a good one is refused too while the tenant's database is away (captured).
    case anew
  }

  public let org: OrgID
  public let slug: Slug
  /// Grows with each time that the org comes to have a tenant: an answer to a question of an earlier one is nobody's.
  public let visit: UInt64
  /// Grows whenever its list is wanted as soon as may be, beyond the rhythm: something happened that it tells more of.
  public internal(set) var readings: UInt64 = 0
  public internal(set) var rhythm: PollRhythm
  public internal(set) var token = Token.first
  /// Whether it is asked for its own subsystems too.
  public internal(set) var asksSubsystems = true
  /// The status of each workspace whose reason is known.
  public internal(set) var explained: [WorkspaceID: WorkspaceStatus] = [:]

  /// Those of its list's rows of which nobody read yet why they are in their status.
  public func unexplained(_ rows: [WorkspaceRow]) -> [WorkspaceRow] { rows.filter { explained[$0.id] != $0.status } }
}

/// When a tenant is asked again after an answer, and after failures. A little apart from the others, so that a fleet isn't asked in beats.
public struct PollRhythm: Hashable, Sendable {
  /// Seconds between two questions where it is asked more closely than one at rest: it is on the screen, waited for, or something boots there
  /// that nothing tells of. `nil`: it is at rest.
  public internal(set) var close: Double?
  /// Somebody waits for its answer.
  public internal(set) var isAwaited = false
  /// The tenant's own, in 0..<1.
  public let phase: Double

  init(of org: OrgID) {
    // FNV-1a: the same in every run.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in org.rawValue.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    phase = Double((hash ^ hash >> 32) & 0xffff) / 65_536
  }

  /// Seconds from an answer to the next question. - Parameter interval: of one at rest.
  public func wait(afterAnswer interval: Double) -> Double { min(close ?? interval, interval) * (0.9 + phase / 5) }

  /// Seconds from the last of so many failures in a row to the next question. - Parameter pause: that the tenant asked for.
  public func wait(afterFailures failures: Int, pause: Double?) -> Double {
    TenantSchedule.next(afterFailures: failures, pause: pause, isAwaited: isAwaited, random: phase)
  }
}

/// That a workspace's stream is open.
public struct StreamWant: Hashable, Sendable {
  /// What comes first in the order in which there is room.
  public enum Reason: Int, Hashable, Sendable, CaseIterable {
    /// Somebody waits for it.
    case awaited
    case boots
    /// It failed, degraded, or is on its way somewhere else.
    case unsettled
    case shown
    /// It stands still, and everything is listened to.
    case everything
    /// Its tenant refuses its streams, all of them since they share its token: this one is tried now and then, the others wait for it.
    case probe
  }

  public let org: OrgID
  public let slug: Slug
  /// Of its tenant.
  public let visit: UInt64
  public internal(set) var reason: Reason
  /// Grows whenever one that was refused is to be tried again.
  public internal(set) var tries: UInt64 = 0
  /// Seconds to wait before that.
  public internal(set) var pause = 0.0
  /// It is online, so that it beats (contract §3.1): silence on its stream is a dead connection, or a finding.
  public internal(set) var beats = false
}
