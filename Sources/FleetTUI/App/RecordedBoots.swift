import Feeds
import FleetModel
import Glibc

/// A file of recorded boots, read line by line, whatever its length. A line that isn't a boot is named on standard error and passed over;
/// an empty one is nothing.
struct RecordedBoots: ~Copyable {
  /// Lines that could not be read.
  private(set) var broken = 0

  private let name: String
  private let file: Int32
  private var lines: LineReader

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
    lines = LineReader(descriptor: file, limit: Self.lineLimit)
  }

  deinit { if file != STDIN_FILENO, file >= 0 { close(file) } }

  /// - Returns: the next boot with its line's number from 0; `nil` at the end.
  /// - Throws: ``CommandFailure`` when the file can't be read.
  mutating func next() throws -> (BootRecord, Int)? {
    while var line = try nextLine() {
      let number = lines.number
      // A byte-order mark.
      if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      do throws(BootRecord.ReadError) {
        guard line.count <= Self.lineLimit else { throw BootRecord.ReadError(description: "longer than \(Self.lineLimit) bytes") }
        return (try BootRecord(line: line), number - 1)
      } catch {
        broken += 1
        if broken <= Self.namedLimit { Output.message("\(name):\(number): not a recorded boot: \(error)") }
      }
    }
    return nil
  }

  private mutating func nextLine() throws -> ArraySlice<UInt8>? {
    do throws(LineReader.Failure) { return try lines.next() } catch {
      throw CommandFailure(code: 1, message: "\(name): can't be read: \(error)")
    }
  }
}
