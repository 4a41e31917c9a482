import FleetModel
import Foundation
import GRDB

/// The boots that were watched, in one SQLite file: shared by every dashboard of this user, bounded, mode 0600 in a directory of mode 0700.
///
/// Write-ahead logging lets the others read while one writes; writers wait for each other. A boot that two of them watched is kept once.
public final class HistoryFile: Sendable {
  public let path: String
  /// The file may be read but not written: new boots are not kept.
  public let isReadOnly: Bool
  private let queue: DatabaseQueue

  /// Boots kept; the oldest go first.
  public static let limit = 20_000
  /// Boots that a forecast is learned from.
  public static let learnedLimit = 3000
  /// Seconds a process waits for another's write.
  private static let patience = 5.0

  /// `[history].path`, else `$XDG_STATE_HOME/fleettui/history.sqlite`, else `~/.local/state/fleettui/history.sqlite`.
  /// - Returns: `nil` where none of them is known.
  public static func path(configured: String?, variables: [String: String]) -> String? {
    if let configured, !configured.isEmpty { return configured }
    if let base = variables["XDG_STATE_HOME"], base.hasPrefix("/") { return "\(base)/fleettui/history.sqlite" }
    guard let home = variables["HOME"], home.hasPrefix("/") else { return nil }
    return "\(home)/.local/state/fleettui/history.sqlite"
  }

  /// Opens the file, made and brought up to date where necessary; read-only where it can't be written.
  /// - Throws: ``HistoryFailure`` when it can't be made or read, isn't a history, is damaged, or was written by a newer fleettui.
  public init(path: String) throws(HistoryFailure) {
    self.path = path
    do {
      let directory = try Self.directory(of: path)
      let turn = Self.turn(in: directory)
      defer { if turn >= 0 { close(turn) } }
      try Self.make(path)
      do {
        queue = try Self.open(path, readOnly: false)
        isReadOnly = false
      } catch let error as GRDB.DatabaseError where Self.isRefusal(error) {
        queue = try Self.open(path, readOnly: true)
        isReadOnly = true
      }
    } catch {
      throw Self.failure(path, error)
    }
  }

  private static func isRefusal(_ error: GRDB.DatabaseError) -> Bool {
    [.SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM].contains(error.resultCode)
  }

  private static func failure(_ path: String, _ error: any Error) -> HistoryFailure {
    if let failure = error as? HistoryFailure { return failure }
    guard let error = error as? GRDB.DatabaseError else { return HistoryFailure(path: path, problem: "can't be used") }
    let problem: String =
      switch error.resultCode {
      case .SQLITE_NOTADB, .SQLITE_CORRUPT:
        "is damaged or not a history; move it away and a new one is made"
      case .SQLITE_BUSY, .SQLITE_LOCKED: "another process held it for over \(Int(clamping: patience)) s"
      case .SQLITE_FULL: "the disk is full"
      case .SQLITE_READONLY, .SQLITE_PERM: "can't be written; check its owner and mode"
      case .SQLITE_CANTOPEN: "can't be opened; check its directory, owner and mode"
      default: error.message ?? "SQLite error \(error.resultCode.rawValue)"
      }
    return HistoryFailure(path: path, problem: problem)
  }

  /// The directory of the file, made where it isn't there.
  private static func directory(of path: String) throws -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    if slash != path.startIndex {
      let directory = String(path[..<slash])
      var made = ""
      for part in directory.split(separator: "/", omittingEmptySubsequences: true) {
        let isTop = made.isEmpty && directory.hasPrefix("/")
        made += (made.isEmpty && !isTop ? "" : "/") + part
        // A home that doesn't exist isn't ours to make.
        if isTop, access(made, F_OK) != 0 { throw HistoryFailure(path: path, problem: "\(made) doesn't exist") }
        if mkdir(made, 0o700) != 0, errno != EEXIST, errno != EROFS, errno != EACCES {
          throw HistoryFailure(path: path, problem: "\(made) can't be made: \(String(cString: strerror(errno)))")
        }
      }
    }
    return String(path[...slash])
  }

  /// The directory's lock, until its descriptor is closed: those who make a file, or bring it up to date, do so one after the other.
  /// - Returns: -1 where there is none, or somebody keeps it for longer than ``patience``: SQLite's own locks, and trying again, must do then.
  private static func turn(in directory: String) -> Int32 {
    let descriptor = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return -1 }
    let end = monotonicSeconds() + patience
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR, monotonicSeconds() < end else {
        close(descriptor)
        return -1
      }
      usleep(5000)
    }
    return descriptor
  }

  /// Makes an empty file, so that it has its mode from the first moment. SQLite gives its side files the file's mode.
  private static func make(_ path: String) throws {
    let file = Glibc.open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
    if file >= 0 { close(file) }
    // SQLite would wait for a pipe's or a device's bytes.
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG { throw HistoryFailure(path: path, problem: "is not a file") }
  }

  private static func open(_ path: String, readOnly: Bool) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.readonly = readOnly
    configuration.label = "history"
    configuration.busyMode = .timeout(patience)
    if !readOnly { configuration.journalMode = .wal }
    // Losing the last boot at a power cut is no loss; waiting for the disk is.
    configuration.prepareDatabase { database in if !readOnly { try database.execute(sql: "PRAGMA synchronous = NORMAL") } }
    let queue = try opened(path, configuration)
    if readOnly {
      try queue.read { database in
        guard try migrator.completedMigrations(database).contains(firstVersion) else {
          throw HistoryFailure(path: path, problem: "is empty and can't be written")
        }
      }
      return queue
    }
    try update(path, queue)
    return queue
  }

  /// Brings the file up to date. Another process may do so at the same moment: what it did first fails here, and is there at the next try.
  /// Each of its steps (the list of migrations, every migration) can fail one try.
  private static func update(_ path: String, _ queue: DatabaseQueue) throws {
    func attempt() throws {
      guard try !queue.read(migrator.hasBeenSuperseded) else {
        throw HistoryFailure(path: path, problem: "was written by a newer fleettui; update this one, or set [history].path to another file")
      }
      try migrator.migrate(queue)
    }
    for _ in 0...migrator.migrations.count {
      do { return try attempt() } catch let error as GRDB.DatabaseError
        where [.SQLITE_ERROR, .SQLITE_CONSTRAINT].contains(error.resultCode)
      {}
    }
    try attempt()
  }

  /// The change to write-ahead logging doesn't wait for another process that does the same: it is tried again.
  private static func opened(_ path: String, _ configuration: Configuration) throws -> DatabaseQueue {
    for _ in 0..<100 {
      do { return try DatabaseQueue(path: path, configuration: configuration) } catch let error as GRDB.DatabaseError
        where error.resultCode == .SQLITE_BUSY
      {
        usleep(50_000)
      }
    }
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  private static let firstVersion = "1: boots"

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration(firstVersion) { database in
      try database.execute(
        sql: """
          CREATE TABLE boot (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            target TEXT,
            -- Milliseconds since 1970.
            ended_at INTEGER,
            -- The record as `eta export` writes it.
            record TEXT NOT NULL UNIQUE
          ) STRICT;
          CREATE INDEX boot_by_target ON boot (target, ended_at);
          """)
    }
    migrator.registerMigration("2: orgs") { database in
      try database.execute(
        sql: """
          CREATE TABLE org (
            environment TEXT NOT NULL,
            id TEXT NOT NULL,
            slug TEXT NOT NULL,
            -- When a roster last held it: milliseconds since 1970.
            last_seen INTEGER NOT NULL,
            PRIMARY KEY (environment, id)
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX org_by_last_seen ON org (last_seen);
          """)
    }
    return migrator
  }

  // MARK: - Writing

  /// Adds boots that aren't there yet.
  /// - Returns: how many were new.
  /// - Throws: ``HistoryFailure``.
  @discardableResult
  public func add(_ boots: [BootRecord]) throws(HistoryFailure) -> Int {
    guard !isReadOnly else { throw HistoryFailure(path: path, problem: "can't be written; check its owner and mode") }
    do { return try queue.write { database in try Self.add(boots, to: database) } } catch { throw Self.failure(path, error) }
  }

  /// The same without waiting. - Parameter report: called on another thread when it failed.
  public func addLater(_ boots: [BootRecord], report: @escaping @Sendable (HistoryFailure) -> Void) {
    guard !boots.isEmpty, !isReadOnly else { return }
    let path = path
    queue.asyncWrite { database in
      _ = try Self.add(boots, to: database)
    } completion: { _, result in
      if case .failure(let error) = result { report(Self.failure(path, error)) }
    }
  }

  /// Orgs kept; those that were not seen for the longest go first.
  static let orgLimit = 20_000

  /// Keeps when a roster last held each org, without waiting.
  /// - Parameter report: called on another thread when it failed.
  public func noteLater(_ orgs: [OrgSighting], in environment: String, report: @escaping @Sendable (HistoryFailure) -> Void) {
    guard !orgs.isEmpty, !isReadOnly else { return }
    let path = path
    queue.asyncWrite { database in
      try Self.note(orgs, in: environment, database)
    } completion: { _, result in
      if case .failure(let error) = result { report(Self.failure(path, error)) }
    }
  }

  /// The same, waiting for it.
  /// - Throws: ``HistoryFailure``.
  public func note(_ orgs: [OrgSighting], in environment: String) throws(HistoryFailure) {
    guard !orgs.isEmpty, !isReadOnly else { return }
    do { try queue.write { try Self.note(orgs, in: environment, $0) } } catch { throw Self.failure(path, error) }
  }

  /// Returns when everything that was to be kept later is in the file, or was reported.
  public func finish() { try? queue.read { _ in } }

  private static func note(_ orgs: [OrgSighting], in environment: String, _ database: Database) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO org (environment, id, slug, last_seen) VALUES (?, ?, ?, ?)
        ON CONFLICT (environment, id) DO UPDATE SET slug = excluded.slug, last_seen = max(last_seen, excluded.last_seen)
        """)
    for org in orgs { try statement.execute(arguments: [environment, org.id.rawValue, org.slug.rawValue, org.lastSeen.milliseconds]) }
    try database.execute(
      sql: """
        DELETE FROM org WHERE (environment, id) IN
          (SELECT environment, id FROM org ORDER BY last_seen DESC LIMIT -1 OFFSET ?)
        """, arguments: [orgLimit])
  }

  /// Two dashboards may see one boot end half a minute apart: one was told, the other asked.
  private static let sameEnd: Int64 = 60_000

  private static func add(_ boots: [BootRecord], to database: Database) throws -> Int {
    let twin = try database.cachedStatement(sql: "SELECT 1 FROM boot WHERE target = ? AND ended_at BETWEEN ? AND ? LIMIT 1")
    let insertion = try database.cachedStatement(sql: "INSERT OR IGNORE INTO boot (target, ended_at, record) VALUES (?, ?, ?)")
    var added = 0
    for boot in boots {
      let record = boot.json.serialized()
      if let end = boot.endedAt?.milliseconds, let target = boot.target,
        try Row.fetchOne(twin, arguments: [target, end - sameEnd, end + sameEnd]) != nil
      {
        continue
      }
      try insertion.execute(arguments: [boot.target, boot.endedAt?.milliseconds, record])
      added += database.changesCount
    }
    try database.execute(sql: "DELETE FROM boot WHERE id <= (SELECT max(id) FROM boot) - ?", arguments: [limit])
    return added
  }

  // MARK: - Reading

  /// The newest boots, oldest first. A row that isn't one is passed over.
  /// - Throws: ``HistoryFailure``.
  public func boots(newest count: Int = HistoryFile.limit) throws(HistoryFailure) -> [BootRecord] {
    do {
      return try queue.read { database in
        let rows = try DatabaseValue.fetchAll(database, sql: "SELECT record FROM boot ORDER BY id DESC LIMIT ?", arguments: [count])
        return rows.reversed().compactMap { value in String.fromDatabaseValue(value).flatMap { try? BootRecord(line: Array($0.utf8)) } }
      }
    } catch { throw Self.failure(path, error) }
  }

  /// Every org that a roster of `environment` ever held, those that were seen last first. A row that isn't one is passed over.
  /// - Throws: ``HistoryFailure``.
  public func orgs(of environment: String) throws(HistoryFailure) -> [OrgSighting] {
    do {
      return try queue.read { database in
        guard try database.tableExists("org") else { return [] }
        return try Row.fetchAll(
          database, sql: "SELECT id, slug, last_seen FROM org WHERE environment = ? ORDER BY last_seen DESC", arguments: [environment]
        ).compactMap { row in
          // Another program may have written there: what is of another type is passed over.
          guard let id = String.fromDatabaseValue(row["id"]), let slug = String.fromDatabaseValue(row["slug"]),
            let seen = Int64.fromDatabaseValue(row["last_seen"])
          else { return nil }
          return OrgSighting(id: OrgID(id), slug: Slug(slug), lastSeen: Timestamp(milliseconds: seen))
        }
      }
    } catch { throw Self.failure(path, error) }
  }

  /// For tests: one statement, as another program might send it.
  func testRun(_ statement: String) throws { try queue.write { try $0.execute(sql: statement) } }
}
