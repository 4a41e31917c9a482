import Glibc

/// Reads `text/event-stream` (WHATWG HTML §9.2.6) from bytes in pieces of any size; the events do not depend on where the pieces end.
///
/// ```swift
/// var parser = EventStreamParser(lastEventID: resumePoint)
/// bytes.withUnsafeBytes { parser.feed($0) { item in … } }
/// ```
/// One parser reads one connection: when the stream ends the parser is thrown away, and an event without its empty line with it. A lone
/// carriage return ends a line at once, so that no event waits for the next network read. The time is linear in the bytes, also for one
/// line in many pieces.
public struct EventStreamParser: Sendable {
  /// Bytes of one event's data unless the caller says otherwise: 16 MiB.
  public static let defaultEventLimit = 16 << 20

  /// Where a new connection resumes: the id of the last event that ended, or what the parser was given.
  public private(set) var lastEventID: String

  private let eventLimit: Int
  /// Bytes of a byte order mark seen so far; 3 once that is decided.
  private var markBytes = 0
  /// The line that the last piece left unfinished.
  private var partial: [UInt8] = []
  /// The rest of the line is of no use: it is longer than any event may be.
  private var skipsLine = false
  /// The last piece ended in a carriage return: a line feed now belongs to it.
  private var skipsLineFeed = false

  private var type = ""
  private var data: [UInt8] = []
  private var hasData = false
  private var isOversized = false
  /// The id that the next empty line makes ``lastEventID``.
  private var nextID: String

  /// - Parameters:
  ///   - lastEventID: what the connection resumed from.
  ///   - eventLimit: bytes of one event's data at most.
  public init(lastEventID: String = "", eventLimit: Int = EventStreamParser.defaultEventLimit) {
    self.lastEventID = lastEventID
    nextID = lastEventID
    self.eventLimit = max(1, eventLimit)
  }

  /// Reads on. `emit` gets what the bytes complete.
  public mutating func feed(_ bytes: UnsafeRawBufferPointer, _ emit: (EventStreamItem) -> Void) {
    guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    let end = start + bytes.count
    var at = start
    while markBytes < 3, at < end { readMark(&at) }
    if skipsLineFeed, at < end {
      skipsLineFeed = false
      if at.pointee == lineFeed { at += 1 }
    }
    // Both are looked for once and again only when passed: a piece without a carriage return is searched for one a single time.
    var nextFeed = Self.find(lineFeed, at, end)
    var nextReturn = Self.find(carriageReturn, at, end)
    while at < end {
      if nextFeed < at { nextFeed = Self.find(lineFeed, at, end) }
      if nextReturn < at { nextReturn = Self.find(carriageReturn, at, end) }
      let lineEnd = min(nextFeed, nextReturn)
      let piece = UnsafeRawBufferPointer(start: at, count: lineEnd - at)
      guard lineEnd < end else { return hold(piece, emit) }
      finishLine(piece, emit)
      at = lineEnd + 1
      guard lineEnd == nextReturn else { continue }
      if at == end { skipsLineFeed = true } else if at.pointee == lineFeed { at += 1 }
    }
  }

  // MARK: - Lines

  /// One byte of what may be the stream's byte order mark.
  private mutating func readMark(_ at: inout UnsafePointer<UInt8>) {
    if at.pointee == byteOrderMark[markBytes] {
      markBytes += 1
      at += 1
    } else {
      // Not a mark: what looked like one begins the first line.
      partial.append(contentsOf: byteOrderMark[..<markBytes])
      markBytes = 3
    }
  }

  /// Keeps a line's beginning for the next piece.
  private mutating func hold(_ piece: UnsafeRawBufferPointer, _ emit: (EventStreamItem) -> Void) {
    guard !skipsLine else { return }
    if isTooLong(piece) {
      dropLine(piece, emit)
      skipsLine = true
    } else {
      partial.append(contentsOf: piece)
    }
  }

  private mutating func finishLine(_ piece: UnsafeRawBufferPointer, _ emit: (EventStreamItem) -> Void) {
    if skipsLine {
      skipsLine = false
    } else if isTooLong(piece) {
      dropLine(piece, emit)
    } else if partial.isEmpty {
      read(line: piece, emit)
    } else {
      var whole: [UInt8] = []
      swap(&whole, &partial)
      whole.append(contentsOf: piece)
      whole.withUnsafeBytes { read(line: $0, emit) }
      // One large event must not hold its memory for good.
      whole.removeAll(keepingCapacity: whole.capacity <= 64 << 10)
      swap(&whole, &partial)
    }
  }

  /// Whether the line's value is beyond the limit whatever its name is: the longest prefix of a field with a use is `event: `.
  private func isTooLong(_ piece: UnsafeRawBufferPointer) -> Bool { partial.count + piece.count > eventLimit + 7 }

  private mutating func dropLine(_ piece: UnsafeRawBufferPointer, _ emit: (EventStreamItem) -> Void) {
    let beginning = partial.prefix(8) + piece.prefix(8)
    partial = []
    switch beginning.firstIndex(of: colon).map({ beginning[..<$0] }) {
    case dataName, eventName, idName: giveUpEvent(emit)
    default: break  // A comment, a `retry` that is no number, or a field without a use.
    }
  }

  private mutating func giveUpEvent(_ emit: (EventStreamItem) -> Void) {
    guard !isOversized else { return }
    isOversized = true
    data = []
    emit(.oversized)
  }

  // MARK: - Fields

  private mutating func read(line: UnsafeRawBufferPointer, _ emit: (EventStreamItem) -> Void) {
    guard let first = line.first else { return dispatch(emit) }
    if first == colon { return emit(.comment(String(decoding: line.dropFirst(), as: UTF8.self))) }
    let length = Self.find(colon, in: line) ?? line.count
    let name = UnsafeRawBufferPointer(rebasing: line[..<length])
    var value = line[min(length + 1, line.count)...]
    if value.first == space { value = value.dropFirst() }
    switch name.count {
    case 4 where name.elementsEqual(dataName): append(UnsafeRawBufferPointer(rebasing: value), emit)
    case 2 where name.elementsEqual(idName):
      guard !value.contains(0) else { return }
      if value.count > eventLimit { giveUpEvent(emit) } else { nextID = String(decoding: value, as: UTF8.self) }
    case 5 where name.elementsEqual(eventName):
      if value.count > eventLimit { giveUpEvent(emit) } else { type = String(decoding: value, as: UTF8.self) }
    case 5 where name.elementsEqual(retryName):
      if let milliseconds = Self.number(value) { emit(.retry(milliseconds: milliseconds)) }
    default: break
    }
  }

  private mutating func append(_ value: UnsafeRawBufferPointer, _ emit: (EventStreamItem) -> Void) {
    guard !isOversized else { return }
    guard data.count + (hasData ? 1 : 0) + value.count <= eventLimit else { return giveUpEvent(emit) }
    if hasData { data.append(lineFeed) }
    data.append(contentsOf: value)
    hasData = true
  }

  private mutating func dispatch(_ emit: (EventStreamItem) -> Void) {
    // Even without data: `id: 5` and an empty line move the resume point. An event that was too large is passed in the same way,
    // else every new connection would ask for it again.
    lastEventID = nextID
    if hasData, !isOversized {
      emit(.event(EventStreamEvent(type: type.isEmpty ? "message" : type, data: data, lastEventID: lastEventID)))
      data = []
    }
    type = ""
    hasData = false
    isOversized = false
  }

  /// ASCII digits and nothing else.
  private static func number(_ digits: Slice<UnsafeRawBufferPointer>) -> Int? {
    guard !digits.isEmpty else { return nil }
    var number = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      let (tens, overflowed) = number.multipliedReportingOverflow(by: 10)
      let (sum, overflowedToo) = tens.addingReportingOverflow(Int(digit - UInt8(ascii: "0")))
      number = overflowed || overflowedToo ? Int.max : sum
    }
    return number
  }

  /// The first such byte, or `end`.
  private static func find(_ byte: UInt8, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    guard start < end, let found = memchr(start, Int32(byte), end - start) else { return end }
    return UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
  }

  private static func find(_ byte: UInt8, in bytes: UnsafeRawBufferPointer) -> Int? {
    guard let start = bytes.baseAddress, let found = memchr(start, Int32(byte), bytes.count) else { return nil }
    return UnsafeRawPointer(found) - start
  }
}

private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
private let colon = UInt8(ascii: ":")
private let space = UInt8(ascii: " ")
private let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
private let dataName = Array("data".utf8)[...]
private let eventName = Array("event".utf8)[...]
private let idName = Array("id".utf8)[...]
private let retryName = Array("retry".utf8)[...]
