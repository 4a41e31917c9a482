import FleetModel
import Foundation
import TestSupport
import Testing

@testable import Feeds

/// What needs no server of its own.
@Suite struct DatabaseAddressTests {
  private func parameters(_ url: String, pooled: Bool = false) throws -> [String: String] {
    Dictionary(try PostgresAddress(DatabaseSettings(address: .url(url))).parameters(pooled: pooled).map { ($0.keyword, $0.value) }) { $1 }
  }

  @Test func theSessionsOptionsComeAfterTheAddresssOwn() throws {
    let options = try parameters("postgresql://h/d?options=-csearch_path%3Dcp")["options"]
    #expect(options == "-csearch_path=cp " + PostgresAddress.sessionOptions)
    let pooled = try parameters("postgresql://h/d", pooled: true)
    #expect(pooled["options"] == nil && pooled["application_name"] == "fleettui")
  }

  @Test func systemCertificatesAreUsedOnlyWhereTheServersIsVerifiedAgainstNothingElse() throws {
    #expect(try parameters("postgresql://h/d?sslmode=require")["sslrootcert"] == nil)
    #expect(try parameters("postgresql://h/d?sslmode=verify-full&sslrootcert=/ca.pem")["sslrootcert"] == nil)
    let roots = try parameters("postgresql://h/d?sslmode=verify-full")["sslrootcert"]
    #expect(roots.map { FileManager.default.isReadableFile(atPath: $0) } ?? true)
  }

  @Test func aPasswordFileThatOthersCanReadIsSetAsideWithoutAWordOnTheScreen() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("pgpass-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data("*:*:*:*:x".utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
    let url = "postgresql://h/d?passfile=\(file.path)"
    #expect(try parameters(url)["passfile"] == file.path + ".ignored")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    #expect(try parameters(url)["passfile"] == nil)
  }

  @Test(arguments: [
    "postgresql://u:hunter%2zz@h/d", "postgresql://u:hunter2@h/d?nonsense=1", "host=h password=hunter2", "hunter2",
    "postgresql://u:hunter2@[::1/d", "postgresql://h/d?password=hunter2&sslmod=x",
  ])
  func anAddressThatCannotBeParsedIsRefusedWithoutItsPassword(url: String) throws {
    #expect { try parameters(url) } throws: { error in
      guard let error = error as? DatabaseError else { return false }
      return error.kind == .address && !error.description.contains("hunter")
    }
  }

  @Test func passwordsAreTakenOutOfMessages() {
    let address = PostgresAddress(DatabaseSettings(address: .url("postgresql://u:p%40ss%20word@h/d")))
    #expect(address.mask("no: p@ss word!") == "no: •••!")
  }

  @Test func aServerThatIsNotThereIsReportedWithinItsTime() async throws {
    let queue = EventQueue()
    let port = try DatabaseCluster.freePort()
    let watch = DatabaseWatch(settings: DatabaseSettings(address: .url("postgresql://u:hunter2@127.0.0.1:\(port)/d")), queue: queue)
    let failure = await watch.read(within: 2)
    #expect(
      failure?.kind == .unreachable && failure?.description.contains("Connection refused") == true
        && failure?.description.contains("hunter2") == false)
    guard case .failed(let reason)? = queue.drain().last?.change else { return #expect(Bool(false), "no failure was posted") }
    #expect(reason.contains("127.0.0.1"))
  }

  @Test func aServerThatNeverAnswersIsReportedWithinItsTime() async throws {
    let (socket, port) = try Loopback.listen()
    defer { close(socket) }
    let watch = DatabaseWatch(settings: DatabaseSettings(address: .url("postgresql://u@127.0.0.1:\(port)/d")), queue: EventQueue())
    #expect(await watch.read(within: 0.5)?.kind == .timedOut)
  }

  @Test func aNameThatDoesNotResolveIsUnreachable() async throws {
    let watch = DatabaseWatch(settings: DatabaseSettings(address: .url("postgresql://u@no-such-host.invalid/d")), queue: EventQueue())
    let failure = await watch.read(within: 1)
    #expect(failure?.kind == .unreachable || failure?.kind == .timedOut)
  }

  @Test func noStatementThatCanBeBuiltNamesASecret() throws {
    let words = ["token", "encrypted", "password", "secret", "api_key", "private", "*"]
    var statements =
      PostgresSession.channels + [DatabaseColumn.statement, DatabaseReading.presenceStatement(DatabaseTable.allCases)]
      + DatabaseHealth.powerStatements
    let secrets = ["admin_token", "database_url_encrypted", "redis_url_encrypted", "password", "secret"]
    for table in DatabaseTable.allCases {
      for name in table.names {
        for type in ["text", "uuid", "json", "jsonb", "bytea", "timestamp with time zone", "date", "integer", "ARRAY", "USER-DEFINED"] {
          // Every column that could be chosen, the first of its field or the last, among secrets.
          for choice in [\DatabaseField.columns.first, \DatabaseField.columns.last] {
            let columns = (table.fields.compactMap { $0[keyPath: choice] } + secrets).map {
              DatabaseColumn(schema: "public", table: name, name: $0, type: type)
            }
            if let query = try DatabaseQuery(table, of: columns) { statements.append(query.statement) }
          }
        }
      }
    }
    #expect(statements.count > 100)
    for statement in statements { for word in words { #expect(!statement.lowercased().contains(word), "\(word) in \(statement)") } }
  }

  @Test func namesFromTheServerAreQuoted() throws {
    let columns = [DatabaseColumn(schema: "a\"; drop table x; --", table: "org_purges", name: "id", type: "text")]
    #expect(
      try DatabaseQuery(.purges, of: columns)?.statement
        == "select left(\"id\"::text, 256) from \"a\"\"; drop table x; --\".\"org_purges\" limit 1000")
  }
}
