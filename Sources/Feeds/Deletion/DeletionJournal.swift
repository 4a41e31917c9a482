import FleetModel
import Glibc

/// One deletion's journal on disk: a line a record, each on disk before the program goes on. Holding it is the right to send.
///
/// Its lock is the kernel's and ends with the process, however that ends.
public final class DeletionJournal: Sendable {
  public let path: String
  private let descriptor: Int32

  private init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  public enum Opening: Sendable {
    /// Ours; `records` are what an earlier process left, none for a new one.
    case held(DeletionJournal, records: [DeletionRecord])
    /// Another process carries this deletion out.
    case busy
  }

  /// Opens or makes the journal of one org's deletion and locks it.
  public static func open(in state: StateDirectory, environment: String, org: OrgID) throws(StateDirectory.Failure) -> Opening {
    try StateDirectory.make(state.journal)
    let path = path(in: state, environment, org)
    guard let opening = try open(path, making: O_CREAT) else { throw StateDirectory.Failure(path, "could not be made") }
    return opening
  }

  /// Opens and locks a journal that is there already. - Returns: `nil` when there is none, or none any more.
  public static func reopen(in state: StateDirectory, environment: String, org: OrgID) throws(StateDirectory.Failure) -> Opening? {
    try open(path(in: state, environment, org), making: 0)
  }

  /// Ids come from outside: the name is made of their hash.
  private static func path(in state: StateDirectory, _ environment: String, _ org: OrgID) -> String {
    "\(state.journal)/\(hexadecimalSHA256(of: Array("\(environment)\u{0}\(org)".utf8)).prefix(32)).ndjson"
  }

  private static func open(_ path: String, making: Int32) throws(StateDirectory.Failure) -> Opening? {
    // The file may be removed by its owner between opening and locking: then it is another file.
    for _ in 0..<100 {
      let descriptor = Glibc.open(path, O_RDWR | making | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
      guard descriptor >= 0 else {
        if errno == ENOENT, making == 0 { return nil }
        throw StateDirectory.Failure(path)
      }
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
        let journal = DeletionJournal(path: path, descriptor: descriptor)
        StateDirectory.syncDirectory(of: path)
        let bytes = try StateDirectory.read(path) ?? []
        try journal.cutTornLine(bytes)
        return .held(journal, records: records(in: bytes))
      }
      close(descriptor)
    }
    throw StateDirectory.Failure(path, "could not be locked")
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

  /// Forgets what an earlier process left: for one that had sent nothing.
  public func restart() throws(StateDirectory.Failure) {
    guard ftruncate(descriptor, 0) == 0, fsync(descriptor) == 0 else { throw StateDirectory.Failure(path) }
  }

  /// The deletion is over and its receipt written.
  public func remove() {
    unlink(path)
    StateDirectory.syncDirectory(of: path)
  }

  /// A line that was cut off while it was written never happened: what was to follow it didn't either.
  private func cutTornLine(_ bytes: [UInt8]) throws(StateDirectory.Failure) {
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
