import FleetModel
import Foundation
import Testing

@testable import FleetSim

@Suite("Simulated world")
struct SimulationWorldTests {
  private let start = Timestamp(milliseconds: 1_795_438_040_000)

  private func world(_ scenario: Scenario, seed: UInt64 = 1, speed: Double = 1, orgs: Int? = nil) -> World {
    var options = SimulationOptions()
    options.seed = seed
    options.speed = speed
    options.orgs = orgs
    return scenario.world(options, at: start)
  }

  /// What a world tells within `seconds`, one line an event.
  private func story(_ world: World, seconds: Int) -> [String] {
    var world = world
    return (1...seconds).flatMap { second in
      world.advance(to: start + Double(second)).map { "\($0.at) \($0.type) \($0.slug) \($0.workspace?.rawValue ?? "-") \($0.data)" }
    }
  }

  @Test("The same seed makes the same fleet and the same story; another seed another")
  func determinism() {
    let (one, two, other) = (world(.everything), world(.everything), world(.everything, seed: 2))
    #expect(one.machines.all.map(\.id) == two.machines.all.map(\.id))
    #expect(Set(one.orgs.keys) == Set(two.orgs.keys))
    #expect(Set(one.orgs.keys).isDisjoint(with: other.orgs.keys))
    let told = story(one, seconds: 900)
    #expect(told.count > 500)
    #expect(told == story(two, seconds: 900))
  }

  @Test("The cast's tenants were redeployed once: a canary, its soak, then three at a time; what was stopped kept its image")
  func redeployment() throws {
    for scenario in [Scenario.everything, .idle] {
      let world = world(scenario)
      var fleet = Fleet()
      let orgs = world.orgs.values.map { OrgRow(id: $0.id, slug: $0.slug, status: $0.status, createdAt: $0.createdAt) }
      fleet.apply(FleetEvent(source: .controlPlane, at: start, change: .roster(orgs, limit: 500, unreadable: 0)))
      for region in World.regions {
        let rows = world.machines.all.filter { $0.region == region }.map { machine in
          var tags = machine.tags
          tags.removeAll { $0.key == "Name" }
          var row = InstanceRow(
            id: machine.id, region: region, state: machine.state, type: machine.type, launchedAt: machine.launchedAt,
            tags: Tags(Dictionary(tags.map { ($0.key, $0.value) }) { first, _ in first }))
          row.imageID = machine.image
          return row
        }
        fleet.apply(FleetEvent(source: .ec2(region), at: start, change: .instances(rows, complete: true, problem: nil)))
      }
      let rollout = try #require(Rollout(of: fleet))
      #expect(rollout.waves.map(\.place) == [.canary, .batch(1), .batch(2), .batch(3)] && (rollout.soak ?? 0) >= 60)
      #expect(rollout.waves.dropFirst().allSatisfy { (2...3).contains($0.orgs.count) })
      let stopped = try #require(world.orgIDs["umbrella"].flatMap { fleet.tenantMachine(of: $0)?.row })
      #expect(stopped.imageID != rollout.images[stopped.region])
    }
  }

  @Test("Parents delegate to their children, which receive it; how it ended is told and recorded")
  func delegations() throws {
    var world = world(.everything)
    let told = (1...3600).flatMap { world.advance(to: start + Double($0)) }
    let sent = told.filter { $0.type == .delegationSent }
    let first = try #require(sent.first)
    let child = try #require(world.workspaces.values.first { $0.parent == first.workspace })
    #expect(sent.allSatisfy { $0.onFeed && $0.data["target_id"]?.string == child.id.rawValue })
    let received = told.filter {
      $0.type == .activityLogged && $0.workspace == child.id && $0.data["source_id"]?.string == first.workspace?.rawValue
    }
    let ended = told.filter { $0.type == .delegationComplete || $0.type == .delegationFailed }
    #expect(!ended.isEmpty && received.count == ended.count && sent.count - ended.count <= 1)
    #expect(
      received.allSatisfy { !$0.onFeed && $0.data["activity_type"] == "a2a_receive" && $0.data["target_id"]?.string == child.id.rawValue })
  }

  @Test("Something moves from the first minute to the end of an hour, and the fleet stays small enough to read")
  func liveliness() {
    var world = world(.everything)
    var quietest = 0
    var quiet = 0
    for second in stride(from: 5, through: 3600, by: 5) {
      let told = world.advance(to: start + Double(second)).filter(\.onFeed)
      quiet = told.isEmpty ? quiet + 5 : 0
      quietest = max(quietest, quiet)
    }
    #expect(quietest <= 120)
    #expect((14...24).contains(world.orgs.count))
    #expect(world.workspaces.values.filter { $0.status != .removed }.count <= 45)
  }

  @Test("At the start boots are under way in different phases, a cascade runs and one has failed")
  func opening() {
    let world = world(.everything)
    let booting = world.workspaces.values.filter { $0.status == .provisioning }
    #expect(booting.count >= 4)
    #expect(Set(booting.compactMap { $0.boot?.done }).count >= 2)
    #expect(world.orgs.values.contains { $0.status == .provisioning && !$0.bootEvents.isEmpty })
    #expect(world.orgs.values.contains { $0.status == .provisioning && $0.bootEvents.isEmpty })
    #expect(world.purges.contains { $0.isRunning && $0.running != nil })
    #expect(world.purges.contains { $0.status == "failed" })
  }

  @Test("A hermes that the watcher gives up comes online by itself; one that never registers is failed by the sweep")
  func verdicts() throws {
    var world = world(.everything)
    let gavin = try #require(world.workspaces.values.first { $0.name == "gavin" }?.id)
    let milton = try #require(world.workspaces.values.first { $0.name == "milton" }?.id)
    var statuses: [WorkspaceStatus] = []
    for second in stride(from: 1, through: 1800, by: 1) {
      _ = world.advance(to: start + Double(second))
      if let status = world.workspaces[gavin]?.status, statuses.last != status { statuses.append(status) }
    }
    #expect(statuses.prefix(3) == [.provisioning, .failed, .online])
    #expect(world.workspaces[milton]?.status == .failed)
  }

  @Test("The time factor shortens durations and leaves moments and heartbeats alone")
  func speed() throws {
    var fast = world(.everything, speed: 100)
    var heartbeats: [WorkspaceID: [Timestamp]] = [:]
    for second in 1...100 {
      for told in fast.advance(to: start + Double(second)) {
        #expect(told.at > start && told.at <= start + Double(second))
        if told.type == .workspaceHeartbeat, let id = told.workspace { heartbeats[id, default: []].append(told.at) }
      }
    }
    let beats = try #require(heartbeats.values.first { $0.count > 2 })
    #expect(beats[1] - beats[0] == 30)
    #expect(fast.orgIDs["halcyon"] == nil)
    #expect(fast.orgIDs["bright-lab"].flatMap { fast.orgs[$0]?.status } == .running)
  }

  @Test("In the idle fleet nothing ever happens; the empty one has no org and no machine")
  func stillness() {
    var idle = world(.idle)
    #expect(idle.advance(to: start + 7200).isEmpty)
    #expect(idle.orgs.count == World.castSize)
    let empty = world(.empty)
    #expect(empty.orgs.isEmpty)
    #expect(empty.machines.count == 0)
  }

  @Test("A number of orgs is met exactly, below and above the cast")
  func size() {
    for count in [0, 1, World.castSize, 200] { #expect(world(.everything, orgs: count).orgs.count == count) }
  }

  @Test("What was planned first of two things at one moment happens first")
  func agenda() {
    var agenda = Agenda()
    var random = SeededRandom(seed: 7)
    for number in 0..<500 {
      agenda.plan(.heartbeat(WorkspaceID("\(number)")), at: Timestamp(milliseconds: Int64(random.next() % 40)))
    }
    var last = (at: Timestamp(milliseconds: -1), number: -1)
    var count = 0
    while let (at, happening) = agenda.popDue(by: Timestamp(milliseconds: 40)) {
      guard case .heartbeat(let id) = happening, let number = Int(id.rawValue) else { continue }
      #expect(at > last.at || (at == last.at && number > last.number))
      last = (at, number)
      count += 1
    }
    #expect(count == 500)
    #expect(agenda.next == nil)
  }

  @Test("EC2's wildcards match as EC2 says")
  func wildcards() {
    #expect(Ask.matches("tenant-acme", "tenant-*"))
    #expect(Ask.matches("tenant-acme", "*acme"))
    #expect(Ask.matches("tenant-acme", "t?nant-a*e"))
    #expect(Ask.matches("", "*"))
    #expect(!Ask.matches("tenant-acme", "tenant"))
    #expect(!Ask.matches("tenant-acme", "?"))
  }

  @Test("An unknown scenario and impossible numbers are refused with what can be chosen")
  func refusals() {
    var options = SimulationOptions()
    options.scenario = "nonsense"
    #expect(throws: SimulationError.self) { try FleetSimulation(options) }
    do { _ = try FleetSimulation(options) } catch { #expect("\(error)".contains("default, idle, empty")) }
    options.scenario = "empty"
    options.speed = .nan
    #expect(throws: SimulationError.self) { try FleetSimulation(options) }
    options.speed = 1
    options.orgs = -1
    #expect(throws: SimulationError.self) { try FleetSimulation(options) }
  }

  @Test("Its files are the owner's alone and go when it stops; a taken port is said")
  func files() async throws {
    let simulation = try FleetSimulation()
    let endpoints = try await simulation.start()
    let directory = URL(fileURLWithPath: endpoints.configPath).deletingLastPathComponent().path
    func mode(_ path: String) throws -> Int? { try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int }
    #expect(try mode(directory) == 0o700)
    #expect(try mode(endpoints.configPath) == 0o600)
    #expect(try mode(directory + "/admin-token") == 0o600)
    #expect(try String(contentsOfFile: endpoints.configPath, encoding: .utf8) == endpoints.configuration)
    #expect(!endpoints.configuration.contains(endpoints.adminToken))
    #expect(try String(contentsOfFile: directory + "/admin-token", encoding: .utf8) == endpoints.adminToken + "\n")

    var options = SimulationOptions()
    options.port = UInt16(endpoints.controlPlane.split(separator: ":").last ?? "") ?? 0
    let second = try FleetSimulation(options)
    do {
      _ = try await second.start()
      Issue.record("two servers on one port")
    } catch { #expect("\(error)".contains("in use")) }
    await #expect(throws: SimulationError.self) { try await simulation.start() }
    await simulation.stop()
    await simulation.stop()
    #expect(!FileManager.default.fileExists(atPath: directory))
  }
}
