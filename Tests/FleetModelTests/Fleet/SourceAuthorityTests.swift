import TestSupport
import Testing

@testable import FleetModel

/// Nobody speaks for another: what a source says of what isn't its own changes nothing, and is told.
@Suite struct SourceAuthorityTests {
  static let tenant = Source.tenant("acme")

  /// Two orgs with a workspace and a machine each, and one more that is being deleted.
  static func scene() -> Scene {
    var scene = Scene()
    scene.roster("acme", "globex", "initech")
    for slug in ["acme", "globex"] {
      let row = WorkspaceRow(id: WorkspaceID("w-\(slug)"), name: slug, status: .online, runtime: "hermes")
      scene.hear(.tenant(Slug(slug)), .workspaces(OrgID("org-\(slug)"), [row]))
    }
    scene.hear(
      .ec2("us-east-2"),
      .instances(
        [Scene.machine("i-acme", org: "acme"), Scene.machine("i-globex", org: "globex", workspace: "w-globex", role: "workspace")],
        complete: true, problem: nil))
    scene.hear(.controlPlane, .purges([PurgeRow(id: "p1", orgID: "org-initech", slug: "initech", status: .pending("infra"))]))
    return scene
  }

  static func event(
    _ type: EventType, org: OrgID? = nil, slug: Slug? = nil, workspace: WorkspaceID? = "w-acme", at now: Timestamp, _ data: JSONValue = [:]
  ) -> FleetEvent.Change {
    .streamed(StreamedEvent(type: type, timestamp: now, orgID: org, slug: slug, workspaceID: workspace, data: data))
  }

  /// Every fact that a source may not touch, as text.
  static func facts(_ fleet: Fleet, besides source: Source) -> [String] {
    var facts: [String] = []
    func note(_ what: String, _ table: some Sequence<(key: some Comparable & CustomStringConvertible, value: String)>) {
      facts += table.sorted { $0.key < $1.key }.map { "\(what) \($0.key): \($0.value)" }
    }
    var own: Set<OrgID> = []
    if case .tenant(let slug) = source { own = fleet.roster.ids(named: slug) }
    if source != .controlPlane, source != .feed {
      note("org", fleet.orgs.map { (key: $0, value: "\($1.row)") })
      note("departed", fleet.departed.map { (key: $0.key, value: "\($0.value.slug)") })
      // Older control planes keep the runs there alone.
      if source != .database {
        note("purge", fleet.purges.map { (key: $0.key, value: "\($0.value)") })
        note("deletion", fleet.orgs.map { (key: $0, value: "\(String(describing: $1.deletion))") })
      }
      note("cascade", fleet.cascades.map { (key: $0.key, value: "\($0.value)") })
      note("workspace", fleet.workspaces.filter { !own.contains($1.orgID) }.map { (key: $0, value: "\($1.row) \($1.statusToldAt)") })
      note(
        "heartbeat", fleet.workspaces.filter { !own.contains($1.orgID) }.map { (key: $0, value: "\(String(describing: $1.lastHeartbeat))") }
      )
      note("open", fleet.openStreams.filter { fleet.workspaces[$0].map { !own.contains($0.orgID) } ?? false }.map { (key: $0, value: "") })
    }
    if source != .feed {
      // All regions are one account's word.
      if case .ec2 = source {} else { note("machine", fleet.instances.map { (key: $0, value: "\($1.row)") }) }
      note("source", fleet.sources.filter { $0.key != source && source != .controlPlane }.map { (key: $0, value: "\($1)") })
    }
    if source != .database { facts.append("database \(String(describing: fleet.database))") }
    if source != .dns { facts.append("zone \(String(describing: fleet.zone))") }
    return facts
  }

  @Test func everyTypeFromEverySourceIsBelievedOnlyWhereItIsTheSourcesOwn() {
    let fleetWide: Set<EventType> = [.orgCreated, .orgStatus, .orgPurged, .instanceState, .purgeStep, .feedReset]
    let ours: Set<EventType> = [
      .orgGone, .instanceGone, .gap, .sourceFailed, .sourceRecovered, .sourceRefused, .workspaceStatus, .workspaceSilent,
    ]
    let workspaceTypes: Set<EventType> = [
      .bootEvent, .bootStep, .workspaceProvisioning, .workspaceOnline, .workspaceOffline, .workspaceDegraded, .workspaceProvisionFailed,
      .workspaceRemoved, .workspacePaused, .workspaceHibernated, .workspaceAwaitingAgent, .workspaceHeartbeat, .taskUpdated,
      .activityLogged,
      .agentCardUpdated, "NOBODY_KNOWS_IT_YET",
    ]
    let sources: [Source] = [.feed, Self.tenant, .tenant("nobody"), .controlPlane, .database, .dns, .ec2("us-east-2")]
    let claims: [(org: OrgID?, slug: Slug?, workspace: WorkspaceID?, isOwn: Bool)] = [
      (nil, nil, "w-acme", true), ("org-acme", "acme", "w-acme", true), (nil, nil, "w-new", true), ("org-globex", nil, "w-acme", false),
      (nil, "globex", "w-acme", false), (nil, nil, "w-globex", false), ("org-globex", "globex", "w-globex", false),
      ("o-9", nil, nil, false),
    ]
    let data: JSONValue = [
      "instance_status": "stopped", "instance_id": "i-globex", "state": "terminated", "purge_id": "p1", "step": "db_rows", "status": "ok",
      "event": "image_pull", "name": "n",
    ]
    let start = Self.scene()
    let before = Self.facts(start.fleet, besides: Self.tenant) + ["\(start.fleet.workspaces["w-acme"]!)"]
    for type in fleetWide.union(ours).union(workspaceTypes) {
      for source in sources {
        for claim in claims {
          var scene = start
          scene.pass(1)
          scene.hear(source, Self.event(type, org: claim.org, slug: claim.slug, workspace: claim.workspace, at: scene.now, data))
          let isBelieved =
            source == .feed ? !ours.contains(type) : source == Self.tenant && workspaceTypes.contains(type) && claim.isOwn
          let what = "\(type) of \(claim) from \(source)"
          // Of a tenant whose org is gone, or not known yet, nothing is taken and nothing is said.
          let isNobody = source == .tenant("nobody") && workspaceTypes.contains(type) && claim.workspace == "w-new"
          if !isNobody {
            #expect((scene.fleet.log.last?.type == .sourceRefused) == !isBelieved, "\(what): \(String(describing: scene.fleet.log.last))")
          }
          if !isBelieved {
            let after = Self.facts(scene.fleet, besides: Self.tenant) + ["\(scene.fleet.workspaces["w-acme"]!)"]
            #expect(after == before, "\(what)")
            #expect(isNobody || scene.fleet.log.last?.data.contains(type.rawValue) == true)
          }
          #expect(scene.fleet.checkInvariants().isEmpty, "\(what)")
        }
      }
    }
  }

  @Test(arguments: 0..<6) func whateverASourceSaysItTouchesNothingOfAnother(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var fleet = Fleet()
    var now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!
    let sources: [Source] = [
      .controlPlane, .feed, .database, .dns, .ec2("a"), .ec2("b"), .tenant("acme"), .tenant("globex"), .tenant("initech"), .tenant("hooli"),
    ]
    for step in 0..<300 {
      now = now + Double.random(in: 0...3, using: &random)
      var event = FleetPropertyTests.event(&random, at: now)
      // Mostly as it comes, so that there is something to touch; else out of the wrong mouth.
      if step > 40, Int.random(in: 0..<3, using: &random) > 0 { event.source = sources.randomElement(using: &random)! }
      // Those two speak for the whole fleet.
      let before = event.source == .controlPlane || event.source == .feed ? [] : Self.facts(fleet, besides: event.source)
      fleet.apply(event)
      let after = before.isEmpty ? [] : Self.facts(fleet, besides: event.source)
      #expect(after == before, "seed \(seed), step \(step): \(Set(after).symmetricDifference(before)) by \(event)")
      let problems = fleet.checkInvariants()
      #expect(problems.isEmpty, "seed \(seed), step \(step), \(event): \(problems)")
      if after != before || !problems.isEmpty { return }
    }
  }

  @Test func aTenantThatPurgesAnotherOrgIsShownAndTheOrgStands() throws {
    var scene = Self.scene()
    scene.hear(Self.tenant, Self.event(.orgPurged, org: "org-globex", slug: "globex", at: scene.now, ["purge_id": "p9"]))
    #expect(scene.fleet.orgs["org-globex"] != nil && scene.fleet.purges["p9"] == nil && scene.fleet.departed.isEmpty)
    // Filed under who said it, with what it claimed.
    let line = try #require(scene.fleet.log.last)
    #expect(line.type == .sourceRefused && line.source == Self.tenant && line.orgID == "org-acme" && line.slug == "acme")
    #expect(line.data.contains("ORG_PURGED") && line.data.contains("org-globex"))
    let finding = try #require(scene.fleet.findings(of: OrgID("org-acme"), at: scene.now).first { $0.code == .sourceOverreach })
    #expect(finding.severity == .warning && finding.evidence.contains { $0.says.contains("only the fleet feed may say ORG_PURGED") })
    #expect(scene.fleet.findings(of: OrgID("org-globex"), at: scene.now).isEmpty)
    scene.fleet.judge(at: scene.now)
    #expect(scene.fleet.triage.findings(of: .org("org-acme")).map(\.code) == [.sourceOverreach])
    // A day later it is history.
    scene.pass(86_401)
    scene.fleet.judge(at: scene.now)
    #expect(!scene.fleet.triage.findings(of: .org("org-acme")).contains { $0.code == .sourceOverreach })
  }

  @Test func aListThatNamesAnotherOrgsWorkspaceLosesThatRowAndIsToldOnce() throws {
    var scene = Self.scene()
    let rows = [
      WorkspaceRow(id: "w-acme", name: "acme", status: .degraded), WorkspaceRow(id: "w-globex", name: "mine now", status: .removed),
    ]
    for _ in 0..<3 {
      scene.pass(30)
      scene.hear(Self.tenant, .workspaces("org-acme", rows))
    }
    #expect(scene.fleet.workspaces["w-globex"]?.orgID == "org-globex" && scene.fleet.workspaces["w-globex"]?.row.status == .online)
    #expect(scene.fleet.workspaces["w-acme"]?.row.status == .degraded)
    #expect(scene.fleet.log.count { $0.type == .sourceRefused } == 1)
    #expect(scene.fleet.findings(of: OrgID("org-acme"), at: scene.now).contains { $0.code == .sourceOverreach })
    // Once the other lets it go it is a workspace like any.
    scene.hear(.tenant("globex"), .workspaces("org-globex", []))
    scene.hear(Self.tenant, .workspaces("org-acme", rows))
    #expect(scene.fleet.workspaces["w-globex"]?.orgID == "org-acme")
    // A whole list in another's name is no list.
    scene.hear(Self.tenant, .workspaces("org-globex", rows))
    #expect(scene.fleet.workspaces(of: "org-globex").isEmpty)
    #expect(scene.fleet.log.last?.type == .sourceRefused)
  }

  @Test func storedEventsAndBootEventsOfAnotherOrgsWorkspaceAreRefused() throws {
    var scene = Self.scene()
    let coming = WorkspaceRow(id: "w-coming", name: "coming", status: .provisioning, runtime: "hermes")
    scene.hear(.tenant("globex"), .workspaces("org-globex", [coming]))
    let before = scene.fleet.workspaces["w-coming"]
    let began = StoredEventRow(id: "e1", type: .workspaceProvisioning, workspaceID: "w-coming", payload: [:], createdAt: scene.now + -50)
    scene.hear(Self.tenant, .storedEvents("org-acme", [began]))
    #expect(scene.fleet.workspaces["w-coming"] == before && scene.fleet.log.last?.type == .sourceRefused)
    let boot = BootEventRow(event: "runtime_init", status: .ok, at: scene.now, workspaceID: "w-coming")
    for source in [Source.controlPlane, .database, Self.tenant] {
      let refusals = scene.fleet.log.count { $0.type == .sourceRefused }
      scene.hear(source, .bootEvents("org-acme", [boot]))
      #expect(scene.fleet.workspaces["w-coming"] == before, "\(source)")
      #expect(scene.fleet.log.count { $0.type == .sourceRefused } == refusals + 1, "\(source)")
    }
    #expect(scene.fleet.findings(of: OrgID("org-acme"), at: scene.now).contains { $0.code == .sourceOverreach })
    // The same about its own org's is heard.
    scene.hear(.controlPlane, .bootEvents("org-globex", [boot]))
    #expect(scene.fleet.workspaces["w-coming"]?.boot?.marks.isEmpty == false)
  }

  @Test func anEventThatWasRefusedDoesNotHideTheSameFromWhoMaySayIt() {
    var scene = Self.scene()
    scene.hear(Self.tenant, Self.event(.workspaceOffline, workspace: "w-globex", at: scene.now))
    #expect(scene.fleet.workspaces["w-globex"]?.row.status == .online)
    scene.hear(.feed, Self.event(.workspaceOffline, org: "org-globex", slug: "globex", workspace: "w-globex", at: scene.now))
    #expect(scene.fleet.workspaces["w-globex"]?.row.status == .offline)
  }
}
