import FleetModel
import Synchronization

/// Reads the control plane's database now and then, and when it says that something changed. It never writes.
public final class DatabaseWatch: Sendable {
  /// Seconds between two readings where nothing is announced.
  static let interval = 30.0
  /// Seconds between two readings at least: a hint a row must not become a reading a row.
  static let shortestInterval = 2.0
  /// Seconds for which a server that was never reached is tried again within one reading.
  static let patience = 5.0

  let kick: Kick
  private let queue: EventQueue
  private let connection: PostgresConnection

  public convenience init(settings: DatabaseSettings, queue: EventQueue) {
    self.init(PostgresConnection(settings: settings), queue: queue)
  }

  init(_ connection: PostgresConnection, queue: EventQueue) {
    kick = connection.hint
    self.queue = queue
    self.connection = connection
  }

  func announce() { post(.expected(pollInterval: Self.interval)) }

  /// Reads until the task is cancelled, then closes the connection.
  func run() async {
    defer { connection.close() }
    var schedule = DatabaseSchedule()
    while !Task.isCancelled {
      let failure = await read(within: 20)
      let wait = schedule.wait(after: failure, random: Double.random(in: 0..<1))
      let asked = monotonicSeconds()
      await kick.wait(wait)
      let early = Self.shortestInterval - (monotonicSeconds() - asked)
      if early > 0 { try? await Task.sleep(seconds: early) }
    }
  }

  /// Reads every known table, at most `budget` seconds long, and posts what it holds or why it couldn't be read. A server that restarts
  /// meanwhile is asked again.
  /// - Returns: why nothing could be read, if nothing could.
  @discardableResult
  public func read(within budget: Double) async -> DatabaseError? {
    var question = Question()
    do throws(DatabaseError) {
      let policy = RetryPolicy.database(patience: Self.patience)
      let reading = try await policy.ask(until: monotonicSeconds() + budget) { left throws(DatabaseError) in
        question = Question()
        return try await connection.perform(within: left) { [asked = question.asked] session, limits throws(DatabaseError) in
          try session.connect(limits)
          return try DatabaseReading.read(session, limits, at: asked)
        }
      }
      post(reading, to: question)
      return nil
    } catch {
      if !Task.isCancelled, error.kind != .cancelled { post(to: question, .failed(error.description)) }
      return error
    }
  }

  private func post(_ reading: DatabaseReading, to question: Question) {
    if let purges = reading.purges { post(to: question, .purges(purges)) }
    for (org, rows) in reading.bootEvents { post(to: question, .bootEvents(org, rows)) }
    post(to: question, .databaseRows(reading.rows))
  }

  private func post(to question: Question? = nil, _ change: FleetEvent.Change) {
    queue.post(FleetEvent(from: .database, answering: question, change))
  }
}

/// When the database is read again: regularly while it answers, ever more rarely while it doesn't.
struct DatabaseSchedule {
  static let longestWait = 120.0
  private var failures = 0

  /// - Parameter random: a number in 0..<1.
  mutating func wait(after failure: DatabaseError?, random: Double) -> Double {
    guard let failure else {
      failures = 0
      return DatabaseWatch.interval
    }
    failures += 1
    // A wrong password stays wrong, and asking again may lock the role.
    let shortest = failure.isTransient || failure.kind == .timedOut ? 2.0 : 30.0
    let ceiling = min(Self.longestWait, shortest * Double(1 << min(failures, 10)))
    return ceiling * (0.5 + random / 2)
  }
}
