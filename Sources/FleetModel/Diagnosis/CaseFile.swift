/// What was read about one org or workspace because somebody asked why: never kept in the fleet. Empty, rules judge from the fleet alone.
public struct CaseFile: Sendable {
  /// An answer that may not have come.
  public enum Reading<Value: Sendable>: Sendable {
    case notAsked
    case read(Value, at: Timestamp)
    /// 404, 405 or 501: there is no such thing there.
    case notOffered(String)
    case failed(String)

    public var value: Value? { if case .read(let value, _) = self { value } else { nil } }
    public var readAt: Timestamp? { if case .read(_, let at) = self { at } else { nil } }
    /// Why there is no answer to a question that was asked.
    public var problem: String? {
      switch self {
      case .notAsked, .read: nil
      case .notOffered(let why), .failed(let why): why
      }
    }
    public var hasFailed: Bool { if case .failed = self { true } else { false } }
  }

  /// How much of a bounded thing is used.
  public struct Gauge: Hashable, Sendable {
    public var used: Int
    public var limit: Int

    public init(used: Int, limit: Int) {
      self.used = used
      self.limit = limit
    }

    public var share: Double { limit > 0 ? Double(used) / Double(limit) : 1 }
    /// Critical at 95 %, warning at 80 %.
    public var severity: Finding.Severity? { share >= 0.95 ? .critical : share >= 0.8 ? .warning : nil }
  }

  /// What a workspace did of late.
  public struct Activity: Hashable, Sendable {
    /// `nil`: it never did anything.
    public var last: Timestamp?
    /// The newest one's error, where that went wrong.
    public var lastError: Failure?

    public struct Failure: Hashable, Sendable {
      public var text: String
      public var at: Timestamp?

      public init(text: String, at: Timestamp?) {
        self.text = text
        self.at = at
      }
    }

    public init(last: Timestamp?, lastError: Failure? = nil) {
      self.last = last
      self.lastError = lastError
    }
  }

  /// Every boot event that the control plane holds for the org.
  public var bootEvents: Reading<[BootEventRow]> = .notAsked
  /// A free-form document (contract §1.7).
  public var diagnostics: Reading<JSONValue> = .notAsked
  /// What the tenant recorded: its newest hundred and those of workspaces whose state these don't explain, or one workspace's newest hundred.
  public var events: Reading<[StoredEventRow]> = .notAsked
  /// Console lines: cleaned, secrets masked.
  public var consoles: [WorkspaceID: Reading<[String]>] = [:]
  public var activity: [WorkspaceID: Reading<Activity>] = [:]
  /// The tenant's layers from outside.
  public var probe: TenantProbeReport?
  /// Records of the DNS zone.
  public var dnsRecords: Reading<Gauge> = .notAsked
  /// Whether the purges could be read.
  public var purges: Reading<Int> = .notAsked

  public init() {}
}

/// What a tenant's name, handshake and platform answered, from outside, layer by layer (contract §6.5).
public struct TenantProbeReport: Hashable, Sendable {
  public enum Layer: String, Hashable, Sendable, CaseIterable {
    case dns, tls, http, routes
  }

  /// How far a request gets.
  public var failure: (layer: Layer, why: String)? {
    for layer in Layer.allCases { if let why = failures[layer] { return (layer, why) } }
    return nil
  }
  public var failures: [Layer: String]
  /// Whether it answered that there were too many requests: that tells neither well nor ill of it.
  public var isLimited: Bool
  public var at: Timestamp

  public init(failures: [Layer: String], isLimited: Bool = false, at: Timestamp) {
    self.failures = failures
    self.isLimited = isLimited
    self.at = at
  }
}
