/// One thing that needs a human: what, how bad, what proves it, what to do.
public struct Finding: Hashable, Sendable {
  /// What `explain` and `snapshot` call it (`docs/findings.md`); never renamed.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    case bootEventsMissing = "boot-events-missing"
    case bootedNeverRegistered = "booted-never-registered"
    case runtimeCrashed = "runtime-crashed"
    case envMissing = "env-missing"
    case provisionTimeout = "provision-timeout"
    case stillInstalling = "still-installing"
    case provisionFailed = "provision-failed"
    case tunnelOrDNSFailed = "tunnel-or-dns-failed"
    case tenantUnreachable = "tenant-unreachable"
    case platformDatabaseDown = "platform-database-down"
    case rateLimited = "rate-limited"
    case dnsQuotaFull = "dns-quota-full"
    case vcpuQuotaFull = "vcpu-quota-full"
    case provisionerDisabled = "provisioner-disabled"
    case wedged
    case agentError = "agent-error"
    case phantomBusy = "phantom-busy"
    case subsystemSilent = "subsystem-silent"
    case heartbeatStale = "heartbeat-stale"
    case statusDisagrees = "status-disagrees"
    case purgeFailed = "purge-failed"
    case purgeOld = "purge-old"
    case deletionLeftMachines = "deletion-left-machines"
    case clockSkew = "clock-skew"
    case bootLate = "boot-late"
    case cutOff = "cut-off"
    case sourceOverreach = "source-overreach"
    case streamsRefused = "streams-refused"

    /// How far down the chain of causes: 0 explains what has 1, and that what has 2.
    var depth: Int {
      switch self {
      case .cutOff, .bootEventsMissing, .bootedNeverRegistered, .runtimeCrashed, .envMissing, .dnsQuotaFull, .vcpuQuotaFull,
        .provisionerDisabled, .wedged, .platformDatabaseDown:
        0
      case .tunnelOrDNSFailed: 1
      default: 2
      }
    }
  }

  public enum Severity: String, Hashable, Sendable, Comparable {
    case info, warning, critical

    private var rank: Int {
      switch self {
      case .info: 0
      case .warning: 1
      case .critical: 2
      }
    }
    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    /// Of the most urgent findings of this severity; ten more are those of the next. See ``Finding/urgency``.
    var urgency: Int { (2 - rank) * 10 }
    /// Of what is as bad and told by no finding: after those that are.
    public var urgencyUnfound: Int { urgency + 9 }
  }

  public enum Target: Hashable, Comparable, Sendable {
    case org(OrgID)
    case workspace(WorkspaceID)
    /// The environment as a whole: a quota, a clock, a deletion whose org is gone.
    case fleet
  }

  /// One fact and who stated it.
  public struct Evidence: Hashable, Sendable {
    /// The component: a source's name, `console`, `boot events`.
    public var by: String
    public var at: Timestamp?
    /// One line.
    public var says: String

    public init(_ by: String, _ says: String, at: Timestamp? = nil) {
      self.by = by
      self.at = at
      self.says = says.onOneLine
    }

    public var line: String { (at.map { "\($0) " } ?? "") + "\(by): \(says)" }
  }

  public var code: Code
  public var severity: Severity
  public var target: Target
  /// One line.
  public var summary: String
  public var evidence: [Evidence]
  /// What could have been proof and could not be read, and why.
  public var unchecked: [String]
  public var step: NextStep
  public var disproof: Disproof?
  /// When what it is judged from was last heard, where it can't be judged anew: it is as it was known then.
  public internal(set) var asOf: Timestamp?

  public init(
    _ code: Code, _ severity: Severity, of target: Target, _ summary: String, evidence: [Evidence], unchecked: [String] = [],
    nextStep: NextStep, disproof: Disproof? = nil
  ) {
    self.code = code
    self.severity = severity
    self.target = target
    self.summary = summary.onOneLine
    self.evidence = evidence
    self.unchecked = unchecked
    step = nextStep
    self.disproof = disproof
  }

  /// The smaller the sooner it wants a look: by severity, then a cause before what follows from it.
  public var urgency: Int { severity.urgency + code.depth }

  /// What to do, as documents have it.
  public var nextStep: String { step.text }

  /// Every line of proof, and what could not be checked.
  public var evidenceLines: [String] { evidence.map(\.line) + unchecked.map { "could not check: \($0)" } }
}

extension Finding.Evidence {
  /// How a machine stands, as EC2 told it at `readAt`, or the fleet feed.
  init(_ machine: Instance, readAt: Timestamp?, now: Timestamp) {
    let row = machine.row
    self.init(
      row.knownRegion.map { "ec2:\($0)" } ?? "feed",
      "\(row.id) is \(row.state.text)" + (row.launchedAt.map { ", launched \(Spoken.duration(now - $0)) ago" } ?? ""), at: readAt)
  }
}

extension [Finding] {
  /// The worst first; of equals a cause before what follows from causes, then the one that more facts speak for.
  public var ranked: [Finding] {
    let order = Dictionary(uniqueKeysWithValues: Finding.Code.allCases.enumerated().map { ($1, $0) })
    return enumerated().sorted { left, right in
      let (a, b) = (left.element, right.element)
      if a.severity != b.severity { return a.severity > b.severity }
      if a.code.depth != b.code.depth { return a.code.depth < b.code.depth }
      if a.evidence.count != b.evidence.count { return a.evidence.count > b.evidence.count }
      let places = (order[a.code] ?? 0, order[b.code] ?? 0)
      return places.0 != places.1 ? places.0 < places.1 : left.offset < right.offset
    }.map(\.element)
  }
}
