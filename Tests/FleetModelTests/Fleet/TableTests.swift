import TestSupport
import Testing

@testable import FleetModel

/// Each of the fleet's tables by itself.
@Suite struct TableTests {
  private static let now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!

  private static func org(_ id: OrgID, _ slug: Slug) -> Org {
    Org(row: OrgRow(id: id, slug: slug, status: .running), statusToldAt: now, firstSeen: now)
  }

  private static func machine(_ id: InstanceID, _ tags: Tags, region: Region = "a", _ state: InstanceState = .running) -> Instance {
    Instance(row: InstanceRow(id: id, region: region, state: state, type: "t3.large", tags: tags), stateToldAt: now, firstSeen: now)
  }

  @Test func anOrgIsFoundByItsNewNameAloneAndIsRememberedWhenItIsGone() {
    var roster = Roster()
    roster.add(Self.org("o1", "acme"))
    roster.update("o1") { $0.row.slug = "globex" }
    #expect(roster.ids(named: "acme").isEmpty && roster.org(named: "globex")?.id == "o1")
    roster.remove("o1")
    #expect(roster.org(named: "globex") == nil && roster.departed["o1"]?.slug == "globex")
    roster.add(Self.org("o1", "globex"))
    #expect(roster.departed.isEmpty && roster.checkInvariants().isEmpty)
  }

  @Test func aMachineStandsWhereItsTagsSayAndItsVCPUsCountOnce() {
    var machines = Machines()
    machines.add(Self.machine("i-1", ["OrgSlug": "acme", "WorkspaceID": "w1"], region: ""))
    #expect(machines.ids(named: "acme") == ["i-1"] && machines.ids(in: "").isEmpty && machines.vcpus == 2)
    machines.update("i-1") { machine in
      machine.row.region = "a"
      machine.row.tags["OrgID"] = "o1"
    }
    #expect(machines.ids(named: "acme").isEmpty && machines.ids(of: OrgID("o1")) == ["i-1"] && machines.ids(in: "a") == ["i-1"])
    machines.update("i-1") { $0.row.state = .stopped }
    #expect(machines.vcpus == 0 && machines.checkInvariants().isEmpty)
    machines.remove("i-1")
    #expect(machines.orgs.isEmpty && machines.ids(of: WorkspaceID("w1")).isEmpty && machines.checkInvariants().isEmpty)
  }

  @Test func aWorkspaceThatIsGoneIsInNoListAndHasNoOpenStream() {
    var tenants = Tenants()
    for id: WorkspaceID in ["w2", "w1"] {
      tenants.add(
        Workspace(row: WorkspaceRow(id: id, name: "w", status: .online), orgID: "o1", statusToldAt: Self.now, firstSeen: Self.now))
    }
    tenants.openStream(of: "w2", at: Self.now)
    #expect(Array(tenants.ids(of: "o1")) == ["w2", "w1"] && tenants.workspaces["w2"]?.listening.isOpen == true)
    #expect(tenants.remove("w2") == "o1" && tenants.remove("w2") == nil)
    #expect(tenants.openStreams.isEmpty && Array(tenants.ids(of: "o1")) == ["w1"] && tenants.checkInvariants().isEmpty)
  }

  @Test func theNewestCompletedRunCountsAndOneThatIsOverDoesNotBeginAgain() {
    var purges = Purges()
    func run(_ id: PurgeID, _ status: PurgeRow.Status, ended: Double? = nil) -> PurgeRow {
      PurgeRow(id: id, orgID: "o1", status: status, lastStep: ended.map { _ in "completed" }, completedAt: ended.map { Self.now + $0 })
    }
    purges.keep(run("p1", .completed, ended: 10))
    purges.keep(run("p2", .pending("running")))
    #expect(purges.open == ["p2"] && purges.completed(of: "o1")?.id == "p1")
    purges.keep(run("p2", .completed, ended: 20))
    #expect(purges.completed(of: "o1")?.id == "p2" && !purges.isNews(run("p2", .pending("running"))))
    purges.keep(run("p2", .failed))
    #expect(purges.completed(of: "o1") == nil && purges.open == ["p2"] && purges.checkInvariants().isEmpty)
  }

  @Test func aListThatFailedOrIsOlderLeavesWhatWasRead() {
    func read(_ seconds: Double, _ volumes: RegionResources.Listing<VolumeRow>) -> RegionResources {
      RegionResources(
        at: Self.now + seconds, volumes: volumes, addresses: .complete([]), securityGroups: .complete([]), interfaces: .complete([]))
    }
    var resources = Resources()
    #expect(resources.keep(read(0, .failed("503")), of: "a") && resources.keep(read(10, .complete([])), of: "a"))
    #expect(!resources.keep(read(20, .failed("503")), of: "a") && !resources.keep(read(5, .complete([])), of: "a"))
    #expect(resources.read["a"]?.at == Self.now + 10)
    resources.noteLimit(of: "a", 64, problem: nil)
    resources.noteLimit(of: "a", nil, problem: "throttled")
    #expect(resources.vcpuLimits["a"] == 64 && resources.vcpuProblems["a"] == "throttled" && resources.checkInvariants().isEmpty)
  }

  @Test func theFeedsOlderIdsAndWhatCameByAnotherWayAreToldOnce() {
    var log = EventLog()
    func event(id: UInt64? = nil, type: EventType = .taskUpdated) -> StreamedEvent {
      StreamedEvent(type: type, timestamp: Self.now, workspaceID: "w1", id: id)
    }
    #expect(!log.isToldAgain(event(id: 7)) && log.isToldAgain(event(id: 7)) && log.isToldAgain(event(id: 6)))
    #expect(!log.isToldAgain(event(id: 2, type: .feedReset)) && !log.isToldAgain(event(id: 3)))
    #expect(
      !log.isRepeated(event(), from: .feed) && !log.isRepeated(event(), from: .feed) && log.isRepeated(event(), from: .tenant("acme")))
  }

  @Test func endsOfOneTargetWithinTenMinutesAreOneBoot() {
    var boots = Boots()
    boots.noteLesson(of: "workspace/w1", at: Self.now)
    #expect(boots.hasLearned(of: "workspace/w1", at: Self.now + 280) && !boots.hasLearned(of: "workspace/w1", at: Self.now + 900))
    #expect(!boots.hasLearned(of: "workspace/w2", at: Self.now))
    boots.forgetLessons()
    #expect(!boots.hasLearned(of: "workspace/w1", at: Self.now) && boots.checkInvariants().isEmpty)
  }

  @Test(arguments: 0..<20) func whateverIsDoneToATableItsIndicesAgree(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var roster = Roster()
    var machines = Machines()
    let orgs: [OrgID] = ["o1", "o2", "o3"]
    let slugs: [Slug] = ["acme", "globex"]
    let ids: [InstanceID] = ["i-1", "i-2", "i-3", "i-4"]
    func pick<T>(_ values: [T]) -> T { values.randomElement(using: &random)! }
    func tags() -> Tags {
      var tags = Tags()
      tags["OrgID"] = pick([nil, pick(orgs).rawValue])
      tags["OrgSlug"] = pick([nil, pick(slugs).rawValue])
      tags["WorkspaceID"] = pick([nil, "w1", "w2"])
      return tags
    }
    for step in 0..<300 {
      let (org, slug, id) = (pick(orgs), pick(slugs), pick(ids))
      switch Int.random(in: 0..<6, using: &random) {
      case 0: if roster.orgs[org] == nil { roster.add(Self.org(org, slug)) }
      case 1: roster.update(org) { $0.row.slug = slug }
      case 2: roster.remove(org)
      case 3: if machines.instances[id] == nil { machines.add(Self.machine(id, tags(), region: pick(["", "a", "b"]))) }
      case 4:
        let (told, state) = (tags(), pick([InstanceState.running, .stopped, .terminated]))
        machines.update(id) { machine in
          machine.row.tags = told
          machine.row.state = state
        }
      default: machines.remove(id)
      }
      let problems = roster.checkInvariants() + machines.checkInvariants()
      #expect(problems.isEmpty, "seed \(seed), step \(step): \(problems)")
    }
  }
}
