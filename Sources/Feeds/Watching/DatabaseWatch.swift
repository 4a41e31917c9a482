import FleetModel
import Synchronization

/// Reads the control plane's database. It never writes.
public final class DatabaseWatch: Sendable {
  /// Seconds for which a server that was never reached is tried again within one reading.
  static let patience = 5.0

  /// Kicked when it said that something changed.
  let hint: Kick
  private let queue: EventQueue
  private let connection: PostgresConnection

  public convenience init(settings: DatabaseSettings, queue: EventQueue) {
    self.init(PostgresConnection(settings: settings), queue: queue)
  }

  init(_ connection: PostgresConnection, queue: EventQueue) {
    hint = connection.hint
    self.queue = queue
    self.connection = connection
  }

  /// Closes the connection.
  func end() { connection.close() }

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

  private func post(to question: Question, _ change: FleetEvent.Change) {
    queue.post(FleetEvent(from: .database, answering: question, change))
  }
}
