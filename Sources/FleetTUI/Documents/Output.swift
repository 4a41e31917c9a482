import FleetModel
import Glibc

/// Standard output and standard error: nothing else of the program writes to them.
///
/// What could not be written is kept in mind until the process ends (``Unwritten``). A reader that goes away, as `head` does, has had
/// enough: that is no failure, and nothing more is written.
enum Output {
  struct WriteFailure: Error, CustomStringConvertible {
    let number: Int32
    var description: String { String(cString: strerror(number)) }
  }

  /// The terminal that standard output is; `nil` where it is none.
  static var screen: Terminal.Size? {
    var window = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0 else { return nil }
    // One that doesn't tell how many rows it has takes any number.
    return Terminal.Size(rows: window.ws_row > 0 ? Int(window.ws_row) : .max, columns: Int(window.ws_col))
  }

  /// How wide a table may be: the terminal's columns; 200 where standard output is none.
  static var columns: Int { screen?.columns ?? 200 }

  /// - Returns: `false` when nothing more can be written.
  @discardableResult
  static func line(_ text: String) -> Bool { print(text + "\n") }

  /// The same without an end of line.
  @discardableResult
  static func print(_ text: String) -> Bool {
    guard Unwritten.isOutputWhole else { return false }
    do throws(WriteFailure) { try write(text, to: STDOUT_FILENO) } catch {
      Unwritten.lose(output: error)
      return false
    }
    return true
  }

  /// Whether there is anybody to tell is not asked.
  static func message(_ text: String) { tell("fleettui: \(text)\n") }

  /// To standard error, as it is.
  static func tell(_ text: String) { try? write(text, to: STDERR_FILENO) }

  /// Writes all of `text` to a file that is open.
  static func write(_ text: String, to descriptor: Int32) throws(WriteFailure) {
    var text = text
    let problem: Int32 = text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count < 0 {
          if errno == EINTR { continue }
          guard errno == EAGAIN else { return errno }
          var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&ready, 1, 1000)
          continue
        }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      }
      return 0
    }
    guard problem == 0 else { throw WriteFailure(number: problem) }
  }

  /// The same, and closes the file: only then some systems find that it doesn't fit.
  static func write(_ text: String, closing descriptor: Int32) throws(WriteFailure) {
    do throws(WriteFailure) { try write(text, to: descriptor) } catch {
      close(descriptor)
      throw error
    }
    // A pipe or a terminal can't be waited for, and needn't be.
    let problem = fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS ? 0 : errno
    let isClosed = close(descriptor) == 0
    guard problem == 0, isClosed else { throw WriteFailure(number: problem == 0 ? errno : problem) }
  }
}
