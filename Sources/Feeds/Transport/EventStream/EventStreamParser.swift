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
      let piece = UnsafeBufferPointer(start: at, count: lineEnd - at)
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
  private mutating func hold(_ piece: UnsafeBufferPointer<UInt8>, _ emit: (EventStreamItem) -> Void) {
    guard !skipsLine else { return }
    if isTooLong(piece) {
      dropLine(piece, emit)
      skipsLine = true
    } else {
      partial.append(contentsOf: piece)
    }
  }

  private mutating func finishLine(_ piece: UnsafeBufferPointer<UInt8>, _ emit: (EventStreamItem) -> Void) {
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
      whole.withUnsafeBufferPointer { read(line: $0, emit) }
      // One large event must not hold its memory for good.
      whole.removeAll(keepingCapacity: whole.capacity <= 64 << 10)
      swap(&whole, &partial)
    }
  }

  /// Whether the line's value is beyond the limit whatever its name is: the longest prefix of a field with a use is `event: `.
  private func isTooLong(_ piece: UnsafeBufferPointer<UInt8>) -> Bool { partial.count + piece.count > eventLimit + 7 }

  private mutating func dropLine(_ piece: UnsafeBufferPointer<UInt8>, _ emit: (EventStreamItem) -> Void) {
    let beginning = Array(partial.prefix(8)) + piece.prefix(8)
    partial = []
    guard let nameEnd = beginning.firstIndex(of: colon) else { return }
    switch beginning.withUnsafeBufferPointer({ $0.baseAddress.flatMap { Field($0, nameEnd) } }) {
    case .data, .event, .id: giveUpEvent(emit)
    case .retry, nil: break  // No number and no sense: a line without a use.
    }
  }

  private mutating func giveUpEvent(_ emit: (EventStreamItem) -> Void) {
    guard !isOversized else { return }
    isOversized = true
    data = []
    emit(.oversized)
  }

  // MARK: - Fields

  private mutating func read(line: UnsafeBufferPointer<UInt8>, _ emit: (EventStreamItem) -> Void) {
    guard let start = line.baseAddress, let first = line.first else { return dispatch(emit) }
    let end = start + line.count
    if first == colon { return emit(.comment(String(decoding: Self.bytes(start + 1, end), as: UTF8.self))) }
    let nameEnd = Self.find(colon, start, end)
    var valueStart = min(nameEnd + 1, end)
    if valueStart < end, valueStart.pointee == space { valueStart += 1 }
    let value = Self.bytes(valueStart, end)
    switch Field(start, nameEnd - start) {
    case .data: append(value, emit)
    case .id:
      // An id with U+0000 is no id.
      guard Self.find(0, valueStart, end) == end else { return }
      if value.count > eventLimit { giveUpEvent(emit) } else { nextID = String(decoding: value, as: UTF8.self) }
    case .event: if value.count > eventLimit { giveUpEvent(emit) } else { type = String(decoding: value, as: UTF8.self) }
    case .retry: if let milliseconds = Self.number(value) { emit(.retry(milliseconds: milliseconds)) }
    case nil: break
    }
  }

  private mutating func append(_ value: UnsafeBufferPointer<UInt8>, _ emit: (EventStreamItem) -> Void) {
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
  private static func number(_ digits: UnsafeBufferPointer<UInt8>) -> Int? {
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

  private static func bytes(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: start, count: end - start)
  }
}

/// The fields with a use. Names are exact: another case or a space makes another field.
private enum Field {
  case data, event, id, retry

  init?(_ name: UnsafePointer<UInt8>, _ length: Int) {
    func matches(_ text: StaticString) -> Bool { memcmp(name, text.utf8Start, length) == 0 }
    switch length {
    case 4 where matches("data"): self = .data
    case 2 where matches("id"): self = .id
    case 5 where matches("event"): self = .event
    case 5 where matches("retry"): self = .retry
    default: return nil
    }
  }
}

private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
private let colon = UInt8(ascii: ":")
private let space = UInt8(ascii: " ")
private let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
