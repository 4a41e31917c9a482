import FleetModel

/// The tables of the control plane's database that are read (contract §7.1), by every name that they and their columns are known to have had.
///
/// Nothing else is ever asked for. Secret columns are not known here, so no statement can hold one.
public enum DatabaseTable: CaseIterable, Sendable {
  case organizations, instances, purges, bootEvents, resources

  /// Newest first; the first one that is there is read.
  var names: [String] {
    switch self {
    case .organizations: ["organizations"]
    case .instances: ["org_instances"]
    case .purges: ["org_purges"]
    case .bootEvents: ["org_instance_boot_events", "bootevents", "boot_events"]
    case .resources: ["tenant_resources"]
    }
  }

  /// The name in messages.
  var name: String { names[0] }

  /// Rows read at most, the newest: enough for any fleet that EC2 would let exist, and a bound for a table that nobody ever cleared.
  var limit: Int {
    switch self {
    case .organizations, .instances: 20_000
    case .purges: 1000
    case .bootEvents: 5000
    case .resources: 50_000
    }
  }

  /// Whether reaching the limit leaves something out that a comparison needs: of purges and boot events only the newest matter.
  var mustBeWhole: Bool { self != .purges && self != .bootEvents }

  var fields: [DatabaseField] {
    switch self {
    case .organizations:
      [
        DatabaseField("id", ["id", "org_id"], isRequired: true), DatabaseField("slug", ["slug", "org_slug"]),
        DatabaseField("status", ["status", "state"]),
        DatabaseField("created_at", ["created_at", "inserted_at"]),
      ]
    case .instances:
      [
        DatabaseField("org_id", ["org_id", "organization_id", "tenant_id"], isRequired: true),
        DatabaseField("status", ["status", "instance_status", "state"]),
        DatabaseField("instance_id", ["instance_id", "ec2_instance_id", "fly_machine_id"]),
        DatabaseField("region", ["region", "aws_region", "fly_region"]),
        DatabaseField("last_error", ["last_error", "error"], limit: 2000), DatabaseField("updated_at", ["updated_at", "modified_at"]),
      ]
    case .purges:
      [
        DatabaseField("id", ["id", "purge_id"], isRequired: true), DatabaseField("org_id", ["org_id", "organization_id", "tenant_id"]),
        DatabaseField("org_slug", ["org_slug", "slug"]), DatabaseField("status", ["status", "state"]),
        DatabaseField("last_step", ["last_step", "step", "current_step"]),
        DatabaseField("last_error", ["last_error", "error"], limit: 2000),
        DatabaseField("attempts", ["attempts", "attempt_count", "retries"]),
        DatabaseField("created_at", ["created_at", "started_at", "requested_at", "inserted_at"]),
        DatabaseField("completed_at", ["completed_at", "finished_at", "ended_at"]),
      ]
    case .bootEvents:
      [
        DatabaseField("org_id", ["org_id", "organization_id", "tenant_id"], isRequired: true),
        DatabaseField("event", ["event", "event_name", "name", "step"], isRequired: true), DatabaseField("status", ["status", "state"]),
        DatabaseField("detail", ["detail", "details", "message"], limit: 2000), DatabaseField("workspace_id", ["workspace_id"]),
        DatabaseField("created_at", ["created_at", "occurred_at", "at", "inserted_at"]),
      ]
    case .resources:
      [
        DatabaseField("tenant_id", ["tenant_id", "org_id", "organization_id"]),
        DatabaseField("kind", ["kind", "resource_kind", "type"], isRequired: true),
        DatabaseField("state", ["state", "status"]),
        DatabaseField("resource_id", ["resource_id", "provider_id", "external_id"], isRequired: true),
        DatabaseField("role", ["metadata"], member: "role"), DatabaseField("runtime", ["metadata"], member: "runtime"),
        DatabaseField("workspace", ["metadata"], member: "workspace"), DatabaseField("workspace_id", ["metadata"], member: "workspace_id"),
        DatabaseField("created_at", ["created_at", "inserted_at"]), DatabaseField("updated_at", ["updated_at", "modified_at"]),
      ]
    }
  }
}

/// One thing that a row tells, and the columns that may hold it.
struct DatabaseField: Sendable {
  let name: String
  /// The first that is there is selected.
  let columns: [String]
  /// Characters kept, cut off by the server.
  let limit: Int
  /// Without it the table can't be read.
  let isRequired: Bool
  /// The one member that is taken of a JSON column.
  let member: String?

  init(_ name: String, _ columns: [String], limit: Int = 256, isRequired: Bool = false, member: String? = nil) {
    self.name = name
    self.columns = columns
    self.limit = limit
    self.isRequired = isRequired
    self.member = member
  }
}

/// A column that is there and may be read, as `information_schema.columns` has it.
struct DatabaseColumn: Hashable, Sendable {
  var schema: String
  var table: String
  var name: String
  var type: String

  /// All columns of the known names that this role may select, the search path's first schema first.
  static var statement: String {
    let tables = DatabaseTable.allCases.flatMap(\.names)
    let columns = Set(DatabaseTable.allCases.flatMap { $0.fields.flatMap(\.columns) }).sorted()
    return """
      select c.table_schema::text, c.table_name::text, c.column_name::text, c.data_type::text from information_schema.columns c \
      where c.table_name in (\(list(tables))) and c.column_name in (\(list(columns))) \
      and (c.table_schema = any (current_schemas(false)) or c.table_schema = 'public') \
      and has_column_privilege(to_regclass(quote_ident(c.table_schema) || '.' || quote_ident(c.table_name)), c.column_name::text, 'SELECT') \
      order by array_position(current_schemas(false), c.table_schema::name) nulls last, c.table_name, c.ordinal_position
      """
  }

  private static func list(_ names: [String]) -> String { names.map { "'\($0)'" }.joined(separator: ", ") }
}

/// One statement that reads a table, and what its columns mean.
struct DatabaseQuery: Hashable, Sendable {
  let statement: String
  let fields: [String]
  /// Fields that are in no column here.
  let missing: [String]

  /// - Returns: `nil` when none of `columns` is of this table.
  /// - Throws: ``DatabaseError`` when a column is missing without which a row means nothing.
  init?(_ table: DatabaseTable, of columns: [DatabaseColumn]) throws(DatabaseError) {
    guard let found = table.names.lazy.compactMap({ name in columns.first { $0.table == name } }).first else { return nil }
    let here = columns.filter { $0.schema == found.schema && $0.table == found.table }
    var selected: [(field: String, expression: String)] = []
    var missing: [String] = []
    var order: String?
    var finished: String?
    for field in table.fields {
      let column = field.columns.lazy.compactMap { name in here.first { $0.name == name } }.first
      guard let column, let expression = Self.expression(field, column) else {
        guard !field.isRequired else {
          throw DatabaseError(.statement("42703"), "\(found.table) has no column \(field.columns[0]) that can be read")
        }
        if field.member == nil { missing.append(field.name) }
        continue
      }
      selected.append((field.name, expression))
      if field.name == "created_at" || field.name == "updated_at" && order == nil, Self.isSortable(column.type) {
        order = Self.quoted(column.name)
      }
      if table == .purges, field.name == "status", column.type != "json" { finished = Self.quoted(column.name) }
    }
    // What isn't finished first, however old: a cascade that failed months ago is still somebody's to resume.
    let keys = [finished.map { "(\($0)::text = 'completed') nulls first" }, order.map { "\($0) desc nulls last" }].compactMap { $0 }
    statement =
      "select \(selected.map(\.expression).joined(separator: ", ")) from \(Self.quoted(found.schema)).\(Self.quoted(found.table))"
      + (keys.isEmpty ? "" : " order by \(keys.joined(separator: ", "))") + " limit \(table.limit)"
    fields = selected.map(\.field)
    self.missing = missing
  }

  private static func expression(_ field: DatabaseField, _ column: DatabaseColumn) -> String? {
    let name = quoted(column.name)
    if let member = field.member {
      return column.type == "json" || column.type == "jsonb" ? "left(\(name) ->> '\(member)', \(field.limit))" : nil
    }
    // Seconds since 1970 whatever the session's date style is.
    if column.type.hasPrefix("timestamp") { return "extract(epoch from \(name))::text" }
    return "left(\(name)::text, \(field.limit))"
  }

  private static func isSortable(_ type: String) -> Bool {
    type.hasPrefix("timestamp") || ["date", "bigint", "integer", "numeric", "double precision", "text", "character varying"].contains(type)
  }

  static func quoted(_ name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
