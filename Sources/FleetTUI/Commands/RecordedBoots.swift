import FleetModel
import Glibc

/// A file of recorded boots, read line by line, whatever its length. A line that isn't a boot is named on standard error and passed over;
/// an empty one is nothing.
struct RecordedBoots: ~Copyable {
  /// Lines that could not be read.
  private(set) var broken = 0

  private let name: String
  private let file: Int32
  private var number = 0
  private var chunk = [UInt8](repeating: 0, count: 1 << 20)
  private var unread = 0..<0

  /// Longer lines are refused.
  private static let lineLimit = 1 << 20
  /// Broken lines that are named; the others are only counted.
  private static let namedLimit = 20

  /// - Parameter path: `-` is standard input.
  /// - Throws: ``CommandFailure`` when it can't be opened.
  init(path: String) throws {
    name = path == "-" ? "standard input" : UntrustedText.clean(path, limit: 300)
    file = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw CommandFailure(code: 1, message: "\(name): can't be opened: \(String(cString: strerror(errno)))") }
  }

  deinit { if file != STDIN_FILENO, file >= 0 { close(file) } }

  /// - Returns: the next boot with its line's number from 0; `nil` at the end.
  /// - Throws: ``CommandFailure`` when the file can't be read.
  mutating func next() throws -> (BootRecord, Int)? {
    while var line = try nextLine() {
      defer { number += 1 }
      // A byte-order mark.
      if number == 0, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      do throws(BootRecord.ReadError) {
        guard line.count <= Self.lineLimit else { throw BootRecord.ReadError(description: "longer than \(Self.lineLimit) bytes") }
        return (try BootRecord(line: line), number)
      } catch {
        broken += 1
        if broken <= Self.namedLimit { Output.message("\(name):\(number + 1): not a recorded boot: \(error)") }
      }
    }
    return nil
  }

  private mutating func nextLine() throws -> ArraySlice<UInt8>? {
    var line: ArraySlice<UInt8>?
    while true {
      if unread.isEmpty {
        guard try fill() else { return line }
      }
      let bytes = chunk[unread]
      let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
      let part = bytes[..<(end ?? bytes.endIndex)]
      unread = (end.map { $0 + 1 } ?? bytes.endIndex)..<bytes.endIndex
      if line == nil {
        line = end == nil ? ArraySlice(Array(part)) : part
      } else if (line?.count ?? 0) <= Self.lineLimit {
        // What is too long is refused at its end; until then it isn't kept.
        line?.append(contentsOf: part)
      }
      if end != nil { return line }
    }
  }

  /// - Returns: `false` at the end of the file.
  private mutating func fill() throws -> Bool {
    while true {
      let count = chunk.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw CommandFailure(code: 1, message: "\(name): can't be read: \(String(cString: strerror(errno)))") }
      unread = 0..<count
      return count > 0
    }
  }
}
