/// Tells a source that fails from a way that is cut. What fails while others answer is the source's own trouble; where several begin to fail
/// and nothing has answered since, it is likelier that nothing is reached from here.
///
/// A pure state machine: answers and failures in, each with the time of its arrival.
public struct Reach: Sendable {
  /// Nothing is reached from here.
  public struct CutOff: Hashable, Sendable {
    public enum Scope: Hashable, Sendable {
      /// No source answers.
      case everything
      /// Neither the control plane nor any tenant does; AWS, DNS or the database do.
      case platform
    }

    public var scope: Scope
    /// When the last answer came; `nil`: none ever did.
    public var since: Timestamp?
    /// When enough had failed to say so.
    public var noticedAt: Timestamp

    public func covers(_ source: Source) -> Bool { scope == .everything || source.isPlatform }
  }

  /// Sources of which one that answers shows that the others could be reached.
  private struct Circle {
    var lastWord: Timestamp?
    /// Those that began to fail after it.
    var lost: Set<Source> = []

    mutating func hear(at moment: Timestamp) {
      lastWord = max(lastWord ?? moment, moment)
      if !lost.isEmpty { lost = [] }
    }

    /// One that fails may be at fault itself.
    var isSilent: Bool { lost.count > 1 }
  }

  public private(set) var cutOff: CutOff?
  private var everything = Circle()
  private var platform = Circle()
  /// Those whose last word is a failure.
  private(set) var failing: Set<Source> = []
  /// Those that failed while we were cut off and were not asked since: of them it isn't known whether they do.
  private(set) var unproven: Set<Source> = []

  /// Of the platform, several of those that began to fail one after another while nothing of it answered: whether it is they or the way isn't
  /// known before the next answer.
  var doubtful: Set<Source> { platform.isSilent ? platform.lost : [] }

  /// It answered, whatever it said. - Returns: whether we are no longer, or otherwise, cut off.
  mutating func heard(_ source: Source, at moment: Timestamp) -> Bool {
    everything.hear(at: moment)
    if source.isPlatform { platform.hear(at: moment) }
    // Where nothing fails, nothing is cut off.
    guard !failing.isEmpty else { return false }
    failing.remove(source)
    unproven.remove(source)
    return settle(at: moment)
  }

  /// It could not be asked, or refused. - Returns: whether we are cut off, or otherwise than before.
  mutating func missed(_ source: Source, at moment: Timestamp) -> Bool {
    // The feed is the control plane's own: that both fail is one failure.
    guard source != .feed else { return false }
    unproven.remove(source)
    if failing.insert(source).inserted {
      everything.lost.insert(source)
      if source.isPlatform { platform.lost.insert(source) }
    }
    return settle(at: moment)
  }

  /// There is no such source any more.
  mutating func forget(_ source: Source) {
    failing.remove(source)
    unproven.remove(source)
    everything.lost.remove(source)
    platform.lost.remove(source)
  }

  private mutating func settle(at moment: Timestamp) -> Bool {
    let before = cutOff
    if !failing.contains(.controlPlane) {
      cutOff = nil
    } else if everything.isSilent {
      cutOff = CutOff(scope: .everything, since: everything.lastWord, noticedAt: before?.noticedAt ?? moment)
    } else if platform.isSilent {
      cutOff = CutOff(scope: .platform, since: platform.lastWord, noticedAt: before?.noticedAt ?? moment)
    } else {
      cutOff = nil
    }
    guard let before, cutOff?.scope != before.scope else { return cutOff != before }
    for source in failing where before.covers(source) && cutOff?.covers(source) != true { unproven.insert(source) }
    return true
  }
}

extension Source {
  /// The control plane, its feed, or a tenant: what one way leads to.
  var isPlatform: Bool {
    switch self {
    case .controlPlane, .feed, .tenant: true
    case .database, .dns, .ec2, .here: false
    }
  }
}

extension FleetEvent.Change {
  /// Whether it shows that its source was reached. What comes along with a refusal as well shows nothing.
  var isWord: Bool {
    switch self {
    case .roster, .purges, .bootEvents, .orgAbsent, .workspaces, .storedEvents, .subsystems, .instances, .answered, .zone, .databaseRows,
      .streamed, .streamOpened, .notOffered:
      true
    default: false
    }
  }

  /// An event of a workspace's stream, or what became of one.
  var isOfStream: Bool {
    switch self {
    case .streamed, .gap: true
    default: false
    }
  }
}

extension Fleet {
  /// That nothing is reached from here; `nil` while something is.
  public var cutOff: Reach.CutOff? { reach.cutOff }

  /// As its own record has it, and what is known of the way to it.
  func corrected(_ freshness: Freshness, of source: Source) -> Freshness {
    if let cutOff = reach.cutOff, cutOff.covers(source), freshness.state == .complete || freshness.state == .partial {
      let since = cutOff.since.map { " since \($0)" } ?? ""
      return Freshness(
        state: .stale, at: freshness.at.map { min($0, cutOff.noticedAt) }, problem: "nothing is reached from here\(since)")
    }
    if freshness.state == .failed, reach.unproven.contains(source) {
      return Freshness(state: .stale, at: freshness.at, problem: "not asked since the way to it is open again")
    }
    return freshness
  }

  // MARK: - What can no longer be leaned on

  /// Since when what a source said is old: `nil` while it is fresh, and where it never said anything.
  func lostAt(_ source: Source, at now: Timestamp) -> Timestamp? {
    guard let record = sources[source], record.lastData != nil else { return nil }
    let own = record.lostAt(at: now)
    guard let cutOff = reach.cutOff, cutOff.covers(source) else { return own }
    return min(own ?? cutOff.noticedAt, cutOff.noticedAt)
  }

  /// When a source that can't be leaned on any more was last heard; `nil` while it can, and where it never said anything.
  public func lastWord(of source: Source, at now: Timestamp) -> Timestamp? {
    let freshness = freshness(of: source, at: now)
    return freshness.state == .stale || freshness.state == .failed ? freshness.at : nil
  }

  /// The sources that tell of a boot, and of the org or workspace that it brings up: any of them is enough.
  private func tellers(of target: BootTarget) -> [Source] {
    switch target {
    case .tenant: [.controlPlane, .feed]
    case .workspace(let id): workspaces[id].flatMap { orgs[$0.orgID] }.map { [.tenant($0.slug), .feed] } ?? [.feed]
    }
  }

  /// Since when nothing that is new would be heard of it; `nil` while it would, and where nobody ever told of it.
  func lostAt(_ target: BootTarget, at now: Timestamp) -> Timestamp? {
    if case .workspace(let id) = target, openStreams.contains(id) { return reach.cutOff?.noticedAt }
    var latest: Timestamp?
    for source in tellers(of: target) where sources[source]?.lastData != nil {
      guard let lost = lostAt(source, at: now) else { return nil }
      latest = max(latest ?? lost, lost)
    }
    return latest
  }

  /// When something was last told of it, where nothing is any more.
  public func lastWord(of target: BootTarget, at now: Timestamp) -> Timestamp? {
    guard lostAt(target, at: now) != nil else { return nil }
    return tellers(of: target).compactMap { freshness(of: $0, at: now).at }.max()
  }
}

extension SourceRecord {
  /// When the newest data that is kept was answered.
  var lastData: Timestamp? { [lastComplete, lastPartial].compactMap { $0 }.max() }

  /// Since when it can't be leaned on: it failed, its stream closed, or its answer grew old.
  func lostAt(at now: Timestamp) -> Timestamp? {
    let state = freshness(at: now).state
    guard state == .stale || state == .failed, let lastData else { return nil }
    let since = lostSince.flatMap { $0 >= lastData ? $0 : nil }
    if isStream { return since ?? lastData }
    // An answer that wasn't whole is partial, however old it is, until something fails.
    let aged = lastPartial == nil ? lastData + staleAfter : nil
    return [since, aged].compactMap { $0 }.min() ?? lastData
  }
}
