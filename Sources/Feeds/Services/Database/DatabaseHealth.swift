import FleetModel

/// What `doctor` wants to know of the database: whether it can be read, and whether it could be written, which nobody here should be able to.
public struct DatabaseHealth: Hashable, Sendable {
  public var version: String
  public var user: String
  /// The session's own setting. Where a pooler drops it, each reading's transaction still reads only.
  public var isReadOnly: Bool
  public var isEncrypted: Bool
  /// On this very machine, where nobody listens in.
  public var isLocal: Bool
  /// Tables that were found and may be read.
  public var readable: [String] = []
  /// Tables that are not there.
  public var missing: [String] = []
  /// Tables that are there and may not be read.
  public var unreadable: [String] = []
  /// What the role could change: `INSERT on org_purges`, `superuser`.
  public var powers: [String] = []

  /// - Throws: ``DatabaseError`` when the database can't be asked.
  public static func examine(_ settings: DatabaseSettings, within seconds: Double) async throws(DatabaseError) -> DatabaseHealth {
    let connection = PostgresConnection(settings: settings)
    defer { connection.close() }
    return try await connection.perform(within: seconds) { session, limits throws(DatabaseError) in
      try session.connect(limits)
      guard let facts = session.facts else { throw DatabaseError(.lost, "it is not open") }
      var health = DatabaseHealth(
        version: facts.version, user: facts.user, isReadOnly: facts.isReadOnly, isEncrypted: facts.isEncrypted, isLocal: facts.isLocal)
      let columns = try DatabaseReading.columns(session, limits)
      let found = Set(columns.map(\.table))
      let absent = DatabaseTable.allCases.filter { found.isDisjoint(with: $0.names) }
      let unreadable = absent.isEmpty ? [] : try DatabaseReading.unreadable(absent, session, limits)
      health.readable = DatabaseTable.allCases.filter { !absent.contains($0) }.map(\.name)
      health.unreadable = unreadable.map(\.name)
      health.missing = absent.filter { !unreadable.contains($0) }.map(\.name)
      var powers: [String] = []
      try session.reading(limits) { () throws(DatabaseError) in
        for statement in powerStatements {
          try session.ask(statement, limits) { row in if let power = row[0] { powers.append(UntrustedText.clean(power, limit: 100)) } }
        }
      }
      health.powers = powers
      return health
    }
  }

  /// The names of the text columns of every table, whether this role may read them or not: no value is asked for.
  /// - Throws: ``DatabaseError`` when the database can't be asked.
  public static func textColumns(_ settings: DatabaseSettings, within seconds: Double) async throws(DatabaseError) -> [String: Set<String>]
  {
    let connection = PostgresConnection(settings: settings)
    defer { connection.close() }
    return try await textColumns(connection, within: seconds)
  }

  static func textColumns(_ connection: PostgresConnection, within seconds: Double) async throws(DatabaseError) -> [String: Set<String>] {
    try await connection.perform(within: seconds) { session, limits throws(DatabaseError) in
      try session.connect(limits)
      var columns: [String: Set<String>] = [:]
      try session.reading(limits) { () throws(DatabaseError) in
        try session.ask(textColumnsStatement, limits) { row in
          guard let table = row[0], let column = row[1] else { return }
          columns[UntrustedText.clean(table, limit: 100), default: []].insert(UntrustedText.clean(column, limit: 100))
        }
      }
      return columns
    }
  }

  /// From the catalogue itself: `information_schema.columns` shows a role only what it may touch.
  static let textColumnsStatement = """
    select c.relname::text, a.attname::text from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped \
    where c.relkind in ('r', 'p') and a.atttypid in ('text'::regtype, 'character varying'::regtype) \
    and (n.nspname = any (current_schemas(false)) or n.nspname = 'public') limit 20000
    """

  /// Each answers a row a power.
  static var powerStatements: [String] {
    let names = DatabaseTable.allCases.flatMap(\.names).map { "('\($0)')" }.joined(separator: ", ")
    return [
      """
      select p.power from pg_roles r, lateral (values ('superuser', r.rolsuper), ('CREATEDB', r.rolcreatedb), ('CREATEROLE', r.rolcreaterole)) \
      as p(power, held) where r.rolname = current_user and p.held
      """,
      """
      select k.kind || ' on ' || t.name from (values \(names)) as t(name), \
      lateral (select coalesce(to_regclass(t.name), to_regclass('public.' || t.name)) as id) i, \
      (values ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE')) as k(kind) \
      where i.id is not null and (has_table_privilege(i.id, k.kind) \
      or k.kind in ('INSERT', 'UPDATE') and has_any_column_privilege(i.id, case when k.kind in ('INSERT', 'UPDATE') then k.kind else 'SELECT' end))
      """,
    ]
  }
}
