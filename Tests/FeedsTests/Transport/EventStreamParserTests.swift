import Foundation
import TestSupport
import Testing

@testable import Feeds

/// Everything that the parser makes of `bytes` in pieces of `size`.
func parsed(_ bytes: [UInt8], inPiecesOf size: Int = .max, from id: String = "", limit: Int = EventStreamParser.defaultEventLimit)
  -> [EventStreamItem]
{
  var sizes: [Int] = []
  var left = bytes.count
  while left > 0 {
    sizes.append(min(size, left))
    left -= min(size, left)
  }
  return parsed(bytes, inPieces: sizes, from: id, limit: limit).items
}

func parsed(
  _ bytes: [UInt8], inPieces sizes: [Int], from id: String = "", limit: Int = EventStreamParser.defaultEventLimit
) -> (items: [EventStreamItem], id: String) {
  var parser = EventStreamParser(lastEventID: id, eventLimit: limit)
  var items: [EventStreamItem] = []
  var at = 0
  for size in sizes {
    // A copy of exactly this piece: reading past its end would be reading foreign memory.
    Array(bytes[at..<at + size]).withUnsafeBytes { piece in parser.feed(piece) { items.append($0) } }
    at += size
  }
  return (items, parser.lastEventID)
}

extension EventStreamItem {
  var event: EventStreamEvent? { if case .event(let event) = self { event } else { nil } }
  static func message(_ data: String, id: String = "", type: String = "message") -> Self {
    .event(EventStreamEvent(type: type, data: Array(data.utf8), lastEventID: id))
  }
}

/// A stream of the web platform's tests (eventsource/*.any.js) and what must come of it.
struct EventStreamVector: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]
  let events: [EventStreamItem]
  let retry: Int?
  var testDescription: String { name }

  init(_ name: String, _ text: String, _ events: [EventStreamItem], retry: Int? = nil) {
    self.name = name
    bytes = Array(text.utf8)
    self.events = events
    self.retry = retry
  }

  static let long = String(repeating: "x", count: 2048)

  static let all: [EventStreamVector] = [
    .init(
      "event-data", "data:msg\ndata: msg\n\n:\nfalsefield:msg\n\nfalsefield:msg\nData:data\n\ndata\n\ndata:end\n\n",
      [.message("msg\nmsg"), .message(""), .message("end")]),
    .init("format-bom", "\u{FEFF}data:1\n\n\u{FEFF}data:2\n\ndata:3\n\n\n", [.message("1"), .message("3")]),
    .init("format-bom-2", "\u{FEFF}\u{FEFF}data:1\n\ndata:2\n\ndata:3\n\n\n", [.message("2"), .message("3")]),
    .init(
      "format-comments", "data:1\r:\0\n:\r\ndata:2\n:\(long)\rdata:3\n:data:fail\r:\(long)\ndata:4\n\n", [.message("1\n2\n3\n4")]),
    .init("format-data-before-final-empty-line", "retry:1000\ndata:test1\n\nid:test\ndata:test2\n", [.message("test1")], retry: 1000),
    .init("format-field-data", "data:\n\ndata\ndata\n\ndata:test\n\n\n", [.message(""), .message("\n"), .message("test")]),
    .init("format-field-event", "event:test\ndata:x\n\ndata:x\n\n\n", [.message("x", type: "test"), .message("x")]),
    .init("format-field-event-empty", "event: \ndata:data\n\n\n", [.message("data")]),
    .init("format-field-id", "id: …\nretry: 200\ndata: hello\n\n", [.message("hello", id: "…")], retry: 200),
    .init(
      "format-field-id-3 persists", "id: 1\ndata: 1\n\ndata: 2\n\nid: 2\ndata:3\n\ndata:4\n\n",
      [.message("1", id: "1"), .message("2", id: "1"), .message("3", id: "2"), .message("4", id: "2")]),
    .init(
      "format-field-id-3 resets with a colon", "id: 1\ndata: 1\n\nid:\ndata:2\n\ndata:3\n\n",
      [.message("1", id: "1"), .message("2"), .message("3")]),
    .init(
      "format-field-id-3 resets without", "id: 1\ndata: 1\n\nid\ndata:2\n\ndata:3\n\n",
      [.message("1", id: "1"), .message("2"), .message("3")]),
    .init("format-field-id-null 1", "id: \0\0\nretry: 200\ndata: hello\n\n", [.message("hello")], retry: 200),
    .init("format-field-id-null 2", "id: x\0\nretry: 200\ndata: hello\n\n", [.message("hello")], retry: 200),
    .init("format-field-id-null 3", "id: \0x\nretry: 200\ndata: hello\n\n", [.message("hello")], retry: 200),
    .init("format-field-id-null 4", "id: x\0x\nretry: 200\ndata: hello\n\n", [.message("hello")], retry: 200),
    .init("format-field-id-null 5", "id:  \0\nretry: 200\ndata: hello\n\n", [.message("hello")], retry: 200),
    .init(
      "format-field-parsing",
      "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n",
      [.message("\0\n 2\n1\n3\n\n4")]),
    .init("format-field-retry", "retry:03000\ndata:x\n\n\n", [.message("x")], retry: 3000),
    .init("format-field-retry-bogus", "retry:3000\nretry:1000x\ndata:x\n\n\n", [.message("x")], retry: 3000),
    .init("format-field-retry-empty", "retry\ndata:test\n\n\n", [.message("test")]),
    .init(
      "format-field-unknown", "data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n\n",
      [.message("test\n\ntest")]),
    .init("format-leading-space", "data:\ttest\rdata: \ndata:test\n\n\n", [.message("\ttest\n\ntest")]),
    .init("format-newlines", "data:test\r\ndata\ndata:test\r\n\r\n", [.message("test\n\ntest")]),
    .init("format-null-character", "data:\0\n\n\n\n\n", [.message("\0")]),
    .init("format-utf-8", "data:ok…\n\n\n", [.message("ok…")]),
  ]
}

@Suite struct EventStreamParserTests {
  @Test(arguments: EventStreamVector.all)
  func everyVectorGivesItsEventsAtEveryPieceSize(vector: EventStreamVector) {
    let sizes = vector.bytes.count < 500 ? Array(1...vector.bytes.count) : [1, 2, 3, 4, 5, 7, 64, 2047, 2048, 2049, vector.bytes.count]
    for size in sizes {
      let items = parsed(vector.bytes, inPiecesOf: size)
      #expect(items.filter { $0.event != nil } == vector.events, "pieces of \(size)")
      let retries = items.compactMap { if case .retry(let milliseconds) = $0 { milliseconds } else { nil } }
      #expect(retries.last == vector.retry, "pieces of \(size)")
    }
  }

  @Test func anyPiecesOfAnyBytesGiveTheEventsOfTheIndependentReader() {
    var random = SeededGenerator(seed: 0x5EED)
    for round in 0..<4000 {
      let bytes = soup(&random)
      let expected = IndependentReader.read(bytes, from: "seed")
      var sizes: [Int] = []
      var left = bytes.count
      let largest = [1, 2, 3, 8, 200][round % 5]
      while left > 0 {
        sizes.append(min(left, Int.random(in: 0...largest, using: &random)))
        left -= sizes[sizes.count - 1]
      }
      let found = parsed(bytes, inPieces: sizes, from: "seed")
      #expect(found.items == expected.items, "round \(round): \(bytes)")
      #expect(found.id == expected.id, "round \(round): \(bytes)")
      if found.items != expected.items { break }
    }
  }

  @Test func anyPiecesGiveTheSameEventsAtAnyLimit() {
    var random = SeededGenerator(seed: 7)
    for round in 0..<2000 {
      let bytes = soup(&random)
      let limit = Int.random(in: 1...12, using: &random)
      let whole = parsed(bytes, limit: limit)
      for size in [1, 2, 3, 5] {
        let pieces = parsed(bytes, inPiecesOf: size, limit: limit)
        #expect(pieces == whole, "round \(round), limit \(limit), pieces of \(size): \(bytes)")
        if pieces != whole { return }
      }
      for case .event(let event) in whole { #expect(event.data.count <= limit) }
    }
  }

  @Test func aLoneCarriageReturnAtAPiecesEndEndsTheEventAtOnce() {
    var parser = EventStreamParser()
    var items: [EventStreamItem] = []
    Array("data: now\r\r".utf8).withUnsafeBytes { parser.feed($0) { items.append($0) } }
    #expect(items == [.message("now")])
    Array("\ndata: next\r\n\r\n".utf8).withUnsafeBytes { parser.feed($0) { items.append($0) } }
    #expect(items == [.message("now"), .message("next")])
  }

  @Test func anIdWithoutDataMovesTheResumePointAndACutEventDoesNot() {
    for (text, id) in [("id: 5\n\n", "5"), ("id: 5\n\nid: 6\ndata: cut\n", "5"), ("id\n\n", ""), ("", "8")] {
      #expect(parsed(Array(text.utf8), inPieces: [text.utf8.count], from: "8").id == id)
    }
    #expect(parsed(Array("data: a\n\n".utf8), from: "8") == [.message("a", id: "8")])
  }

  @Test func commentsComeExactlyAsTheyStand() {
    #expect(parsed(Array(": ping\n:\n:a:b \r\n".utf8)) == [.comment(" ping"), .comment(""), .comment("a:b ")])
  }

  @Test func onlyDigitsAreARetryAndTooManyAreTheLargestNumber() {
    let text = "retry: 10\nretry:-1\nretry:+1\nretry: 1 \nretry:  1\nretry:1.5\nretry:٣\nretry:\nretry: 99999999999999999999999\nRetry: 7\n"
    #expect(parsed(Array(text.utf8)) == [.retry(milliseconds: 10), .retry(milliseconds: .max)])
  }

  @Test func whatIsNotUTF8BecomesTheReplacementCharacterInEveryPiece() {
    let bytes: [UInt8] = Array("data: a".utf8) + [0xFF, 0xC3, 0x0A, 0x64, 0x61, 0x74, 0x61, 0x3A, 0xE2, 0x80, 0x0A, 0x0A]
    for size in 1...bytes.count {
      let events = parsed(bytes, inPiecesOf: size).compactMap(\.event)
      #expect(events.map(\.text) == ["a\u{FFFD}\u{FFFD}\n\u{FFFD}"])
    }
  }

  @Test func aByteOrderMarkCutShortIsNone() {
    for size in 1...3 {
      #expect(parsed([0xEF, 0xBB] + Array("data:1\n\ndata:2\n\n".utf8), inPiecesOf: size).compactMap(\.event).map(\.text) == ["2"])
    }
    #expect(parsed([0xEF, 0xBB, 0xBF]).isEmpty)
    #expect(parsed([]).isEmpty)
  }

  @Test func tenMebibytesInTwoPiecesAreOneEvent() {
    let bytes = Array("data: ".utf8) + [UInt8](repeating: 0x61, count: 10 << 20) + Array("\n\ndata: b\n\n".utf8)
    let events = parsed(bytes, inPiecesOf: bytes.count / 2 + 1).compactMap(\.event)
    #expect(events.map(\.data.count) == [10 << 20, 1])
  }

  @Test func anEventBeyondTheLimitIsToldOnceAndTheNextOneArrives() {
    let limit = 1 << 16
    let oneLine = Array("id: 1\ndata: ".utf8) + [UInt8](repeating: 0x61, count: 3 * limit) + Array("\n".utf8)
    let manyLines = Array(String(repeating: "data: 0123456789\n", count: limit / 8).utf8)
    for head in [oneLine, manyLines, oneLine + manyLines] {
      let bytes = head + Array("id: 2\nretry: 5\ndata: rest\n\nevent: e\ndata: next\n\n".utf8)
      for size in [bytes.count, 16_384, 1000] {
        let items = parsed(bytes, inPiecesOf: size, limit: limit)
        #expect(items == [.oversized, .retry(milliseconds: 5), .message("next", id: "2", type: "e")])
      }
    }
  }

  @Test func theLimitItselfIsAllowed() {
    let value = String(repeating: "v", count: 100)
    #expect(parsed(Array("data: \(value)\n\n".utf8), limit: 100) == [.message(value)])
    #expect(parsed(Array("data:\(value)v\n\n".utf8), limit: 100) == [.oversized])
    #expect(parsed(Array("data: \(value.dropLast())\ndata\n\n".utf8), limit: 100) == [.message(value.dropLast() + "\n")])
    #expect(parsed(Array("data: \(value)\ndata\n\n".utf8), limit: 100) == [.oversized])
  }

  @Test func endlessCommentsAndUnknownFieldsHoldNoMemoryAndLoseNothing() {
    let bytes =
      Array("data: a\n:".utf8) + [UInt8](repeating: 0x61, count: 5000) + Array("\nfoo: ".utf8)
      + [UInt8](repeating: 0x61, count: 5000) + Array("\ndata: b\n\n".utf8)
    for size in [bytes.count, 100, 7] { #expect(parsed(bytes, inPiecesOf: size, limit: 1000) == [.message("a\nb")]) }
  }
}

// MARK: - An independent reader, and what it is fed

private func soup(_ random: inout SeededGenerator) -> [UInt8] {
  let words: [[UInt8]] =
    ["data", "data:", "data: ", "id", "id: ", "event:", "retry:", "retry: 1", "\n\n", "\r\r", "\r\n\r\n", ":"].map { Array($0.utf8) }
    + [[0xEF, 0xBB, 0xBF], [0xEF, 0xBB], [0xE2, 0x80, 0xA6], [0xFF]]
  var bytes: [UInt8] = Int.random(in: 0..<8, using: &random) == 0 ? [0xEF, 0xBB, 0xBF] : []
  for _ in 0..<Int.random(in: 0..<30, using: &random) {
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<4: bytes += words[Int.random(in: 0..<words.count, using: &random)]
    case 4..<6: bytes.append(0x0A)
    case 6: bytes.append(0x0D)
    case 7: bytes += [0x0D, 0x0A]
    case 8: bytes.append([0x20, 0x3A, 0x00, 0x31, 0x61][Int.random(in: 0..<5, using: &random)])
    default: bytes.append(UInt8.random(in: 0...255, using: &random))
    }
  }
  return bytes
}

/// The standard's rules written down a second time, in the plainest way: whole input, a list of lines, one pass.
private enum IndependentReader {
  static func read(_ input: [UInt8], from id: String) -> (items: [EventStreamItem], id: String) {
    var bytes = input
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    var lines: [[UInt8]] = []
    var line: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == 13 || bytes[index] == 10 {
        lines.append(line)
        line = []
        if bytes[index] == 13, index + 1 < bytes.count, bytes[index + 1] == 10 { index += 1 }
      } else {
        line.append(bytes[index])
      }
      index += 1
    }
    var items: [EventStreamItem] = []
    var type: [UInt8] = []
    var data: [UInt8] = []
    var buffer = id
    var lastID = id
    for line in lines {
      if line.isEmpty {
        lastID = buffer
        if !data.isEmpty {
          items.append(
            .event(
              .init(type: type.isEmpty ? "message" : String(decoding: type, as: UTF8.self), data: data.dropLast(), lastEventID: lastID)))
        }
        type = []
        data = []
        continue
      }
      if line[0] == 58 {
        items.append(.comment(String(decoding: line.dropFirst(), as: UTF8.self)))
        continue
      }
      var name = line
      var value: [UInt8] = []
      if let colon = line.firstIndex(of: 58) {
        name = Array(line[..<colon])
        value = Array(line[(colon + 1)...])
        if value.first == 32 { value.removeFirst() }
      }
      switch String(decoding: name, as: UTF8.self) {
      case "event" where name.count == 5: type = value
      case "data" where name.count == 4: data += value + [10]
      case "id" where name.count == 2: if !value.contains(0) { buffer = String(decoding: value, as: UTF8.self) }
      case "retry" where name.count == 5:
        if !value.isEmpty, value.allSatisfy({ (48...57).contains($0) }) {
          items.append(.retry(milliseconds: Int(String(decoding: value, as: UTF8.self)) ?? .max))
        }
      default: break
      }
    }
    return (items, lastID)
  }
}
