/// What each source answered and when it failed, its clock, and the way to all of them. How they stand by that is in the ``SourceBook``.
struct Sources: Sendable {
  private(set) var records: [Source: SourceRecord] = [:]
  /// How far each service's clock was from this machine's when it last answered.
  private(set) var clocks: [Source: Fleet.ClockReading] = [:]
  /// How much each says.
  private(set) var activities: [Source: SourceActivity] = [:]
  private(set) var streamActivity = SourceActivity()
  /// The regions that are asked for machines.
  private(set) var regions: Set<Region> = []
  /// Whether anything is reached from here.
  private(set) var reach = Reach()

  /// Changes a source's record where it stands, or a new one.
  mutating func update(_ source: Source, _ change: (inout SourceRecord) -> Void) { change(&records[source, default: SourceRecord()]) }

  /// There is no such source any more.
  mutating func remove(_ source: Source) {
    records[source] = nil
    activities[source] = nil
    reach.forget(source)
  }

  mutating func noteClock(of source: Source, _ reading: Fleet.ClockReading) { clocks[source] = reading }

  /// Takes in what an event says by coming at all: of its region, and of the way to its source.
  /// - Returns: the sources that can be leaned on no longer, or again.
  mutating func hear(_ event: FleetEvent) -> Set<Source> {
    if case .ec2(let region) = event.source { regions.insert(region) }
    activities[event.source, default: SourceActivity()].note(event)
    if case .tenant = event.source, event.change.isOfStream { streamActivity.note(event) }
    let doubtful = reach.doubtful
    // Now that it was asked, what it says is its own.
    var turned: Set<Source> = reach.unproven.contains(event.source) ? [event.source] : []
    let isOtherwiseCutOff: Bool
    if case .failed = event.change {
      isOtherwiseCutOff = reach.missed(event.source, at: event.at)
    } else if event.change.isWord {
      isOtherwiseCutOff = reach.heard(event.source, at: event.at)
    } else {
      return turned
    }
    turned.formUnion(doubtful.symmetricDifference(reach.doubtful))
    if isOtherwiseCutOff { turned.formUnion(records.keys) }
    return turned
  }

  func checkInvariants() -> [String] {
    records.filter { $0.value.isOpen && $0.value.openedAt == nil }.map { "\($0.key) is open since no time" }
  }
}
