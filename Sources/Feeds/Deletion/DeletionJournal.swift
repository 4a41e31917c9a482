import FleetModel
import Glibc

/// One deletion's journal on disk: a line a record, each on disk before the program goes on. Holding it is the right to send.
///
/// Its lock is the kernel's and ends with the process, however that ends.
public final class DeletionJournal: Sendable {
  public let path: String
  private let descriptor: Int32
  /// What an earlier process left in it.
  public let standing: Standing

  private init(path: String, descriptor: Int32, standing: Standing) {
    self.path = path
    self.descriptor = descriptor
    self.standing = standing
  }

  deinit { close(descriptor) }

  public enum Standing: Sendable {
    /// Nothing was sent: the deletion may be begun.
    case unsent
    /// It ended, and this is its receipt.
    case over(JSONValue)
    /// A request left, or may have left, or another run was followed: it is gone on with, by looking, and never begun anew.
    case unfinished(DeletionRun)
  }

  public enum Opening: Sendable {
    /// Ours.
    case held(DeletionJournal)
    /// Another process carries this deletion out.
    case busy
  }

  /// Opens or makes the journal of one org's deletion and locks it.
  /// - Parameter order: what would be begun.
  public static func open(in state: StateDirectory, for order: DeletionRun.Order) throws(StateDirectory.Failure) -> Opening {
    try StateDirectory.make(state.journal)
    let path = path(in: state, order.environment, order.orgID)
    guard let opening = try open(path, in: state, making: O_CREAT, order) else { throw StateDirectory.Failure(path, "could not be made") }
    return opening
  }

  /// Opens and locks a journal that is there already. - Returns: `nil` when there is none, or none any more.
  public static func reopen(in state: StateDirectory, for order: DeletionRun.Order) throws(StateDirectory.Failure) -> Opening? {
    try open(path(in: state, order.environment, order.orgID), in: state, making: 0, order)
  }

  /// Ids come from outside: the name is made of their hash.
  private static func path(in state: StateDirectory, _ environment: String, _ org: OrgID) -> String {
    "\(state.journal)/\(hexadecimalSHA256(of: Array("\(environment)\u{0}\(org)".utf8)).prefix(32)).ndjson"
  }

  private static func open(
    _ path: String, in state: StateDirectory, making: Int32, _ order: DeletionRun.Order
  ) throws(StateDirectory.Failure) -> Opening? {
    // The file may be removed by its owner between opening and locking: then it is another file.
    for _ in 0..<100 {
      guard let descriptor = try StateDirectory.openFile(path, O_RDWR | making | O_APPEND | O_NOFOLLOW) else { return nil }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let isBusy = errno == EWOULDBLOCK
        let failure = StateDirectory.Failure(path)
        close(descriptor)
        guard isBusy else { throw failure }
        return .busy
      }
      var ours = stat()
      var named = stat()
      if fstat(descriptor, &ours) == 0, stat(path, &named) == 0, ours.st_ino == named.st_ino {
        StateDirectory.syncDirectory(of: path)
        do throws(StateDirectory.Failure) {
          let bytes = try StateDirectory.read(path) ?? []
          try cutTornLine(bytes, of: path, descriptor)
          let standing = try standing(of: records(in: bytes), in: state, order)
          return .held(DeletionJournal(path: path, descriptor: descriptor, standing: standing))
        } catch {
          close(descriptor)
          throw error
        }
      }
      close(descriptor)
    }
    throw StateDirectory.Failure(path, "could not be locked")
  }

  private static func standing(
    of records: [DeletionRecord], in state: StateDirectory, _ order: DeletionRun.Order
  ) throws(StateDirectory.Failure) -> Standing {
    if case .ended? = records.last, case .begun(let begun)? = records.first,
      let receipt = try ReceiptStore(state: state).document(of: begun.receiptID)
    {
      return .over(receipt)
    }
    return DeletionRun(resuming: records, at: wallClock(), as: order).map(Standing.unfinished) ?? .unsent
  }

  /// What deletions have a journal here: left by a process that is gone, or under way in another one. Opening one tells which.
  public static func leftovers(in state: StateDirectory) -> [DeletionRun.Order] {
    StateDirectory.names(in: state.journal).filter { $0.hasSuffix(".ndjson") }.compactMap { name in
      guard let bytes = (try? StateDirectory.read("\(state.journal)/\(name)")) ?? nil, case .begun(let order)? = records(in: bytes).first
      else { return nil }
      return order
    }
  }

  /// Puts one record on disk; when this returns, it will be there whatever happens to the program.
  public func append(_ record: DeletionRecord) throws(StateDirectory.Failure) {
    try StateDirectory.append(Array((record.json.serialized() + "\n").utf8), to: descriptor, path)
  }

  /// Begins a deletion. What an earlier process left is forgotten, unless something of it is to be gone on with.
  public func begin(_ order: DeletionRun.Order) throws(StateDirectory.Failure) {
    if case .unfinished = standing { throw StateDirectory.Failure(path, "holds a deletion that is not over") }
    guard ftruncate(descriptor, 0) == 0, fsync(descriptor) == 0 else { throw StateDirectory.Failure(path) }
    try append(.begun(order))
  }

  /// The deletion is over and its receipt written.
  public func remove() {
    unlink(path)
    StateDirectory.syncDirectory(of: path)
  }

  /// A line that was cut off while it was written never happened: what was to follow it didn't either.
  private static func cutTornLine(_ bytes: [UInt8], of path: String, _ descriptor: Int32) throws(StateDirectory.Failure) {
    let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    guard whole < bytes.count else { return }
    guard ftruncate(descriptor, off_t(whole)) == 0 else { throw StateDirectory.Failure(path) }
  }

  /// A line that can't be read may have said that a request left: it is taken for one.
  static func records(in bytes: [UInt8]) -> [DeletionRecord] {
    let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { bytes[...$0] } ?? []
    return whole.split(separator: UInt8(ascii: "\n")).map { line in
      (try? JSONValue(parsing: Array(line))).flatMap(DeletionRecord.init)
        ?? .unanswered("a line of its journal can't be read", mayHaveArrived: true, at: Timestamp(milliseconds: 0))
    }
  }
}
