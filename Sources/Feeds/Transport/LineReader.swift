import Glibc

/// The lines of a file, one after another, whatever its length: memory holds one line, and of that only so much.
public struct LineReader {
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
  }

  /// Lines given so far.
  public private(set) var number = 0
  private let descriptor: Int32
  private let limit: Int
  /// Where to read on; `nil`: where the file itself stands.
  private var offset: off_t?
  private var chunk: [UInt8]
  private var unread = 0..<0

  /// - Parameters:
  ///   - limit: bytes of a line that are kept at least; what is longer is given as more than that.
  ///   - offset: where to begin, in a file that others read too; `nil` for one that can't be read twice.
  public init(descriptor: Int32, limit: Int, from offset: off_t? = nil) {
    self.descriptor = descriptor
    self.limit = limit
    self.offset = offset
    chunk = [UInt8](repeating: 0, count: 1 << 20)
  }

  /// The next line without its end; `nil` after the last. Of one that is too long, more bytes than the limit, but not all.
  /// - Throws: ``Failure`` when the file can't be read.
  public mutating func next() throws(Failure) -> ArraySlice<UInt8>? {
    var line: ArraySlice<UInt8>?
    while true {
      if unread.isEmpty {
        guard try fill() else { break }
      }
      let bytes = chunk[unread]
      let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
      let part = bytes[..<(end ?? bytes.endIndex)]
      unread = (end.map { $0 + 1 } ?? bytes.endIndex)..<bytes.endIndex
      if line == nil {
        line = end == nil ? ArraySlice(Array(part)) : part
      } else if (line?.count ?? 0) <= limit {
        line?.append(contentsOf: part)
      }
      if end != nil { break }
    }
    if line != nil { number += 1 }
    return line
  }

  /// - Returns: `false` at the end of the file.
  private mutating func fill() throws(Failure) -> Bool {
    while true {
      let count = chunk.withUnsafeMutableBytes { bytes in
        offset.map { pread(descriptor, bytes.baseAddress, bytes.count, $0) } ?? read(descriptor, bytes.baseAddress, bytes.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Failure(description: String(cString: strerror(errno))) }
      offset? += count
      unread = 0..<count
      return count > 0
    }
  }
}
