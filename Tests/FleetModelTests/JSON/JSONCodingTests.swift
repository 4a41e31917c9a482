import Foundation
import HostileNumbers
import Testing

@testable import FleetModel

/// Events as they are written down: in our JSON, which is the one that others read and write too.
@Suite struct JSONCodingTests {
  private func text(_ value: some Encodable) throws -> String {
    var bytes: [UInt8] = []
    try JSONCoding.append(value, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The same whatever the order of its members.
  private func canonical(_ event: FleetEvent) throws -> String { try JSONValue(parsing: text(event)).serialized(sortedKeys: true) }

  private func read<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) throws -> Value {
    try JSONCoding.value(type, from: Array(text.utf8))
  }

  @Test func everyEventComesBackAsItWas() throws {
    for event in SampleEvents.all { #expect(try canonical(read(text(event), as: FleetEvent.self)) == canonical(event)) }
  }

  @Test("what Foundation wrote is read, and what is written Foundation reads: recordings of earlier programs stay what they are")
  func theFormatIsTheOneThatItWas() throws {
    for event in SampleEvents.all {
      let theirs = String(decoding: try JSONEncoder().encode(event), as: UTF8.self)
      #expect(try canonical(read(theirs, as: FleetEvent.self)) == canonical(event))
      let ours = try text(event)
      #expect(try canonical(JSONDecoder().decode(FleetEvent.self, from: Data(ours.utf8))) == canonical(event))
      #expect(try JSONValue(parsing: ours).serialized(sortedKeys: true) == JSONValue(parsing: theirs).serialized(sortedKeys: true))
    }
  }

  private struct Scalars: Codable, Equatable {
    var small: Int8 = -128
    var large = UInt64.max
    var least = Int64.min
    var share = 0.1
    var half: Float = 0.5
    var words = "é\u{1B}\"\\/\n\u{7F}🚀"
    var isTrue = true
    var nothing: Int?
    var lists: [[Int]] = [[], [1], [2, 3]]
    var empty: [String: Int] = [:]
    var byNumber: [Int: String] = [7: "seven"]
    var nested: [String: [String: Double]] = ["a": ["b": 1e300]]
    private var void = Void()
    private struct Void: Codable, Equatable {}
  }

  @Test func everyKindOfValueKeepsItsDigits() throws {
    let line = try text(Scalars())
    #expect(try read(line, as: Scalars.self) == Scalars())
    #expect(try JSONDecoder().decode(Scalars.self, from: Data(line.utf8)) == Scalars())
    #expect(line.hasPrefix(#"{"small":-128,"large":18446744073709551615,"least":-9223372036854775808,"share":0.1,"half":0.5,"#))
    #expect(line.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } && line.contains(#""lists":[[],[1],[2,3]],"empty":{}"#))
    #expect(try text([Double.nan, .infinity]) == "[null,null]")
  }

  @Test(arguments: [
    (#"{"a":"#, "end"), (#"{"a":1}x"#, "text after"), (#"{"a":tru}"#, "word"), (#"{"a" 1}"#, "colon"), (#"{"a":1 "b":2}"#, "comma"),
    (#"{"a":01}"#, "comma"), ("{\"a\":\"\u{1}\"}", "control"), ("", "end"), (#"{a:1}"#, "name"),
    (String(repeating: "[", count: 100_000), "deep"), (#"{"a":1,"b":"# + String(repeating: "[", count: 200), "deep"),
  ])
  func whatIsNoDocumentIsRefused(text: String, problem: String) {
    do {
      _ = try read(text, as: [String: Int].self)
      Issue.record("read: \(text.prefix(40))")
    } catch { #expect("\(error)".contains(problem), "\(error)") }
  }

  @Test(arguments: [
    #""5""#, "true", "null", "[5]", "{}", "5.5", "1e30", "-1", "256", "99999999999999999999999", #""\uD800""#,
  ])
  func nothingIsTakenForWhatItIsNot(value: String) {
    #expect(throws: (any Error).self) { try read(#"{"a":\#(value)}"#, as: [String: UInt8].self) }
    #expect(throws: (any Error).self) { try read("[\(value)]", as: [UInt8].self) }
  }

  @Test func aNumberBeyondEveryBoundIsNone() {
    #expect(throws: (any Error).self) { try read("[1e999]", as: [Double].self) }
    #expect(throws: (any Error).self) { try read("[1e300]", as: [Float].self) }
    #expect(throws: (any Error).self) { try read("[18446744073709551616]", as: [UInt64].self) }
    #expect((try? read("[18446744073709551615,5.0,1e3]", as: [UInt64].self)) == [.max, 5, 1000])
  }

  @Test("members in any order, strange ones, escaped names: taken by name")
  func membersAreFoundByTheirNames() throws {
    struct Pair: Decodable, Equatable {
      var first: Int
      var second: [Int]?
    }
    let strange = #"{"x":{"first":[{}]},"sec\u006fnd":[1],"y":"\"","first":7}"#
    #expect(try read(strange, as: Pair.self) == Pair(first: 7, second: [1]))
    #expect(try read(#"{"first":7,"second":null}"#, as: Pair.self) == Pair(first: 7, second: nil))
    #expect(throws: (any Error).self) { try read(#"{"second":[1]}"#, as: Pair.self) }
  }

  @Test("an object of many members is read in their number's time: each is found where it stands")
  func manyMembers() throws {
    let many = "{" + (0..<40_000).map { "\"\($0)\":\($0)" }.joined(separator: ",") + "}"
    let found = try read(many, as: [String: Int].self)
    #expect(found.count == 40_000 && found["39999"] == 39_999)
  }

  @Test func whatIsBeyondTheLimitIsNeitherWrittenNorRead() throws {
    var bytes = Array("kept".utf8)
    let long = [String](repeating: String(repeating: "x", count: 100), count: 100)
    #expect(throws: JSONCoding.WriteError.self) { try JSONCoding.append(long, to: &bytes, limit: .init(bytes: 5000, values: 1000)) }
    #expect(throws: JSONCoding.WriteError.self) { try JSONCoding.append(long, to: &bytes, limit: .init(bytes: 50_000, values: 100)) }
    #expect(String(decoding: bytes, as: UTF8.self) == "kept")
    try JSONCoding.append(long, to: &bytes, limit: .init(bytes: 50_000, values: 101))
    let line = Array(bytes.dropFirst(4))
    #expect(try JSONCoding.value([String].self, from: line, valueLimit: 101) == long)
    #expect(throws: JSONReadError.self) { try JSONCoding.value([String].self, from: line, valueLimit: 10) }
  }

  @Test func whatIsWrittenOutOfTurnIsNoDocument() {
    struct Interleaved: Encodable {
      enum Key: String, CodingKey { case a, b }
      func encode(to encoder: any Encoder) throws {
        var outer = encoder.container(keyedBy: Key.self)
        var inner = outer.nestedUnkeyedContainer(forKey: .a)
        try inner.encode(1)
        try outer.encode(2, forKey: .b)
        try inner.encode(3)
      }
    }
    #expect(throws: JSONCoding.WriteError.self) { try text(Interleaved()) }
  }

  @Test(arguments: 1...200 as ClosedRange<UInt64>) func anyBytesAreReadOrRefused(seed: UInt64) throws {
    var hostile = HostileNumbers(seed: seed)
    let events = SampleEvents.all
    var line = Array(try text(events[Int(hostile.next() % UInt64(events.count))]).utf8)
    for _ in 0..<(1 + hostile.next() % 4) {
      let index = Int(hostile.next() % UInt64(line.count))
      switch hostile.next() % 4 {
      case 0: line[index] = UInt8(truncatingIfNeeded: hostile.next())
      case 1: line.remove(at: index)
      case 2: line.insert(contentsOf: Array(#"[{"":,"\"#.utf8).prefix(Int(hostile.next() % 8)), at: index)
      default: line.removeSubrange(index...)
      }
      if line.isEmpty { line = [0x20] }
    }
    if let event = try? JSONCoding.value(FleetEvent.self, from: line) {
      var fleet = Fleet()
      fleet.apply(event)
      fleet.judge(at: SampleEvents.start)
      #expect(fleet.checkInvariants().isEmpty)
    }
  }
}
