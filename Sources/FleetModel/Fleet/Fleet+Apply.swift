extension Fleet {
  /// Takes one event in. The only door through which the fleet changes.
  ///
  /// A list that is whole is *reconciled* with what is known, since it also tells what is gone; anything else is *noted*.
  public mutating func apply(_ event: FleetEvent) {
    guard let event = admitted(event) else { return }
    notePlanned(event)
    hear(event)
    guard !isOvertaken(event) else { return }
    switch event.change {
    case .configured(let settings): configure(settings)
    case .learned(let boots): relearn(boots, at: event.at)
    case .sighted(let orgs): adopt(orgs)
    case .expected(let pollInterval): noteExpectation(pollInterval, event)
    case .roster(let rows, let limit, let unreadable): reconcileRoster(rows, limit, unreadable, event)
    case .orgAbsent(let slug): noteAbsence(of: slug, event)
    case .subsystems(let org, let rows): noteSubsystems(rows, of: org, event)
    case .purges(let rows): notePurges(rows, event)
    case .bootEvents(let org, let rows): noteBootEvents(rows, of: org, event)
    case .workspaces(let org, let rows): reconcileWorkspaces(rows, of: org, event)
    case .storedEvents(let org, let rows): noteStoredEvents(rows, of: org)
    case .instances(let rows, let complete, let problem): reconcileMachines(rows, complete, problem, event)
    case .resources(let read): noteResources(read, event)
    case .vcpuLimit(let limit, let problem): noteVCPULimit(limit, problem, event)
    case .zone(let reading): noteZone(reading, event)
    case .answered: noteComplete(event)
    case .databaseRows(let rows): noteDatabase(rows, event)
    case .clock(let offset): noteClock(offset, event)
    case .streamed(let streamed): noteStreamed(streamed, event)
    case .streamOpened(let workspace): noteOpening(of: workspace, event)
    case .streamClosed(let workspace): noteClosing(of: workspace, event)
    case .gap(let reason, let workspace): noteGap(reason, workspace, event)
    case .failed(let reason): noteFailure(reason, event)
    case .lacking(let part, let reason): noteLack(of: part, reason, event)
    case .notOffered(let reason): noteNotOffered(reason, event)
    case .deletionPlanned(let org, let slug): notePlan(of: org, slug, event)
    // They share the tenant's token: where one is refused, all are.
    case .streamRefused(_, let reason): noteLack(of: .streams, "its streams are refused: \(reason)", event)
    case .tokenRead, .tokenRefused: break
    case .deletion(let report): noteDeletion(report, event)
    case .receipts(let receipts): noteReceipts(receipts)
    }
  }

  /// Whether a later question than this event's was answered already: then what it brings is old. Else it is the newest answer itself.
  private mutating func isOvertaken(_ event: FleetEvent) -> Bool {
    switch event.change {
    case .roster, .workspaces, .instances, .zone, .databaseRows:
      if isLate(event) { return true }
      sourceTable.update(event.source) { $0.epoch = event.epoch }
      return false
    // A stream that broke answers no question.
    case .failed: return event.asked != nil && isLate(event)
    default: return false
    }
  }

  /// What answers no question is older than any answer.
  private func isLate(_ event: FleetEvent) -> Bool {
    guard let newest = sources[event.source]?.epoch else { return false }
    return event.epoch.map { $0 < newest } ?? true
  }

  // MARK: - What changed

  /// Something of the source looks different now.
  mutating func markChanged(_ source: Source) {
    changes.sources.insert(source)
    changes.turned = true
  }

  // MARK: - The log

  /// Writes a line that no server sent, of an org or a workspace, else of whom the event's source speaks for.
  mutating func record(_ event: FleetEvent, _ type: EventType, org: OrgID? = nil, workspace: WorkspaceID? = nil, data: JSONValue) {
    var orgID = org ?? workspace.flatMap { workspaces[$0]?.orgID }
    var slug = orgID.flatMap { self.slug(of: $0) }
    if orgID == nil, case .tenant(let name) = event.source {
      slug = name
      orgID = self.orgID(named: name)
    }
    append(
      LogEntry(
        sequence: 0, at: event.at, source: event.source, type: type, orgID: orgID, slug: slug, workspaceID: workspace,
        data: data.serialized()))
  }

  /// Data of a line that no server sent: it was found by comparing two answers.
  static func found(_ data: JSONValue) -> JSONValue {
    guard case .object(let members) = data else { return data }
    return JSONValue.object(members.filter { !$0.value.isNull } + [.init("found_by", "resynchronising")]).onOneLine
  }

  mutating func append(_ entry: LogEntry) {
    eventLog.append(entry)
    changes.logged = true
  }

  /// Lets the log's lines go, for who has read them already.
  public mutating func forgetLog() { eventLog.clear() }
}
