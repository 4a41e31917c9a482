import CPostgres
import FleetModel
import Glibc
import Synchronization

/// How long a question may take, and whether anybody still wants its answer.
final class QuestionLimits: Sendable {
  /// By ``monotonicSeconds()``.
  let deadline: Double
  private let cancelled = Atomic(false)

  init(seconds: Double) { deadline = monotonicSeconds() + seconds }

  var isCancelled: Bool { cancelled.load(ordering: .acquiring) }
  var left: Double { deadline - monotonicSeconds() }
  func cancel() { cancelled.store(true, ordering: .releasing) }
}

/// One row of an answer; good only while it is being handed over.
struct PostgresRow {
  fileprivate let result: OpaquePointer

  /// The column's text; `nil` for NULL, and for a column that isn't there.
  subscript(column: Int) -> String? {
    guard column < PQnfields(result), PQgetisnull(result, 0, Int32(column)) == 0, let value = PQgetvalue(result, 0, Int32(column)) else {
      return nil
    }
    let bytes = UnsafeRawBufferPointer(start: value, count: Int(PQgetlength(result, 0, Int32(column))))
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A connection to PostgreSQL, non-blocking underneath: every wait can be ended from outside. Belongs to one thread.
final class PostgresSession {
  /// What the server said of itself and of the session.
  struct Facts: Hashable, Sendable {
    var version: String
    var user: String
    /// Whether every transaction of this session reads only unless it asks for more.
    var isReadOnly: Bool
    var isEncrypted: Bool
    var isLocal: Bool
  }

  /// Tables whose changes a control plane may announce. Listening to one that nobody uses costs nothing; a notification is only ever a hint
  /// to read again, whatever it says.
  static let channels = ["org_purges", "org_instances", "org_instance_boot_events", "tenant_resources", "fleet_events"]

  private let address: PostgresAddress
  private let wakeDescriptor: Int32
  private var connection: OpaquePointer?
  /// A pooler refused the session's settings.
  private var isPooled = false
  private(set) var facts: Facts?

  init(address: PostgresAddress, wakeDescriptor: Int32) {
    self.address = address
    self.wakeDescriptor = wakeDescriptor
  }

  deinit { if let connection { PQfinish(connection) } }

  // MARK: - Opening and closing

  /// Opens the connection unless it is open.
  /// - Returns: whether it had to be opened.
  @discardableResult
  func connect(_ limits: QuestionLimits) throws(DatabaseError) -> Bool {
    if let connection, PQstatus(connection) == CONNECTION_OK { return false }
    disconnect()
    do throws(DatabaseError) { try open(limits) } catch {
      disconnect()
      guard !isPooled, error.message.contains("unsupported startup parameter") else { throw error }
      isPooled = true
      do throws(DatabaseError) { try open(limits) } catch {
        disconnect()
        throw error
      }
    }
    do throws(DatabaseError) { try greet(limits) } catch {
      disconnect()
      throw error
    }
    return true
  }

  func disconnect() {
    if let connection { PQfinish(connection) }
    connection = nil
    facts = nil
  }

  private func open(_ limits: QuestionLimits) throws(DatabaseError) {
    let parameters = try address.parameters(pooled: isPooled)
    // Resolves names, which may take its time: one reason for a thread of its own.
    guard let connection = PostgresAddress.withArrays(parameters, { PQconnectStartParams($0, $1, 1) }) else {
      throw DatabaseError(.unreachable, "no memory for a connection")
    }
    self.connection = connection
    PQsetNoticeProcessor(connection, ignoreNotice, nil)
    var next = PQstatus(connection) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
    while next != PGRES_POLLING_OK {
      switch next {
      case PGRES_POLLING_READING: try wait(for: POLLIN, limits, doing: "connecting")
      case PGRES_POLLING_WRITING: try wait(for: POLLOUT, limits, doing: "connecting")
      default: throw connectionFailure(connection)
      }
      next = PQconnectPoll(connection)
    }
    PQsetnonblocking(connection, 1)
  }

  private func connectionFailure(_ connection: OpaquePointer) -> DatabaseError {
    // A line for each address that was tried; an indented one is advice, and ours is better.
    let lines = (PQerrorMessage(connection).map { String(cString: $0) } ?? "").lines.filter { !$0.isEmpty && !$0.hasPrefix("\t") }
    let words = address.mask(lines.joined(separator: "; "))
    if words.contains("is starting up") || words.contains("is shutting down") || words.contains("in recovery mode") {
      return DatabaseError(.statement("57P03"), words)
    }
    if words.contains("too many clients") || words.contains("remaining connection slots") {
      return DatabaseError(.statement("53300"), words)
    }
    if words.contains("definition of service") || words.contains("service file") || words.hasPrefix("invalid ") {
      return DatabaseError(.address, words)
    }
    if words.contains("FATAL:") || words.contains("password") || words.contains("SSL") || words.contains("certificate") {
      let ignored = address.ignoredPasswordFile().map { "; \($0) is ignored while others can read it: chmod 600 \($0)" } ?? ""
      return DatabaseError(.refused, words + ignored)
    }
    return DatabaseError(.unreachable, words)
  }

  /// Learns whom it talks to, and listens.
  private func greet(_ limits: QuestionLimits) throws(DatabaseError) {
    guard let connection else { return }
    let host = PQhost(connection).map { String(cString: $0) } ?? ""
    let isLocal = host.isEmpty || host.hasPrefix("/") || host == "localhost" || host.hasPrefix("127.") || host == "::1"
    var facts = Facts(version: "", user: "", isReadOnly: false, isEncrypted: PQsslInUse(connection) != 0, isLocal: isLocal)
    try ask("select current_setting('server_version'), current_user::text, current_setting('default_transaction_read_only')", limits) {
      row in
      facts.version = UntrustedText.clean(row[0] ?? "", limit: 60)
      facts.user = UntrustedText.clean(row[1] ?? "", limit: 64)
      facts.isReadOnly = row[2] == "on"
    }
    self.facts = facts
    // A session without its settings is a pooler's: it isn't ours to listen with.
    guard facts.isReadOnly, !isPooled else { return }
    for channel in Self.channels {
      do throws(DatabaseError) { try ask("listen \(channel)", limits) { _ in } } catch {
        // A standby can't listen; it is read all the same.
        guard !error.endsSession else { throw error }
        return
      }
    }
  }

  // MARK: - Asking

  /// Runs `body` in a transaction that can only read.
  func reading(_ limits: QuestionLimits, _ body: () throws(DatabaseError) -> Void) throws(DatabaseError) {
    // Said again for each transaction: a pooler drops the session's settings.
    try send("begin transaction read only; set local statement_timeout = 5000", limits)
    do throws(DatabaseError) {
      try body()
      try send("commit", limits)
    } catch {
      if connection != nil { try send("rollback", limits) }
      throw error
    }
  }

  /// Asks one statement and hands over row by row what comes.
  func ask(_ statement: String, _ limits: QuestionLimits, row: (PostgresRow) -> Void) throws(DatabaseError) {
    guard let connection else { throw DatabaseError(.lost, "it is not open") }
    guard PQsendQueryParams(connection, statement, 0, nil, nil, nil, nil, 0) == 1, PQsetSingleRowMode(connection) == 1 else { throw lost() }
    try collect(limits, row)
  }

  /// Several statements at once, without an answer of interest.
  private func send(_ statements: String, _ limits: QuestionLimits) throws(DatabaseError) {
    guard let connection else { throw DatabaseError(.lost, "it is not open") }
    guard PQsendQuery(connection, statements) == 1 else { throw lost() }
    try collect(limits) { _ in }
  }

  private func collect(_ limits: QuestionLimits, _ row: (PostgresRow) -> Void) throws(DatabaseError) {
    var failure: DatabaseError?
    do throws(DatabaseError) {
      try flush(limits)
      while let connection {
        while PQisBusy(connection) != 0 {
          try wait(for: POLLIN, limits, doing: "waiting for an answer")
          guard PQconsumeInput(connection) == 1 else { throw lost() }
        }
        guard let result = PQgetResult(connection) else { break }
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_SINGLE_TUPLE: row(PostgresRow(result: result))
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: break
        default: failure = failure ?? statementFailure(result)
        }
      }
    } catch {
      if error.kind == .timedOut || error.kind == .cancelled { cancelStatement() }
      disconnect()
      // A server that goes says why before it closes.
      throw error.kind == .lost ? failure ?? error : error
    }
    guard let failure else { return }
    if failure.endsSession || connection.map({ PQstatus($0) == CONNECTION_BAD }) ?? true {
      disconnect()
      throw failure.endsSession ? failure : DatabaseError(.lost, failure.message)
    }
    throw failure
  }

  private func flush(_ limits: QuestionLimits) throws(DatabaseError) {
    guard let connection else { return }
    while true {
      switch PQflush(connection) {
      case 0: return
      case 1:
        try wait(for: POLLIN | POLLOUT, limits, doing: "asking")
        guard PQconsumeInput(connection) == 1 else { throw lost() }
      default: throw lost()
      }
    }
  }

  private func statementFailure(_ result: OpaquePointer) -> DatabaseError {
    // PG_DIAG_SQLSTATE and PG_DIAG_MESSAGE_PRIMARY.
    let state = PQresultErrorField(result, Int32(UInt8(ascii: "C"))).map { String(cString: $0) }
    let words = PQresultErrorField(result, Int32(UInt8(ascii: "M"))).map { String(cString: $0) }
    guard let state else { return lost() }
    return DatabaseError(.statement(UntrustedText.clean(state, limit: 5)), address.mask(words ?? "the server refused a statement"))
  }

  private func lost() -> DatabaseError {
    let words = connection.flatMap { PQerrorMessage($0) }.map { String(cString: $0) } ?? ""
    return DatabaseError(.lost, address.mask(words.isEmpty ? "the server closed it" : words))
  }

  // MARK: - Waiting

  private func wait(for events: Int32, _ limits: QuestionLimits, doing what: String) throws(DatabaseError) {
    while true {
      if limits.isCancelled { throw DatabaseError(.cancelled, "") }
      let left = limits.left
      guard left > 0 else { throw DatabaseError(.timedOut, "the database did not answer in time, \(what)") }
      // Its number can change while connecting.
      let socket = connection.map { PQsocket($0) } ?? -1
      guard socket >= 0 else { throw lost() }
      var ready = [pollfd(fd: socket, events: Int16(events), revents: 0), pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0)]
      let count = poll(&ready, 2, pollTimeout(min(left, 60)))
      if count > 0, ready[1].revents != 0 { drainWake() }
      if count > 0, ready[0].revents != 0 { return }
    }
  }

  /// Waits until somebody wants something or the server speaks unasked.
  /// - Returns: whether what it said is worth another reading: a notification, or the end of the connection.
  func idle() -> Bool {
    let socket = connection.map { PQsocket($0) } ?? -1
    var ready = [pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: socket, events: Int16(POLLIN), revents: 0)]
    let count = poll(&ready, socket >= 0 ? 2 : 1, -1)
    guard count > 0 else { return false }
    if ready[0].revents != 0 { drainWake() }
    guard ready[1].revents != 0, let connection else { return false }
    guard PQconsumeInput(connection) == 1 else {
      disconnect()
      return true
    }
    return takeNotifications()
  }

  /// - Returns: whether there were any.
  func takeNotifications() -> Bool {
    var heard = false
    while let connection, let notification = PQnotifies(connection) {
      PQfreemem(notification)
      heard = true
    }
    return heard
  }

  private func drainWake() {
    var bytes = [UInt8](repeating: 0, count: 64)
    while read(wakeDescriptor, &bytes, bytes.count) > 0 {}
  }

  /// Tells the server to stop what it was asked for. `PQcancel` opens a connection and blocks, so it gets a thread; a quarter of a second is
  /// spent on seeing it sent.
  private func cancelStatement() {
    guard let connection, PQstatus(connection) == CONNECTION_OK, let cancel = PQgetCancel(connection) else { return }
    let request = CancelRequest(cancel)
    guard let thread = OwnThread.start({ request.send() }) else { return }
    pthread_detach(thread)
    request.wait(milliseconds: 250)
  }
}

/// A cancel request on its way. Only its thread touches the handle; the pipe tells that it was sent.
private final class CancelRequest: @unchecked Sendable {
  private let handle: OpaquePointer
  private let ends = PipeEnds(isBlocking: true)

  init(_ handle: OpaquePointer) { self.handle = handle }

  deinit {
    PQfreeCancel(handle)
    for end in [ends.reading, ends.writing] where end >= 0 { close(end) }
  }

  func send() {
    var words = [CChar](repeating: 0, count: 256)
    PQcancel(handle, &words, Int32(words.count))
    var byte: UInt8 = 1
    _ = write(ends.writing, &byte, 1)
  }

  func wait(milliseconds: Int32) {
    var ready = pollfd(fd: ends.reading, events: Int16(POLLIN), revents: 0)
    poll(&ready, 1, milliseconds)
  }
}
