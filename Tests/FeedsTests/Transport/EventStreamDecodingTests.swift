import FleetModel
import Foundation
import TestSupport
import Testing

@testable import Feeds

private let recordings = ["A-admin", "B-admin", "dbdown", "docker-daemon-dead", "healthsweep-offline", "server-sigkill", "server-sigterm"]

@Suite struct EventStreamDecodingTests {
  /// `feed decode` over a real pipe, written in pieces.
  private func decoded(
    _ bytes: [UInt8], comments: Bool = false, retry: Bool = false, limit: Int = EventStreamParser.defaultEventLimit, pieces: Int = 4096
  ) throws -> [String] {
    var input: [Int32] = [0, 0]
    var output: [Int32] = [0, 0]
    try #require(pipe(&input) == 0 && pipe(&output) == 0)
    let (from, feeder, to, reader) = (input[0], input[1], output[1], output[0])
    Thread {
      var at = 0
      while at < bytes.count {
        let end = min(at + pieces, bytes.count)
        at += max(0, bytes[at..<end].withUnsafeBytes { write(feeder, $0.baseAddress, $0.count) })
      }
      close(feeder)
    }.start()
    let result = Recorder<EventStreamDecodingError?>()
    Thread {
      do throws(EventStreamDecodingError) {
        try EventStreamDecoding.decode(from: from, to: to, comments: comments, retry: retry, eventLimit: limit)
        result.add(nil)
      } catch { result.add(error) }
      close(from)
      close(to)
    }.start()
    let text = String(decoding: FileHandle(fileDescriptor: reader, closeOnDealloc: true).readDataToEndOfFile(), as: UTF8.self)
    if let error = result.values.first, let error { throw error }
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  @Test func eachEventIsALineWithTypeDataAndId() throws {
    let stream = "id: 7\nevent: boot\ndata: {\"a\":\"ü\\n\"}\ndata: \t\u{1B}[31m\u{7F}\u{2028}\n\n: ping\nretry: 03000\n\ndata\n\ndata: cut"
    let lines = try decoded(Array(stream.utf8))
    #expect(
      lines == [
        #"{"type":"boot","data":"{\"a\":\"ü\\n\"}\n\u0009\u001b[31m"# + "\u{7F}\u{2028}" + #"","id":"7"}"#,
        #"{"type":"message","data":"","id":"7"}"#,
      ])
  }

  @Test func commentsAndRetriesComeWhenAskedFor() throws {
    let stream = Array(": ping\nretry: 03000\ndata: a\n\n".utf8)
    let event = #"{"type":"message","data":"a","id":""}"#
    #expect(try decoded(stream) == [event])
    #expect(try decoded(stream, comments: true, retry: true) == [#"{"comment":" ping"}"#, #"{"retry":3000}"#, event])
  }

  @Test(arguments: EventStreamVector.all)
  func everyVectorIsDecodedExactly(vector: EventStreamVector) throws {
    for pieces in [1, 3, 4096] {
      let lines = try decoded(vector.bytes, pieces: pieces)
      let expected = vector.events.compactMap(\.event).map { event -> JSONValue in
        ["type": .string(event.type), "data": .string(event.text), "id": .string(event.lastEventID)]
      }
      #expect(try lines.map { try JSONValue(parsing: $0) } == expected)
    }
  }

  @Test(arguments: recordings)
  func aRecordedStreamLosesNothing(name: String) throws {
    let bytes = try fixture("sse-\(name).body")
    let said = String(decoding: bytes, as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix("data: ") }.map {
      String($0.dropFirst(6))
    }
    let lines = try decoded(bytes).map { try JSONValue(parsing: $0) }
    #expect(lines.compactMap { $0["data"]?.string } == said)
    #expect(try lines.map { try JSONValue(parsing: $0["data"]?.string ?? "") } == said.map { try JSONValue(parsing: $0) })
  }

  @Test func aLargeEventGoesThroughAPipeWhole() throws {
    let text = String(repeating: "0123456789abcdef", count: 10 << 16)
    let lines = try decoded(Array("data: \(text)\n\ndata: b\n\n".utf8), pieces: 60_000)
    #expect(lines == [#"{"type":"message","data":"\#(text)","id":""}"#, #"{"type":"message","data":"b","id":""}"#])
  }

  @Test func whatIsTooLargeIsToldAtTheEnd() throws {
    do {
      _ = try decoded(Array("data: \(String(repeating: "x", count: 2 << 20))\n\ndata: b\n\n".utf8), limit: 1 << 20)
      Issue.record("the oversized event was not told")
    } catch let error as EventStreamDecodingError {
      #expect(error == .oversized(events: 1, limit: 1 << 20))
      #expect(error.description == "1 event was larger than 1 MiB and left out; all others were decoded")
    }
  }

  @Test func aReaderThatWentAwayEndsItQuietlyAndABadInputIsAnError() throws {
    signal(SIGPIPE, SIG_IGN)
    var input: [Int32] = [0, 0]
    var output: [Int32] = [0, 0]
    try #require(pipe(&input) == 0 && pipe(&output) == 0)
    let stream = Array("data: a\n\n".utf8)
    #expect(write(input[1], stream, stream.count) == stream.count)
    close(output[0])
    // The writer stays: only the reader's absence can end this.
    try EventStreamDecoding.decode(from: input[0], to: output[1], comments: false, retry: false)
    for descriptor in [input[0], input[1], output[1]] { close(descriptor) }
    #expect(throws: EventStreamDecodingError.reading(errno: EBADF)) {
      try EventStreamDecoding.decode(from: -1, to: 1, comments: false, retry: false)
    }
  }
}

@Suite struct FeedEnvelopeTests {
  private func read(_ text: String, id: String = "") throws -> StreamedEvent {
    try FeedEnvelope.read(EventStreamEvent(data: Array(text.utf8), lastEventID: id)).get()
  }

  @Test func theFleetFeedsEnvelopeIsReadWhole() throws {
    let text =
      #"{"type":"BOOT_EVENT","timestamp":1795438040162,"org_id":"o-1","slug":"acme","workspace_id":"w-1","data":{"event":"install_apt_base","status":"ok"}}"#
    #expect(
      try read(text, id: "48121")
        == StreamedEvent(
          type: .bootEvent, timestamp: Timestamp(milliseconds: 1_795_438_040_162), orgID: "o-1", slug: "acme", workspaceID: "w-1",
          data: ["event": "install_apt_base", "status": "ok"], id: 48121))
  }

  @Test func orderSpaceEscapesUnknownMembersAndRepetitionsMakeNoDifference() throws {
    let text = #" { "x":{"type":"NO","a":[1,"]}"]} , "data" : {} , "\u0074ype":"OLD","n":-1.5e3,"t":true,"type":"NEW" } "#
    #expect(try read(text) == StreamedEvent(type: "NEW", timestamp: nil))
  }

  @Test func quotesAndBackslashesInTextEndNothing() throws {
    let event = try read(#"{"a":"\\","b":["\"}],\"","\\"],"slug":"a\"}","data":{"k":"\\\"}"},"c\"":1,"type":"X\\"}"#)
    #expect(event == StreamedEvent(type: #"X\"#, timestamp: nil, slug: #"a"}"#, data: ["k": #"\"}"#]))
  }

  @Test func whatAProgramWroteKeepsItsLinesAndNothingElseDoes() throws {
    let text = #"{"type":"X","data":{"log_tail":"+ exec agent\r\nRUNTIME\u001b[1m CRASHED\n","error":"a\nb","name":"a\nb"}}"#
    #expect(
      try read(text).data == ["log_tail": "+ exec agent\nRUNTIME[1m CRASHED\n", "error": "a\nb", "name": "a b"])
  }

  @Test func membersOfAnotherTypeAreUnknown() throws {
    let text = #"{"type":"X","timestamp":{},"org_id":7,"slug":null,"workspace_id":["w"],"data":null}"#
    #expect(try read(text, id: "+5") == StreamedEvent(type: "X", timestamp: nil))
    #expect(try read(#"{"type":"X","timestamp":1.5e3,"org_id":"","data":[1]}"#).timestamp?.milliseconds == 1500)
    #expect(try read(#"{"type":"X","timestamp":"2026-04-27T07:00:00.5Z"}"#).timestamp?.description == "2026-04-27T07:00:00.500Z")
    #expect(try read(#"{"type":"X","timestamp":9e99}"#).timestamp == nil)
    #expect(try read(#"{"type":"X"}"#, id: "99999999999999999999").id == nil)
  }

  @Test(
    arguments: [
      "", "null", "[]", "7", "\"x\"", "hello", "{", "{}", "{\"type\"", "{\"type\":", "{\"type\":\"X\"", "{\"type\":\"X\",}",
      "{\"type\":\"X\"}x",
      "{\"type\":}", "{\"type\":7}", "{\"type\":\"\"}", "{type:\"X\"}", "{\"type\":\"X\" \"data\":1}", "{\"type\":\"X\",\"data\":tru}",
      "{\"type\":\"X\",\"data\":{\"a\":[1,,]}}", "{\"type\":\"X\\", "{\"\\",
    ])
  func whatIsNoEnvelopeIsAReasonAndNoCrash(text: String) {
    guard case .failure(let problem) = FeedEnvelope.read(EventStreamEvent(data: Array(text.utf8))) else {
      Issue.record("read: \(text)")
      return
    }
    #expect(problem.description.hasPrefix("the event ") || problem.description.hasPrefix("a value of the event "))
  }

  @Test func nothingHarmfulPasses() throws {
    let event = try read(#"{"type":"A\u001b[2J","slug":"a\u202eb","data":{"k\u0007":"x\ny","api_key":"s3cr3t-value"}}"#)
    for text in [event.type.rawValue, event.slug?.rawValue ?? "", event.data.serialized()] {
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E }, "\(text)")
    }
    #expect(!event.data.serialized().contains("s3cr3t"))
  }

  @Test func ofALargeDocumentTheScalarsOfItsTopLevelStay() throws {
    let card = #"{"skills":[\#(String(repeating: #"{"id":"skill","d":"]}\"{["},"#, count: 40_000))0]}"#
    let event = try read(
      #"{"data":{"url":"https://a","agent_card":\#(card),"n":7,"note":"\#(String(repeating: "n", count: 9000))"},"type":"WORKSPACE_ONLINE"}"#
    )
    #expect(event.type == .workspaceOnline)
    #expect(event.data.members?.map(\.name) == ["url", "n", "note", "left_out"])
    #expect(event.data["left_out"] == ["agent_card": JSONValue(card.utf8.count)], "what is missing is named, with its size")
    #expect(event.data["url"]?.string == "https://a")
    #expect(event.data["note"]?.string?.count == 4096)
    #expect(try read(#"{"type":"X","data":"\#(String(repeating: "s", count: 70_000))"}"#).data.string?.count == 4096)
    #expect(try read(#"{"type":"X","data":[\#(String(repeating: "1,", count: 70_000))1]}"#).data == ["left_out": ["data": 140_003]])
  }

  @Test func deepNestingIsNoCrash() throws {
    let deep = String(repeating: "[", count: 200_000) + String(repeating: "]", count: 200_000)
    #expect(try read(#"{"type":"X","unknown":\#(deep)}"#).type == "X")
    #expect(try read(#"{"type":"X","data":{"a":1,"b":\#(deep)}}"#).data == ["a": 1, "left_out": ["b": 400_000]])
  }

  @Test(arguments: recordings)
  func everyRecordedEventIsRead(name: String) throws {
    for event in parsed(try fixture("sse-\(name).body")).compactMap(\.event) {
      let document = try JSONValue(parsing: event.text)
      let envelope = try FeedEnvelope.read(event).get()
      #expect(envelope.type.rawValue == document["type"]?.string)
      #expect(envelope.timestamp?.milliseconds == document["timestamp"]?.integer)
      #expect(envelope.data == document["data"].map { UntrustedText.clean($0, limit: 4096, keepingLinesOf: UntrustedText.programOutput) })
    }
  }

  @Test func brokenBytesOfEveryKindAreReadOrRefused() {
    var random = SeededGenerator(seed: 3)
    let whole = Array(#"{"type":"X","timestamp":1,"data":{"a":["b",{"c":"\u00e9"}],"d":null},"slug":"acme"}"#.utf8)
    var refused = 0
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeSubrange(at...)
        default: bytes.insert(Array("\"\\{}[],:".utf8)[Int.random(in: 0..<8, using: &random)], at: at)
        }
        if bytes.isEmpty { bytes = [0] }
      }
      if case .failure = FeedEnvelope.read(EventStreamEvent(data: bytes)) { refused += 1 }
    }
    #expect(refused > 1000)
  }
}
