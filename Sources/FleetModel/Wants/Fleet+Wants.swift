extension Fleet {
  /// Everything that is wanted, as of the last ``takeWants(within:)``.
  public var wants: Wants { plan.wants }

  /// What became otherwise of what is wanted since the last call; the first time, all of it. A fleet that nobody asks this keeps no plan.
  /// To be called after ``takeChanges()``, where that is called: what changed is then looked at once.
  /// - Parameter budget: the streams that can be had.
  public mutating func takeWants(within budget: StreamBudget = StreamBudget()) -> Wants.Changes {
    planning { plan, fleet in
      if !plan.isKept { plan.begin(fleet) }
      plan.note(fleet.changes)
      return plan.settle(fleet, within: budget)
    }
  }

  /// Everything is wanted now, once, whatever the rhythms say.
  public mutating func wantEverything() { plan.wantEverything() }

  /// These workspaces are on screen.
  public mutating func show(_ workspaces: Set<WorkspaceID>) { plan.shown = workspaces }

  /// Somebody waits for that org, or for a workspace of it: it is asked every 5 s, and the workspace's stream is opened.
  public mutating func waitFor(_ org: OrgID, workspace: WorkspaceID?) {
    guard let slug = orgs[org]?.slug else { return }
    plan.waitFor(WantsPlan.AwaitedOrg(org: org, slug: slug), workspace: workspace)
  }

  /// What an event tells that no table keeps. Called before it is applied.
  mutating func notePlanned(_ event: FleetEvent) {
    guard plan.isKept, event.change.concernsPlan else { return }
    planning { plan, fleet in plan.hear(event, fleet) }
  }

  /// What is wrong with the plan: empty, always. Everything that it keeps beside what was told is what the tables have.
  func planProblems() -> [String] {
    guard plan.isKept else { return [] }
    var settled = self
    _ = settled.takeWants(within: plan.budget)
    return settled.plan.problems(in: settled)
  }

  /// Moved out meanwhile, so that the plan's look at the fleet shares no storage with it.
  private mutating func planning<Value>(_ body: (inout WantsPlan, Fleet) -> Value) -> Value {
    var plan = WantsPlan()
    swap(&plan, &self.plan)
    defer { swap(&plan, &self.plan) }
    return body(&plan, self)
  }
}

extension FleetEvent.Change {
  fileprivate var concernsPlan: Bool {
    switch self {
    case .streamed(let event): event.type.isOfRoster || Fleet.status(after: event.type) != nil
    case .workspaces, .storedEvents, .failed, .gap, .streamOpened, .streamRefused, .tokenRead, .tokenRefused, .deletionPlanned, .deletion:
      true
    default: false
    }
  }
}

extension EventType {
  /// Whether the roster is another after it.
  var isOfRoster: Bool { self == .orgCreated || self == .orgStatus || self == .orgPurged }
}
