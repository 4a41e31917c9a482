import FleetModel
import Foundation
import TestSupport
import Testing

@testable import Feeds

/// A PostgreSQL server of the tests' own: started on a free loopback port, logging every statement, stopped and removed afterwards.
final class DatabaseCluster: Sendable {
  @TaskLocal static var current: DatabaseCluster?

  static let password = "kestrel-9f3"
  let port: UInt16
  let directory: String
  private let binaries: String
  private let prefix: [String]

  struct Unavailable: Error, CustomStringConvertible { let description: String }

  init() throws {
    let versions = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql").compactMap(Int.init).sorted()
    guard let newest = versions.last else { throw Unavailable(description: "PostgreSQL is not installed: scripts/bootstrap --test") }
    binaries = "/usr/lib/postgresql/\(newest)/bin"
    directory = "/tmp/fleettui-pg-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    // The server refuses to run as root.
    if geteuid() == 0 {
      prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
      guard let user = getpwnam("postgres") else { throw Unavailable(description: "there is no user postgres to run the server as") }
      chown(directory, user.pointee.pw_uid, user.pointee.pw_gid)
    } else {
      prefix = []
    }
    port = try Self.freePort()
    try run([
      "initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=scram-sha-256",
      "--no-sync",
    ])
    try control("start")
    try sql("create role fleet_ro login password '\(Self.password)'; create role fleet_rw login password '\(Self.password)'")
  }

  func stop() {
    _ = try? run(["pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"])
    try? FileManager.default.removeItem(atPath: directory)
  }

  func restart() throws { try control("restart", "-m", "fast") }

  /// What the server was asked by the program, a line a statement.
  var statements: [Substring] {
    get throws {
      try String(contentsOfFile: directory + "/log", encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("fleettui|") }
    }
  }

  /// How often somebody connected to that database as that user.
  func connections(to database: String, as user: String = "fleet_ro") throws -> Int {
    try String(contentsOfFile: directory + "/log", encoding: .utf8).split(separator: "\n").count {
      $0.contains("connection authorized: user=\(user) database=\(database)")
    }
  }

  /// Runs `statements` as the superuser, over the socket. - Returns: what psql prints.
  @discardableResult
  func sql(_ statements: String, database: String = "postgres") throws -> String {
    try ChildProcess.output(of: psql(statements, database), environment: ProcessInfo.processInfo.environment, seconds: 60).trimmingSpaces
  }

  func psql(_ statements: String, _ database: String) -> [String] {
    [
      binaries + "/psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", directory, "-p", "\(port)", "-U", "postgres", "-d", database, "-c",
      statements,
    ]
  }

  /// A session that goes on until the process is ended.
  func session(_ statements: String, database: String) throws -> Process {
    let process = Process()
    let words = psql(statements, database)
    process.executableURL = URL(fileURLWithPath: words[0])
    process.arguments = Array(words.dropFirst())
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// A new database that holds `schema`, readable by `fleet_ro` and writable by `fleet_rw`.
  func database(_ name: String, _ schema: String) throws -> DatabaseSettings {
    try sql("create database \(name)")
    try sql(
      schema + "; grant select on all tables in schema public to fleet_ro; grant all on all tables in schema public to fleet_rw",
      database: name)
    return settings(name)
  }

  func settings(_ name: String, user: String = "fleet_ro", password: String = DatabaseCluster.password, port: UInt16? = nil)
    -> DatabaseSettings
  {
    DatabaseSettings(address: .url("postgresql://\(user):\(password)@127.0.0.1:\(port ?? self.port)/\(name)"))
  }

  /// Waits until the superuser's `question` answers `t`.
  func wait(until question: String, database: String = "postgres") async throws {
    for _ in 0..<600 {
      if try sql(question, database: database) == "t" { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw Unavailable(description: "never true: \(question)")
  }

  private var data: String { directory + "/data" }

  private func control(_ words: String...) throws {
    let options =
      "-p \(port) -k \(directory) -c listen_addresses=127.0.0.1 -c log_statement=all -c log_connections=on -c log_line_prefix='%a|' -c fsync=off"
    try run(["pg_ctl", "-D", data, "-l", directory + "/log", "-o", options, "-w"] + words)
  }

  @discardableResult
  private func run(_ words: [String]) throws -> String {
    let variables = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "LC_ALL": "C.UTF-8"]
    return try ChildProcess.output(of: prefix + [binaries + "/" + words[0]] + words.dropFirst(), environment: variables, seconds: 60)
  }

  static func freePort() throws -> UInt16 {
    let (socket, port) = try Loopback.listen()
    close(socket)
    return port
  }
}

/// One server for a whole suite.
struct DatabaseClusterTrait: SuiteTrait, TestScoping {
  func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws {
    let cluster = try DatabaseCluster()
    do { try await DatabaseCluster.$current.withValue(cluster) { try await function() } } catch {
      cluster.stop()
      throw error
    }
    cluster.stop()
  }
}

extension Trait where Self == DatabaseClusterTrait {
  static var databaseCluster: Self { Self() }
}

enum DatabaseSchema {
  /// The contract's own (§7.1), secrets and extra columns included.
  static let contract = """
    create table organizations (id uuid primary key, slug text unique, name text, plan text, status text, created_at timestamptz, updated_at timestamptz,
      credits_balance numeric, is_canary bool, provider text);
    create table org_instances (org_id uuid unique, fly_app text, fly_machine_id text, fly_region text, admin_token text, database_url_encrypted bytea,
      redis_url_encrypted bytea, status text, last_error text, updated_at timestamptz, tunnel_id text);
    create table org_purges (id uuid primary key, org_id uuid, org_slug text, status text, last_step text, last_error text, attempts int,
      created_at timestamptz, completed_at timestamptz);
    create table org_instance_boot_events (id bigserial, org_id uuid, event text, status text, detail text, created_at timestamptz);
    create table tenant_resources (id bigserial, tenant_id uuid, kind text, state text, resource_id text, metadata jsonb, created_at timestamptz, updated_at timestamptz);
    """

  static let acme = "11111111-1111-4111-8111-111111111111"

  static let rows = """
    ;insert into organizations values ('\(acme)', 'acme', 'Acme', 'pro', 'running', '2026-11-01T10:00:00Z', now(), 12.5, false, 'aws');
    insert into org_instances values ('\(acme)', 'app', 'i-0aa', 'us-east-2', 'SECRETVALUE', 'SECRETVALUE', 'SECRETVALUE', 'running', E'boom \\x1b[31m', '2026-11-02T10:00:00.25Z', 't');
    insert into org_purges values ('22222222-2222-4222-8222-222222222222', '\(acme)', 'acme', 'failed', 'infra', 'SG in use', 3, '2026-11-03T10:00:00+02', null);
    insert into org_instance_boot_events (org_id, event, status, detail, created_at) values ('\(acme)', 'install_apt_base', 'ok', 'd', '2026-11-01T10:01:00Z');
    insert into tenant_resources (tenant_id, kind, state, resource_id, metadata, created_at)
      values ('\(acme)', 'ec2_instance', 'created', 'i-0aa', '{"role":"tenant","runtime":"hermes","workspace":"w1","password":"SECRETVALUE"}', '2026-11-01T10:00:00Z');
    """
}
