// What is known of who tells something: whether it answers, and whether it is reached at all.

extension Fleet {
  /// Takes in what an event says by coming at all, whatever it says.
  mutating func hear(_ event: FleetEvent) {
    for source in sourceTable.hear(event) { markChanged(source) }
    guard event.source == .feed, event.change.changesWhatIsHeard else { return }
    keepFloors(at: event.at)
    markChanged(.feed)
  }

  mutating func noteExpectation(_ pollInterval: Double?, _ event: FleetEvent) {
    let isStream = pollInterval == nil
    // It may be stale sooner or later from now on.
    if sources[event.source]?.pollInterval != pollInterval || sources[event.source]?.isStream != isStream {
      keepFloors(toldBy: event.source, at: event.at)
    }
    sourceTable.update(event.source) { record in
      record.pollInterval = pollInterval
      record.isStream = isStream
    }
    markChanged(event.source)
  }

  // MARK: - Answers and failures

  mutating func noteComplete(_ event: FleetEvent) {
    let hadFailed = sources[event.source].map { $0.failure != nil } ?? false
    let wasComplete = sources[event.source]?.freshness(at: event.at).state == .complete
    sourceTable.update(event.source) { $0.succeed(at: event.asked ?? event.at) }
    changes.sources.insert(event.source)
    if !wasComplete { changes.turned = true }
    if hadFailed { record(event, .sourceRecovered, data: .object([])) }
  }

  mutating func notePartial(_ reason: String, _ event: FleetEvent) {
    sourceTable.update(event.source) { $0.succeedPartly(at: event.asked ?? event.at, because: reason) }
    markChanged(event.source)
  }

  mutating func noteFailure(_ reason: String, _ event: FleetEvent) {
    let before = sources[event.source]?.failure
    sourceTable.update(event.source) { $0.fail(at: event.at, because: reason) }
    markChanged(event.source)
    if before != reason { record(event, .sourceFailed, data: ["reason": .string(reason)]) }
  }

  mutating func noteLack(of part: SourcePart, _ reason: String, _ event: FleetEvent) {
    let known = sources[event.source]?.lacks[part]
    sourceTable.update(event.source) { $0.lacks[part] = SourceLack(since: known?.since ?? event.at, reason: reason) }
    markChanged(event.source)
    if known == nil { record(event, .sourceFailed, data: ["reason": .string(reason), "part": .string(part.rawValue)]) }
  }

  /// The part came.
  mutating func noteOffered(_ part: SourcePart, _ event: FleetEvent) {
    guard sources[event.source]?.lacks[part] != nil else { return }
    sourceTable.update(event.source) { $0.lacks[part] = nil }
    markChanged(event.source)
    record(event, .sourceRecovered, data: ["part": .string(part.rawValue)])
  }

  mutating func noteNotOffered(_ reason: String, _ event: FleetEvent) {
    sourceTable.update(event.source) { $0.lack(because: reason, at: event.at) }
    markChanged(event.source)
  }

  // MARK: - Streams

  mutating func noteOpening(of workspace: WorkspaceID?, _ event: FleetEvent) {
    endGap(of: workspace, event)
    if let workspace {
      tenants.openStream(of: workspace, at: event.at)
      changes.workspaces.insert(workspace)
      noteOffered(.streams, event)
    } else if event.source == .feed {
      sourceTable.update(event.source) { $0.open(at: event.at) }
      noteComplete(event)
    }
  }

  mutating func noteClosing(of workspace: WorkspaceID?, _ event: FleetEvent) {
    if let workspace {
      keepFloor(of: .workspace(workspace), at: event.at)
      tenants.closeStream(of: workspace, at: event.at)
      changes.workspaces.insert(workspace)
    } else {
      if sources[event.source] != nil { sourceTable.update(event.source) { $0.close(at: event.at) } }
      markChanged(event.source)
    }
  }

  mutating func noteGap(_ reason: String, _ workspace: WorkspaceID?, _ event: FleetEvent) {
    if let workspace {
      tenants.update(workspace) { $0.listening.missed(at: event.at) }
    } else if sources[event.source]?.isStream == true {
      sourceTable.update(event.source) { $0.openedAt = event.at }
    }
    record(event, .gap, workspace: workspace, data: ["reason": .string(reason)])
    if workspace != nil || sources[event.source]?.isStream == true { eventLog.noteGap(of: workspace) }
  }

  private mutating func endGap(of stream: WorkspaceID?, _ event: FleetEvent) {
    let brokenAt = stream.map { workspaces[$0]?.listening.brokenAt } ?? sources[event.source]?.lostSince
    if let line = eventLog.endGap(of: stream, brokenAt: brokenAt, at: event.at) { changes.lines.insert(line) }
  }

  /// Takes over how a source of another environment stands, with `reason` for its trouble: for documents that name a source once.
  public mutating func adopt(_ source: Source, _ record: SourceRecord, reason: String?) {
    sourceTable.update(source) { known in
      known = record
      if known.failure != nil { known.failure = reason }
      if known.partialReason != nil { known.partialReason = reason }
    }
  }
}

extension SourceRecord {
  mutating func succeed(at moment: Timestamp) {
    lastComplete = max(lastComplete ?? moment, moment)
    lastPartial = nil
    partialReason = nil
    lastFailure = nil
    failure = nil
    notOffered = nil
    lostSince = nil
  }

  mutating func succeedPartly(at moment: Timestamp, because reason: String) {
    lastPartial = max(lastPartial ?? moment, moment)
    partialReason = reason
    lastFailure = nil
    failure = nil
    notOffered = nil
    lostSince = nil
  }

  mutating func fail(at moment: Timestamp, because reason: String) {
    lastFailure = moment
    failure = reason
    close(at: moment)
    if lostSince.map({ $0 < lastData ?? $0 }) ?? true { lostSince = moment }
  }

  /// Its service has no such thing: that is no failure.
  mutating func lack(because reason: String, at moment: Timestamp) {
    notOffered = reason
    failure = nil
    lastFailure = nil
    lostSince = nil
    close(at: moment)
  }

  /// Its stream is open. One that resumed lost nothing; one that did not is followed by a gap.
  mutating func open(at moment: Timestamp) {
    isOpen = true
    isStream = true
    openedAt = openedAt ?? moment
  }

  /// Its stream ended: until now it was heard.
  mutating func close(at moment: Timestamp) {
    guard isOpen else { return }
    isOpen = false
    if isStream { lastComplete = max(lastComplete ?? moment, moment) }
    lostSince = moment
  }
}
