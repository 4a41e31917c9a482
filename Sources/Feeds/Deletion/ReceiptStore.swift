import FleetModel
import Glibc

/// The receipts on disk: a JSON file each, chained by hash, never changed. `chain` beside them has a line for each, the newest last:
/// the receipt's hash and its id.
public struct ReceiptStore: Sendable {
  public let directory: String

  public init(state: StateDirectory) { directory = state.receipts }

  /// An id for a receipt that begins now: `r-20261123T134207Z-5f2c`.
  public static func newID(at now: Timestamp) -> String {
    "r-\(now.basicFormat)-" + String((0..<4).map { _ in "0123456789abcdef".randomElement() ?? "0" })
  }

  /// One receipt as it lies on disk.
  public struct Stored: Sendable {
    public var id: String
    public var document: JSONValue
  }

  public struct Break: Hashable, Sendable {
    public enum Reason: String, Sendable { case edited, missing, reordered }
    public var id: String
    public var why: Reason
  }

  private static func file(of receipt: JSONValue) -> [UInt8] { Array((receipt.serialized(sortedKeys: true) + "\n").utf8) }

  private struct Link: Hashable {
    var hash: String
    var id: String
  }

  private var chainPath: String { directory + "/chain" }
  private func path(of id: String) -> String { "\(directory)/\(id).json" }

  /// Adds a receipt as the chain's newest. Adding the same id again, after a crash between two steps, adds nothing.
  /// - Returns: the receipt as kept, with its hash.
  @discardableResult
  public func add(_ receipt: DeletionReceipt) throws(StateDirectory.Failure) -> JSONValue {
    try StateDirectory.make(directory)
    let lock = try locked()
    defer { close(lock) }
    let links = try self.links()
    if links.contains(where: { $0.id == receipt.id }), let kept = try document(of: receipt.id) { return kept }
    let body = receipt.body(previous: links.last?.hash)
    let hash = contentHash(of: body)
    let kept = JSONValue.object((body.members ?? []) + [.init("hash", .string(hash))])
    try StateDirectory.replace(path(of: receipt.id), with: Self.file(of: kept))
    let text = (links + [Link(hash: hash, id: receipt.id)]).map { "\($0.hash) \($0.id)\n" }.joined()
    try StateDirectory.replace(chainPath, with: Array(text.utf8))
    return kept
  }

  /// Makes sure that a receipt can be written, before there is one to write: the directory is there, and a file of a receipt's size fits.
  public func prepare() throws(StateDirectory.Failure) {
    try StateDirectory.make(directory)
    let lock = try locked()
    defer { close(lock) }
    try StateDirectory.tryOut(directory + "/.room", size: 16 << 10)
  }

  /// The directory's own lock: released when closed.
  private func locked() throws(StateDirectory.Failure) -> Int32 {
    let lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard lock >= 0 else { throw StateDirectory.Failure(directory) }
    while flock(lock, LOCK_EX) != 0 {
      guard errno == EINTR else {
        let failure = StateDirectory.Failure(directory)
        close(lock)
        throw failure
      }
    }
    return lock
  }

  /// Every receipt that can be read, the newest last.
  public func all() throws(StateDirectory.Failure) -> [Stored] {
    let order = try links().map(\.id)
    let others = ids.filter { !order.contains($0) }
    var stored: [Stored] = []
    for id in order + others {
      if let document = try document(of: id) { stored.append(Stored(id: id, document: document)) }
    }
    return stored
  }

  /// One receipt; `nil` when there is none of that id, or it can't be read as JSON.
  public func document(of id: String) throws(StateDirectory.Failure) -> JSONValue? {
    guard !id.isEmpty, !id.contains("/"), !id.hasPrefix(".") else { return nil }
    return try StateDirectory.read(path(of: id)).flatMap { try? JSONValue(parsing: $0) }
  }

  /// Checks every receipt against its own hash, against the chain, and against the one before it.
  public func verify() throws(StateDirectory.Failure) -> (verified: Int, broken: [Break]) {
    let links = try self.links()
    var broken: [Break] = []
    var verified = 0
    let known = Set(links.map(\.hash))
    var seen: Set<String> = []
    var previous: String?
    for link in links {
      let reason = seen.insert(link.id).inserted ? try reason(against: link, previous: previous, known: known) : .reordered
      if let reason { broken.append(Break(id: link.id, why: reason)) } else { verified += 1 }
      previous = link.hash
    }
    // Receipts that the chain doesn't name: it was cut, or they were put there.
    for id in ids where !seen.contains(id) { broken.append(Break(id: id, why: .reordered)) }
    if links.isEmpty, !broken.isEmpty { broken.insert(Break(id: "chain", why: .missing), at: 0) }
    return (verified, broken)
  }

  private func reason(against link: Link, previous: String?, known: Set<String>) throws(StateDirectory.Failure) -> Break.Reason? {
    guard let bytes = try StateDirectory.read(path(of: link.id)) else { return .missing }
    guard let kept = try? JSONValue(parsing: bytes), let members = kept.members else { return .edited }
    let hash = contentHash(of: .object(members.filter { $0.name != "hash" }))
    guard kept["hash"]?.string == hash else { return .edited }
    // Two keys of one name read differently by different programs.
    guard Set(members.map(\.name)).count == members.count else { return .edited }
    // The bytes are those that were written, not only the meaning.
    guard bytes == Self.file(of: kept) else { return .edited }
    guard hash == link.hash else { return known.contains(hash) ? .reordered : .edited }
    guard kept["id"]?.string == link.id else { return .reordered }
    guard kept["previous"] == JSONValue(previous) else { return .reordered }
    return nil
  }

  private var ids: [String] { StateDirectory.names(in: directory).filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) } }

  private func links() throws(StateDirectory.Failure) -> [Link] {
    let text = String(decoding: try StateDirectory.read(chainPath) ?? [], as: UTF8.self)
    return text.lines.filter { !$0.isEmpty }.map { line in
      let parts = line.split(separator: " ", maxSplits: 1)
      return Link(hash: String(parts[0]), id: parts.count > 1 ? String(parts[1]) : "")
    }
  }
}
