import FleetModel

/// One reading of every known table, each in a transaction of its own: a table that is locked or half-migrated doesn't hide the others.
struct DatabaseReading: Sendable {
  var rows: DatabaseRows
  /// Unfinished ones and the newest; `nil` when the table isn't there or couldn't be read.
  var purges: [PurgeRow]?
  var bootEvents: [(org: OrgID, rows: [BootEventRow])] = []

  /// - Throws: ``DatabaseError`` when nothing could be read at all. What couldn't be read of a part is the rows' `problem`.
  static func read(_ session: PostgresSession, _ limits: QuestionLimits, at now: Timestamp) throws(DatabaseError) -> DatabaseReading {
    let columns = try self.columns(session, limits)
    var reading = DatabaseReading(rows: DatabaseRows(readAt: now))
    var problems: [String] = []
    var absent: [DatabaseTable] = []
    var isRead = false
    for table in DatabaseTable.allCases {
      do throws(DatabaseError) {
        if let query = try DatabaseQuery(table, of: columns) {
          if let problem = try reading.add(table, query, session, limits) { problems.append(problem) }
          isRead = true
        } else {
          absent.append(table)
        }
      } catch {
        guard !error.endsSession else {
          // What came before a connection broke is dropped: the question is asked again.
          guard error.kind == .timedOut, isRead else { throw error }
          problems.append("\(table.name): \(error)")
          break
        }
        problems.append("\(table.name): \(error)")
      }
    }
    if !absent.isEmpty, limits.left > 0 {
      try session.connect(limits)
      for table in try unreadable(absent, session, limits) { problems.append("this role may not read \(table.name): grant it SELECT") }
    }
    if !isRead {
      guard problems.isEmpty else { throw DatabaseError(.statement("42501"), problems.joined(separator: "; ")) }
      problems.append(
        "none of the tables that are known is here (organizations, org_instances, org_purges, …); is it the control plane's database?")
    }
    reading.rows.problem = problems.isEmpty ? nil : problems.joined(separator: "; ")
    return reading
  }

  /// The runs of the cascade alone, the oldest first; `nil` where there is no table of them.
  static func purges(_ session: PostgresSession, _ limits: QuestionLimits) throws(DatabaseError) -> [PurgeRow]? {
    guard let query = try DatabaseQuery(.purges, of: columns(session, limits)) else { return nil }
    var reading = DatabaseReading(rows: DatabaseRows(readAt: wallClock()))
    _ = try reading.add(.purges, query, session, limits)
    return reading.purges
  }

  static func columns(_ session: PostgresSession, _ limits: QuestionLimits) throws(DatabaseError) -> [DatabaseColumn] {
    var columns: [DatabaseColumn] = []
    try session.reading(limits) { () throws(DatabaseError) in
      try session.ask(DatabaseColumn.statement, limits) { row in
        columns.append(DatabaseColumn(schema: row[0] ?? "", table: row[1] ?? "", name: row[2] ?? "", type: row[3] ?? ""))
      }
    }
    return columns
  }

  /// Those of `tables` that are there, although no column of theirs may be read.
  static func unreadable(_ tables: [DatabaseTable], _ session: PostgresSession, _ limits: QuestionLimits) throws(DatabaseError)
    -> [DatabaseTable]
  {
    var there: Set<String> = []
    try session.reading(limits) { () throws(DatabaseError) in
      try session.ask(presenceStatement(tables), limits) { row in if let name = row[0] { there.insert(name) } }
    }
    return tables.filter { !there.isDisjoint(with: $0.names) }
  }

  static func presenceStatement(_ tables: [DatabaseTable]) -> String {
    let names = tables.flatMap(\.names).map { "('\($0)')" }.joined(separator: ", ")
    return
      "select t.name from (values \(names)) as t(name) where to_regclass(t.name) is not null or to_regclass('public.' || t.name) is not null"
  }

  /// - Returns: what is wrong with what came.
  private mutating func add(
    _ table: DatabaseTable, _ query: DatabaseQuery, _ session: PostgresSession, _ limits: QuestionLimits
  ) throws(DatabaseError) -> String? {
    var all: [DatabaseValues] = []
    try session.reading(limits) { () throws(DatabaseError) in
      try session.ask(query.statement, limits) { row in
        var values: [String: String] = [:]
        for (index, field) in query.fields.enumerated() { values[field] = row[index] }
        all.append(DatabaseValues(values))
      }
    }
    switch table {
    case .organizations: rows.orgs = all.compactMap(DatabaseOrgRow.init)
    case .instances: rows.instances = all.compactMap(DatabaseInstanceRow.init)
    case .resources: rows.claims = all.compactMap(ResourceClaimRow.init)
    // The oldest first, as they happened.
    case .purges: purges = all.reversed().compactMap(PurgeRow.init)
    case .bootEvents:
      var byOrg: [OrgID: [BootEventRow]] = [:]
      for values in all {
        guard let org: OrgID = values.identity("org_id"), let row = BootEventRow(values) else { continue }
        byOrg[org, default: []].append(row)
      }
      bootEvents = byOrg.keys.sorted().map { ($0, byOrg[$0] ?? []) }
      // A table that was read to its end holds all that ever came.
      rows.bootEventsSince =
        all.count < table.limit
        ? Timestamp(milliseconds: 0) : byOrg.values.joined().compactMap(\.at).min()
    }
    guard table.mustBeWhole, all.count >= table.limit else { return nil }
    // Something may be missing: nothing can be compared with it.
    switch table {
    case .organizations: rows.orgs = nil
    case .instances: rows.instances = nil
    default: rows.claims = nil
    }
    return "\(table.name) holds \(all.count) rows or more, the most that are read"
  }
}

/// A row's fields as text.
struct DatabaseValues {
  private let values: [String: String]

  init(_ values: [String: String]) { self.values = values }

  func text(_ field: String, limit: Int = 512) -> String? {
    values[field].map { UntrustedText.clean($0, limit: limit) }.flatMap { $0.isEmpty ? nil : $0 }
  }
  func identity<ID: Identity>(_ field: String) -> ID? { text(field, limit: 128).map(ID.init(rawValue:)) }
  func count(_ field: String) -> Int? { values[field].flatMap { Int($0) }.flatMap { Plausible.count.contains($0) ? $0 : nil } }
  /// Seconds since 1970 as ``DatabaseQuery`` asks for them, or whatever a column of text holds.
  func time(_ field: String) -> Timestamp? {
    guard let text = values[field] else { return nil }
    guard let number = Double(text) else { return Timestamp(rfc3339: text) }
    guard number > 0 else { return nil }
    return Timestamp(unix: number > 1e11 ? number / 1000 : number)
  }
}

extension DatabaseOrgRow {
  init?(_ values: DatabaseValues) {
    guard let id: OrgID = values.identity("id") else { return nil }
    self.init(id: id, slug: values.identity("slug"), status: values.text("status", limit: 64), createdAt: values.time("created_at"))
  }
}

extension DatabaseInstanceRow {
  init?(_ values: DatabaseValues) {
    guard let id: OrgID = values.identity("org_id") else { return nil }
    self.init(
      orgID: id, status: values.text("status", limit: 64).map(OrgStatus.init), instanceID: values.identity("instance_id"),
      region: values.identity("region"), lastError: values.text("last_error", limit: 2000), updatedAt: values.time("updated_at"))
  }
}

extension ResourceClaimRow {
  init?(_ values: DatabaseValues) {
    guard let kind = values.text("kind", limit: 64) else { return nil }
    self.init(
      orgID: values.identity("tenant_id"), kind: kind, state: values.text("state", limit: 64),
      resourceID: values.text("resource_id", limit: 256),
      role: values.text("role", limit: 64), runtime: values.text("runtime", limit: 64),
      workspaceID: values.identity("workspace_id") ?? values.identity("workspace"), createdAt: values.time("created_at"),
      updatedAt: values.time("updated_at"))
  }
}

extension PurgeRow {
  init?(_ values: DatabaseValues) {
    guard let id: PurgeID = values.identity("id") else { return nil }
    let (step, completed) = (values.text("last_step", limit: 64), values.time("completed_at"))
    // Without a status a purge is finished only if everything else says so (contract §1.9).
    let status = values.text("status", limit: 64) ?? (step == "completed" && completed != nil ? "completed" : "")
    self.init(
      id: id, orgID: values.identity("org_id"), slug: values.identity("org_slug"), status: Status(status), lastStep: step,
      lastError: values.text("last_error", limit: 2000), attempts: values.count("attempts"),
      createdAt: values.time("created_at"),
      completedAt: completed)
  }
}

extension BootEventRow {
  init?(_ values: DatabaseValues) {
    guard let event = values.text("event", limit: 128) else { return nil }
    self.init(
      event: event, status: values.text("status", limit: 64).map(Status.init), detail: values.text("detail", limit: 2000),
      at: values.time("created_at"), workspaceID: values.identity("workspace_id"))
  }
}
