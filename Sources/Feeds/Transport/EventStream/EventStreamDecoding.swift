import Glibc

/// Why `feed decode` could not do all of its work.
public enum EventStreamDecodingError: Error, Hashable, Sendable, CustomStringConvertible {
  case reading(errno: Int32)
  case writing(errno: Int32)
  /// Everything else was decoded.
  case oversized(events: Int, limit: Int)

  public var description: String {
    switch self {
    case .reading(let number): "can't read the event stream: \(Self.text(number))"
    case .writing(let number): "can't write the decoded events: \(Self.text(number))"
    case .oversized(let events, let limit):
      "\(events == 1 ? "1 event was" : "\(events) events were") larger than \(limit >> 20) MiB and left out; all others were decoded"
    }
  }

  private static func text(_ number: Int32) -> String { String(cString: strerror(number)) }
}

/// Event-stream bytes to JSON lines, exactly: no text is cleaned or cut.
public enum EventStreamDecoding {
  /// Reads until the end of `input`, and writes after each read what that completed. Memory holds one event at most.
  ///
  /// An event without its empty line at the end is none, as in the standard. A reader that goes away ends it quietly, provided that
  /// `SIGPIPE` is ignored.
  /// - Parameters:
  ///   - comments: write `{"comment":…}` too.
  ///   - retry: write `{"retry":milliseconds}` too.
  /// - Throws: ``EventStreamDecodingError``; the oversized ones are told at the end.
  public static func decode(
    from input: Int32, to output: Int32, comments: Bool, retry: Bool, eventLimit: Int = EventStreamParser.defaultEventLimit
  ) throws(EventStreamDecodingError) {
    var parser = EventStreamParser(eventLimit: eventLimit)
    var lines: [UInt8] = []
    var oversized = 0
    let size = 64 << 10
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = Glibc.read(input, buffer.baseAddress, size)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        waitFor(input, POLLIN)
        continue
      }
      guard count >= 0 else { throw .reading(errno: errno) }
      guard count > 0 else { break }
      parser.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count])) { item in
        switch item {
        case .event(let event): append(event, to: &lines)
        case .comment(let text) where comments:
          lines.append(contentsOf: "{\"comment\":".utf8)
          append(text, to: &lines)
          lines.append(contentsOf: "}\n".utf8)
        case .retry(let milliseconds) where retry: lines.append(contentsOf: "{\"retry\":\(milliseconds)}\n".utf8)
        case .oversized: oversized += 1
        case .comment, .retry: break
        }
      }
      guard try write(lines, to: output) else { return }
      lines.removeAll(keepingCapacity: lines.capacity <= 1 << 20)
    }
    if oversized > 0 { throw .oversized(events: oversized, limit: eventLimit) }
  }

  /// `false` when nobody reads any more.
  private static func write(_ lines: [UInt8], to output: Int32) throws(EventStreamDecodingError) -> Bool {
    var written = 0
    while written < lines.count {
      let count = lines.withUnsafeBytes { Glibc.write(output, $0.baseAddress.map { $0 + written }, $0.count - written) }
      if count >= 0 {
        written += count
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN: waitFor(output, POLLOUT)
      case EPIPE: return false
      default: throw .writing(errno: errno)
      }
    }
    return true
  }

  private static func waitFor(_ descriptor: Int32, _ events: Int32) {
    var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    poll(&entry, 1, -1)
  }

  private static func append(_ event: EventStreamEvent, to lines: inout [UInt8]) {
    lines.append(contentsOf: "{\"type\":".utf8)
    append(event.type, to: &lines)
    lines.append(contentsOf: ",\"data\":".utf8)
    append(event.text, to: &lines)
    lines.append(contentsOf: ",\"id\":".utf8)
    append(event.lastEventID, to: &lines)
    lines.append(contentsOf: "}\n".utf8)
  }

  /// A JSON string; only what JSON demands is escaped.
  private static func append(_ text: String, to lines: inout [UInt8]) {
    lines.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): lines.append(contentsOf: [UInt8(ascii: "\\"), byte])
      case 0x0A: lines.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
      case 0..<0x20:
        let digits: StaticString = "0123456789abcdef"
        lines.append(contentsOf: "\\u00".utf8)
        lines.append(digits.utf8Start[Int(byte >> 4)])
        lines.append(digits.utf8Start[Int(byte & 15)])
      default: lines.append(byte)
      }
    }
    lines.append(UInt8(ascii: "\""))
  }
}
