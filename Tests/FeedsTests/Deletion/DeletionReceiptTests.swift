import Foundation
import Testing

@testable import Feeds
@testable import FleetModel

@Suite struct DeletionReceiptTests {
  func receipt(_ id: String) -> DeletionReceipt {
    let now = Timestamp(seconds: 1_795_000_000)
    return DeletionReceipt(
      id: id, orgID: "o-1", slug: "acme", environment: "staging", operator: "op@host", planHash: "sha256:00", startedAt: now,
      endedAt: now + 12,
      requests: [.init(at: now, path: "/cp/admin/tenants/acme", status: 200, purgeID: "p1")],
      legs: DeletionLegs(unread: "not read", at: now),
      outcome: .partial, hourlySaved: 0.25)
  }

  func store(_ temporary: TemporaryState, count: Int = 3) throws -> ReceiptStore {
    let store = ReceiptStore(state: temporary.state)
    for index in 0..<count { try store.add(receipt("r-\(index)")) }
    return store
  }

  func edit(_ store: ReceiptStore, _ name: String, _ change: (String) -> String) throws {
    let path = "\(store.directory)/\(name)"
    try change(String(contentsOfFile: path, encoding: .utf8)).write(toFile: path, atomically: true, encoding: .utf8)
  }

  @Test func aWholeChainIsVerifiedAndItsFilesAreTheOwnersAlone() throws {
    let temporary = TemporaryState()
    let store = try store(temporary)
    let (verified, broken) = try store.verify()
    #expect(verified == 3 && broken.isEmpty)
    let attributes = try FileManager.default.attributesOfItem(atPath: store.directory + "/r-0.json")
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(try FileManager.default.attributesOfItem(atPath: store.directory)[.posixPermissions] as? Int == 0o700)
  }

  @Test func aChainThatAnEditorGaveOtherLineEndsIsReadAsItIs() throws {
    let temporary = TemporaryState()
    let store = try store(temporary)
    try edit(store, "chain") { $0.replacing("\n", with: "\r\n") }
    let (verified, broken) = try store.verify()
    #expect(verified == 3 && broken.isEmpty, "\(broken)")
    try store.add(receipt("r-9"))
    #expect(try store.all().map(\.id) == ["r-0", "r-1", "r-2", "r-9"])
  }

  @Test func theHashIsThatOfTheReceiptWithSortedKeysAndWithoutItsHash() throws {
    let temporary = TemporaryState()
    let store = try store(temporary, count: 2)
    let kept = try #require(try store.document(of: "r-1"))
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: store.directory + "/r-1.json"))) as? [String: Any])
    let body = try JSONSerialization.data(
      withJSONObject: object.filter { $0.key != "hash" }, options: [.sortedKeys, .withoutEscapingSlashes])
    #expect(kept["hash"]?.string == "sha256:" + hexadecimalSHA256(of: Array(body)))
    #expect(kept["previous"]?.string == (try store.document(of: "r-0"))?["hash"]?.string)
    #expect(try String(contentsOfFile: store.directory + "/chain", encoding: .utf8).contains(kept["hash"]?.string ?? "-"))
  }

  @Test func addingTheSameReceiptAgainAfterACrashAddsNothing() throws {
    let temporary = TemporaryState()
    let store = try store(temporary, count: 2)
    try store.add(receipt("r-1"))
    #expect(try store.verify().verified == 2)
    // Cut off between the file and the chain: it is written anew.
    try edit(store, "chain") { $0.split(separator: "\n").dropLast().map { $0 + "\n" }.joined() }
    try store.add(receipt("r-1"))
    #expect(try store.verify().broken.isEmpty)
  }

  @Test func anEditIsFound() throws {
    let temporary = TemporaryState()
    let store = try store(temporary)
    try edit(store, "r-1.json") { $0.replacingOccurrences(of: "partial", with: "verified") }
    #expect(try store.verify().broken == [.init(id: "r-1", why: .edited)])
    #expect(try store.verify().verified == 2)
  }

  @Test func aSpaceMoreIsAnEditToo() throws {
    let temporary = TemporaryState()
    let store = try store(temporary)
    try edit(store, "r-1.json") { $0 + " " }
    #expect(try store.verify().broken == [.init(id: "r-1", why: .edited)])
  }

  @Test func besideTheReceiptsThereIsOneFileThatNamesTheNewest() throws {
    let temporary = TemporaryState()
    let store = try store(temporary)
    try store.prepare()
    let others = try FileManager.default.contentsOfDirectory(atPath: store.directory).filter { !$0.hasSuffix(".json") }
    #expect(others == ["chain"])
    let newest = try #require(try store.document(of: "r-2"))["hash"]?.string ?? "-"
    #expect(try String(contentsOfFile: store.directory + "/chain", encoding: .utf8).hasSuffix("\(newest) r-2\n"))
  }

  @Test func anEditWithItsHashMadeAnewIsFound() throws {
    let temporary = TemporaryState()
    let store = try store(temporary)
    let path = store.directory + "/r-1.json"
    let kept = try JSONValue(parsing: String(contentsOfFile: path, encoding: .utf8))
    let members = (kept.members ?? []).filter { $0.name != "hash" }.map { $0.name == "outcome" ? .init("outcome", "verified") : $0 }
    let forged = JSONValue.object(members + [.init("hash", .string(contentHash(of: .object(members))))])
    try forged.serialized().write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try store.verify().broken == [.init(id: "r-1", why: .edited)])
  }

  @Test(arguments: ["r-0", "r-1", "r-2"]) func aMissingReceiptIsFound(id: String) throws {
    let temporary = TemporaryState()
    let store = try store(temporary)
    try FileManager.default.removeItem(atPath: "\(store.directory)/\(id).json")
    #expect(try store.verify().broken == [.init(id: id, why: .missing)])
  }

  @Test func swappedReceiptsAreFound() throws {
    let temporary = TemporaryState()
    let store = try store(temporary)
    let first = try String(contentsOfFile: store.directory + "/r-0.json", encoding: .utf8)
    let second = try String(contentsOfFile: store.directory + "/r-1.json", encoding: .utf8)
    try edit(store, "r-0.json") { _ in second }
    try edit(store, "r-1.json") { _ in first }
    #expect(try store.verify().broken.map(\.why) == [.reordered, .reordered])
  }

  @Test func aReorderedOrCutChainIsFound() throws {
    let temporary = TemporaryState()
    let store = try store(temporary)
    let whole = try String(contentsOfFile: store.directory + "/chain", encoding: .utf8)
    try edit(store, "chain") { $0.split(separator: "\n").reversed().map { $0 + "\n" }.joined() }
    #expect(try store.verify().broken.contains { $0.why == .reordered })
    try edit(store, "chain") { _ in whole.split(separator: "\n").dropLast().map { $0 + "\n" }.joined() }
    #expect(try store.verify().broken == [.init(id: "r-2", why: .reordered)])
    try FileManager.default.removeItem(atPath: store.directory + "/chain")
    #expect(try !store.verify().broken.isEmpty)
  }

  @Test func noReceiptsAreNoBreak() throws {
    let temporary = TemporaryState()
    let (verified, broken) = try ReceiptStore(state: temporary.state).verify()
    #expect(verified == 0 && broken.isEmpty)
  }
}
