import FleetModel
import FleetSim
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Feeds

@Suite(.serialized, .databaseCluster) struct DatabaseTests {
  let cluster: DatabaseCluster
  let queue = EventQueue()

  init() throws { cluster = try #require(DatabaseCluster.current) }

  private func fleet() -> Fleet {
    var fleet = Fleet()
    for event in queue.drain() { fleet.apply(event) }
    return fleet
  }

  /// One reading, as a one-shot command makes it.
  private func read(_ settings: DatabaseSettings, within budget: Double = 20) async -> (fleet: Fleet, failure: DatabaseError?) {
    let watch = DatabaseWatch(settings: settings, queue: queue)
    queue.post(FleetEvent(from: .database, .expected(pollInterval: PollSchedule.database)))
    let failure = await watch.read(within: budget)
    return (fleet(), failure)
  }

  private func state(_ fleet: Fleet) -> Freshness { fleet.freshness(of: .database, at: wallClock()) }

  // MARK: - What is read

  @Test func everythingThatTheContractNamesIsRead() async throws {
    let (fleet, _) = await read(try cluster.database("whole", DatabaseSchema.contract + DatabaseSchema.rows))
    #expect(state(fleet).state == .complete && state(fleet).problem == nil)
    let rows = try #require(fleet.database)
    let acme = OrgID(DatabaseSchema.acme)
    #expect(rows.orgs == [DatabaseOrgRow(id: acme, slug: "acme", status: "running", createdAt: Timestamp(rfc3339: "2026-11-01T10:00:00Z"))])
    #expect(
      rows.instances == [
        DatabaseInstanceRow(
          orgID: acme, status: .running, instanceID: "i-0aa", region: "us-east-2", lastError: "boom [31m",
          updatedAt: Timestamp(rfc3339: "2026-11-02T10:00:00.25Z"))
      ])
    #expect(
      rows.claims == [
        ResourceClaimRow(
          orgID: acme, kind: "ec2_instance", state: "created", resourceID: "i-0aa", role: "tenant", runtime: "hermes", workspaceID: "w1",
          createdAt: Timestamp(rfc3339: "2026-11-01T10:00:00Z"))
      ])
    #expect(
      Array(fleet.purges.values) == [
        PurgeRow(
          id: "22222222-2222-4222-8222-222222222222", orgID: acme, slug: "acme", status: .failed, lastStep: "infra", lastError: "SG in use",
          attempts: 3,
          createdAt: Timestamp(rfc3339: "2026-11-03T08:00:00Z"))
      ])
  }

  @Test func bootEventsArePostedPerOrg() async throws {
    let watch = DatabaseWatch(settings: try cluster.database("boots", DatabaseSchema.contract + DatabaseSchema.rows), queue: queue)
    await watch.read(within: 20)
    let boots = queue.drain().compactMap { event -> (OrgID, [BootEventRow])? in
      if case .bootEvents(let org, let rows) = event.change { (org, rows) } else { nil }
    }
    #expect(boots.map(\.0) == [OrgID(DatabaseSchema.acme)])
    #expect(
      boots.first?.1 == [BootEventRow(event: "install_apt_base", status: .ok, detail: "d", at: Timestamp(rfc3339: "2026-11-01T10:01:00Z"))])
  }

  @Test func aBootThatTheDatabaseRemembersIsLearnedFrom() async throws {
    let rows = """
      ;insert into org_instance_boot_events (org_id, event, status, created_at) values
        ('\(DatabaseSchema.acme)', 'install_apt_base', 'started', '2026-11-01T10:01:15Z'),
        ('\(DatabaseSchema.acme)', 'install_apt_base', 'ok', '2026-11-01T10:02:10Z'),
        ('\(DatabaseSchema.acme)', 'wait_platform_health=ok', null, '2026-11-01T10:04:10Z');
      """
    let settings = try cluster.database("history", DatabaseSchema.contract + rows)
    let row = OrgRow(
      id: OrgID(DatabaseSchema.acme), slug: "acme", status: .running, createdAt: Timestamp(rfc3339: "2026-11-01T10:00:00Z"))
    queue.post(FleetEvent(source: .controlPlane, at: wallClock(), change: .roster([row], limit: 500, unreadable: 0)))
    let (fleet, _) = await read(settings)
    #expect(fleet.history.forecast(group: "tenant/-", elapsed: 0)?.samples == 1)
    #expect(
      fleet.history.plan(for: "tenant/-", published: PhasePlan([])).phases.map(\.name) == [
        "launch", "install_apt_base", "wait_platform_health",
      ])
    #expect(fleet.database?.bootEventsSince == Timestamp(milliseconds: 0))
  }

  @Test func noStatementEverNamesASecretColumn() async throws {
    let settings = try cluster.database("secrets", DatabaseSchema.contract + DatabaseSchema.rows)
    let (fleet, _) = await read(settings)
    #expect(!"\(fleet)".contains("SECRETVALUE"))
    _ = try await DatabaseHealth.examine(settings, within: 20)
    let checks = PostureRules.plaintextTokens(columns: try await DatabaseHealth.textColumns(settings, within: 20))
    #expect(checks.map(\.target) == ["org_instances.admin_token"] && checks[0].result == .fail)
    let statements = try cluster.statements
    #expect(statements.contains { $0.contains("org_instances") })
    for word in ["admin_token", "encrypted", "password", "secret", "select *"] {
      #expect(!statements.contains { $0.lowercased().contains(word) }, "\(word)")
    }
    for statement in statements {
      for verb in ["insert into", "update ", "delete from", "create ", "drop ", "alter ", "truncate "] {
        #expect(!statement.lowercased().contains(verb), "\(statement)")
      }
    }
  }

  // MARK: - One connection

  @Test func feedsDeletionsAndPostureShareOneConnection() async throws {
    let fake = try DeletionFakeFleet()
    // An older control plane: the runs of the cascade are in the database alone.
    fake.truth.withLock { $0.offersPurges = false }
    var environment = fake.environment
    environment.aws = nil
    environment.database = try cluster.database("shared", DatabaseSchema.contract + DatabaseSchema.rows)
    let access = FleetAccess(environment: environment, http: HTTPClient(), variables: DeletionFakeFleet.variables)
    await FleetFeeds(access, queue: queue).loadOnce()
    #expect(fleet().database != nil)
    let order = fake.order(within: 5)
    for _ in 0..<3 {
      let reader = try await DeletionReader(access, names: nil, prices: .builtin)
      for _ in 0..<3 {
        guard case .rows = await reader.readAudit(order, 10) else {
          Issue.record("the runs were not read")
          return
        }
      }
    }
    #expect(try await DatabaseHealth.textColumns(#require(access.database), within: 20)["org_purges"] != nil)
    #expect(try cluster.connections(to: "shared") == 1)
  }

  // MARK: - Other schemas

  @Test func missingAndRenamedColumnsAreTolerated() async throws {
    let schema = """
      create table org_purges (purge_id text, slug varchar(40), state text, finished_at timestamp, "weird "" name" json);
      insert into org_purges values ('p1', 'acme', 'completed', '2026-11-03 10:00:00');
      create table bootevents (org_id text, name text, at text);
      insert into bootevents values ('o1', 'docker_pull=ok', '2026-11-03T10:00:00Z'), (null, 'x', 'infinity'), ('o1', null, null);
      create table org_instances (organization_id text, instance_id text, updated_at timestamptz, extra xml);
      insert into org_instances values ('o1', 'i-1', 'infinity'), (null, 'i-2', now());
      create table tenant_resources (kind text, resource_id text, metadata text);
      insert into tenant_resources values ('ec2_instance', 'i-1', 'no json'), (null, null, null);
      """
    let (fleet, failure) = await read(try cluster.database("renamed", schema))
    #expect(failure == nil && state(fleet).state == .complete, "\(state(fleet))")
    #expect(
      Array(fleet.purges.values) == [
        PurgeRow(id: "p1", slug: "acme", status: .completed, completedAt: Timestamp(rfc3339: "2026-11-03T10:00:00Z"))
      ])
    #expect(fleet.database?.instances == [DatabaseInstanceRow(orgID: "o1", instanceID: "i-1")])
    #expect(fleet.database?.claims == [ResourceClaimRow(kind: "ec2_instance", resourceID: "i-1")])
    #expect(fleet.database?.orgs == nil)
  }

  @Test func aTableWithoutWhatIdentifiesItsRowsIsNamed() async throws {
    let (fleet, _) = await read(
      try cluster.database("bare", "create table org_purges (status text); create table org_instances (org_id uuid, status text)"))
    #expect(state(fleet).state == .partial)
    #expect(state(fleet).problem?.contains("org_purges has no column id") == true, "\(state(fleet))")
    #expect(fleet.database?.instances == [])
  }

  @Test func aDatabaseWithoutAnyKnownTableSaysSo() async throws {
    let (fleet, _) = await read(try cluster.database("other", "create table users (id int)"))
    #expect(state(fleet).state == .partial && state(fleet).problem?.contains("none of the tables") == true)
  }

  @Test func aTableThatTheRoleMayNotReadIsNamedAndColumnGrantsSuffice() async throws {
    let settings = try cluster.database("grants", DatabaseSchema.contract + DatabaseSchema.rows)
    try cluster.sql(
      "revoke all on org_purges, org_instances from fleet_ro; grant select (org_id, status) on org_instances to fleet_ro",
      database: "grants")
    let (fleet, _) = await read(settings)
    #expect(
      state(fleet).state == .partial && state(fleet).problem == "this role may not read org_purges: grant it SELECT", "\(state(fleet))")
    #expect(fleet.database?.instances == [DatabaseInstanceRow(orgID: OrgID(DatabaseSchema.acme), status: .running)])
  }

  @Test func tablesOfTheSearchPathsSchemaAreRead() async throws {
    let schema = """
      create schema "cp ""x"; create table "cp ""x".org_purges (id text, status text); insert into "cp ""x".org_purges values ('p9', 'failed');
      create table org_purges (id text); alter role fleet_ro in database schemas set search_path = "cp ""x"; grant usage on schema "cp ""x" to fleet_ro;
      grant select on all tables in schema "cp ""x" to fleet_ro
      """
    let (fleet, _) = await read(try cluster.database("schemas", schema))
    #expect(Array(fleet.purges.keys) == ["p9"], "\(state(fleet))")
  }

  @Test func ofAHundredThousandPurgesTheUnfinishedAndTheNewestAreRead() async throws {
    let schema =
      DatabaseSchema.contract + """
        ;insert into org_purges select gen_random_uuid(), gen_random_uuid(), 'org-' || i, 'completed', 'completed', null, 1,
          timestamptz '2026-01-01' + i * interval '1 minute', timestamptz '2026-01-01' + i * interval '2 minutes' from generate_series(1, 100000) i;
        update org_purges set status = 'failed', org_slug = 'forgotten' where org_slug = 'org-7'
        """
    let (fleet, _) = await read(try cluster.database("crowd", schema))
    #expect(state(fleet).state == .complete)
    #expect(fleet.purges.count == DatabaseTable.purges.limit)
    #expect(fleet.purges.values.contains { $0.slug == "forgotten" && $0.status == .failed })
    #expect(fleet.purges.values.contains { $0.slug == "org-100000" } && !fleet.purges.values.contains { $0.slug == "org-1000" })
  }

  // MARK: - The session

  @Test func theSessionReadsOnlyEvenForARoleThatMayWrite() async throws {
    _ = try cluster.database("seatbelt", DatabaseSchema.contract)
    let connection = PostgresConnection(settings: cluster.settings("seatbelt", user: "fleet_rw"))
    defer { connection.close() }
    for wraps in [true, false] {
      await #expect {
        try await connection.perform(within: 20) { session, limits throws(DatabaseError) in
          try session.connect(limits)
          let delete = { () throws(DatabaseError) in try session.ask("delete from org_purges", limits) { _ in } }
          if wraps { try session.reading(limits, delete) } else { try delete() }
        }
      } throws: { ($0 as? DatabaseError)?.kind == .statement("25006") }
    }
  }

  @Test func doctorTellsAReadingRoleFromAWritingOne() async throws {
    _ = try cluster.database("roles", DatabaseSchema.contract + "; drop table tenant_resources")
    let reader = try await DatabaseHealth.examine(cluster.settings("roles"), within: 20)
    #expect(
      reader.isReadOnly && reader.powers.isEmpty && reader.missing == ["tenant_resources"] && reader.unreadable.isEmpty
        && reader.user == "fleet_ro")
    #expect(reader.isLocal && !reader.isEncrypted && Int(reader.version.prefix { $0.isNumber }) ?? 0 >= 12)
    let writer = try await DatabaseHealth.examine(cluster.settings("roles", user: "fleet_rw"), within: 20)
    #expect(writer.isReadOnly && writer.powers.contains("DELETE on org_purges") && writer.powers.contains("INSERT on organizations"))
    try cluster.sql("grant update (status) on org_purges to fleet_ro; alter role fleet_ro createdb", database: "roles")
    defer { _ = try? cluster.sql("alter role fleet_ro nocreatedb") }
    let half = try await DatabaseHealth.examine(cluster.settings("roles"), within: 20)
    #expect(half.powers == ["CREATEDB", "UPDATE on org_purges"])
  }

  @Test func aLockedTableCostsItsOwnRowsOnly() async throws {
    let settings = try cluster.database("locked", DatabaseSchema.contract + DatabaseSchema.rows)
    let holder = try cluster.session("begin; lock table org_purges; select pg_sleep(600)", database: "locked")
    defer { holder.terminate() }
    try await cluster.wait(until: "select count(*) > 0 from pg_locks where mode = 'AccessExclusiveLock' and granted", database: "locked")
    let (fleet, _) = await read(settings)
    #expect(state(fleet).state == .partial)
    #expect(state(fleet).problem == "org_purges: canceling statement due to statement timeout (57014)", "\(state(fleet))")
    #expect(fleet.purges.isEmpty && fleet.database?.instances?.count == 1 && fleet.database?.claims?.count == 1)
  }

  /// In this database: other tests' locks may outlive them by a moment.
  private static let purgesAreLocked =
    "select count(*) > 0 from pg_locks where mode = 'AccessExclusiveLock' and granted and relation = 'org_purges'::regclass "
    + "and database = (select oid from pg_database where datname = current_database())"

  @Test func aServerThatRestartsInMidQuestionIsAskedAgain() async throws {
    let settings = try cluster.database("restart", DatabaseSchema.contract + DatabaseSchema.rows)
    let holder = try cluster.session("begin; lock table org_purges; select pg_sleep(600)", database: "restart")
    defer { if holder.isRunning { holder.terminate() } }
    try await cluster.wait(until: Self.purgesAreLocked, database: "restart")
    async let reading = read(settings, within: 60)
    try await cluster.wait(
      until: "select count(*) > 0 from pg_stat_activity where application_name = 'fleettui' and wait_event_type = 'Lock'")
    try cluster.restart()
    let (fleet, failure) = await reading
    #expect(failure == nil && state(fleet).state == .complete && fleet.purges.count == 1, "\(state(fleet))")
  }

  @Test func anAbandonedQuestionIsCancelledInTheServer() async throws {
    let settings = try cluster.database("abandoned", DatabaseSchema.contract)
    let holder = try cluster.session("begin; lock table org_purges; select pg_sleep(600)", database: "abandoned")
    defer { holder.terminate() }
    try await cluster.wait(until: Self.purgesAreLocked, database: "abandoned")
    let reading = Task { await read(settings) }
    try await cluster.wait(
      until: "select count(*) > 0 from pg_stat_activity where application_name = 'fleettui' and wait_event_type = 'Lock'")
    reading.cancel()
    #expect(await reading.value.failure?.kind == .cancelled)
    // Its session rests only once it has said so in the log.
    try await cluster.wait(until: "select count(*) = 0 from pg_stat_activity where application_name = 'fleettui' and state = 'active'")
    #expect(try cluster.statements.contains { $0.contains("canceling statement due to user request") })
  }

  @Test func aNotificationIsAHintToReadAgain() async throws {
    let settings = try cluster.database("hints", DatabaseSchema.contract)
    var environment = FleetEnvironment(name: "hints")
    environment.database = settings
    let feeds = FleetFeeds(environment: environment, http: HTTPClient(), queue: queue, variables: [:])
    let running = Task { await feeds.run() }
    var purges: [PurgeRow] = []
    var wasRead = false
    // Far shorter than the interval between two readings would need.
    let deadline = ContinuousClock.now + .seconds(clamping: PollSchedule.database * 2 / 3)
    while purges.isEmpty, ContinuousClock.now < deadline {
      for event in queue.drain() {
        if case .purges(let rows) = event.change {
          if !wasRead {
            try cluster.sql(
              "insert into org_purges (id, status) values (gen_random_uuid(), 'failed'); notify org_purges", database: "hints")
          }
          wasRead = true
          purges += rows
        }
      }
      if purges.isEmpty { await arrival(at: queue, by: deadline) }
    }
    running.cancel()
    await running.value
    #expect(purges.count == 1)
    try await cluster.wait(until: "select count(*) = 0 from pg_stat_activity where application_name = 'fleettui' and datname = 'hints'")
  }

  /// Waits until the queue holds something, or until `deadline`.
  private func arrival(at queue: EventQueue, by deadline: ContinuousClock.Instant) async {
    let left = max(0, (deadline - .now) / .milliseconds(1))
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var entry = pollfd(fd: queue.wakeDescriptor, events: Int16(POLLIN), revents: 0)
        poll(&entry, 1, Int32(clamping: left))
        continuation.resume()
      }
    }
  }

  @Test func aPoolerThatRefusesTheSessionsSettingsIsReadInReadOnlyTransactions() async throws {
    _ = try cluster.database("pooled", DatabaseSchema.contract + DatabaseSchema.rows)
    let pooler = try Pooler(server: cluster.port)
    defer { pooler.stop() }
    let before = try cluster.statements.count { $0.contains("listen ") }
    let (fleet, failure) = await read(cluster.settings("pooled", port: pooler.port))
    #expect(failure == nil && state(fleet).state == .complete && fleet.purges.count == 1, "\(state(fleet))")
    #expect(try cluster.statements.count { $0.contains("listen ") } == before)
    let health = try await DatabaseHealth.examine(cluster.settings("pooled", user: "fleet_rw", port: pooler.port), within: 20)
    #expect(!health.isReadOnly)
    let connection = PostgresConnection(settings: cluster.settings("pooled", user: "fleet_rw", port: pooler.port))
    defer { connection.close() }
    await #expect {
      try await connection.perform(within: 20) { session, limits throws(DatabaseError) in
        try session.connect(limits)
        try session.reading(limits) { () throws(DatabaseError) in try session.ask("delete from org_purges", limits) { _ in } }
      }
    } throws: {
      ($0 as? DatabaseError)?.kind == .statement("25006")
    }
  }

  // MARK: - Failures

  @Test func aWrongPasswordIsNamedWithoutBeingRepeated() async throws {
    _ = try cluster.database("guarded", DatabaseSchema.contract)
    let (fleet, failure) = await read(cluster.settings("guarded", password: "wrong-horse-77"))
    #expect(failure?.kind == .refused && state(fleet).state == .failed)
    #expect(state(fleet).problem?.contains("password authentication failed for user \"fleet_ro\"") == true)
    #expect(state(fleet).problem?.contains("wrong-horse") == false)
    // Nothing that only an operator can change is tried twice.
    #expect(try cluster.statements.count { $0.contains("password authentication failed") } <= 1)
  }

  @Test func aDatabaseThatDoesNotExistAndTLSThatIsNotOfferedAreRefusals() async throws {
    #expect(await read(cluster.settings("nowhere")).failure?.description.contains("database \"nowhere\" does not exist") == true)
    let secured = DatabaseSettings(
      address: .url("postgresql://fleet_ro:\(DatabaseCluster.password)@127.0.0.1:\(cluster.port)/postgres?sslmode=verify-full"))
    let failure = await read(secured).failure
    #expect(failure?.kind == .refused && failure?.description.contains("SSL") == true, "\(String(describing: failure))")
  }

  @Test func theProgramReportsItsDatabaseAndReadsServiceFiles() async throws {
    _ = try cluster.database("program", DatabaseSchema.contract + DatabaseSchema.rows)
    let simulation = try FleetSimulation(SimulationOptions())
    let endpoints = try await simulation.start()
    let service = cluster.directory + "/service.conf"
    let config = cluster.directory + "/config.toml"
    try "[fleet]\nhost=127.0.0.1\nport=\(cluster.port)\ndbname=program\nuser=fleet_rw\noptions=-c work_mem=8MB\n".write(
      toFile: service, atomically: true, encoding: .utf8)
    try (String(contentsOfFile: endpoints.configPath, encoding: .utf8) + "\n[environment.demo.database]\nservice = \"fleet\"\n")
      .write(toFile: config, atomically: true, encoding: .utf8)
    let variables = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PGSERVICEFILE": service, "PGPASSWORD": DatabaseCluster.password]
    let (doctor, snapshot) = (try await program(["doctor"], config, variables), try await program(["snapshot"], config, variables))
    await simulation.stop()
    let check = try #require(doctor["checks"]?.array?.first { $0["id"] == "database" })
    #expect(check["result"] == "warn" && check["summary"]?.text?.contains("could write: ") == true, "\(check)")
    #expect(check["summary"]?.text?.contains("read-only session") == true)
    #expect(check["next_step"]?.text?.contains("SELECT only") == true)
    let source = try #require(snapshot["sources"]?.array?.first { $0["name"] == "database" })
    #expect(source["state"] == "complete" && source["error"] == .null, "\(source)")
  }

  /// What the built program prints, whatever its exit code.
  private func program(_ command: [String], _ config: String, _ variables: [String: String]) async throws -> JSONValue {
    let path = ProgramUnderTest.url.path
    let words = ["/bin/sh", "-c", "\"$0\" \"$@\" || true", path, "--config", config, "--format", "json"] + command
    let output = await withCheckedContinuation { continuation in
      Thread { continuation.resume(returning: Result { try ChildProcess.output(of: words, environment: variables, seconds: 60) }) }.start()
    }
    return try JSONValue(parsing: try output.get())
  }
}
