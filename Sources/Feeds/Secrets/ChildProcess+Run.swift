import CGlibc
import FleetModel
import Glibc

extension ChildProcess {
  /// What a program printed, and how it ended.
  public struct Run: Hashable, Sendable {
    public enum Ending: Hashable, Sendable {
      case exit(Int32)
      case killed
      /// It printed more than is taken, or was not done after so many seconds: it was ended.
      case cut
      case late(Int)

      /// Why that is no good end, behind the program's name; `nil` when it is one.
      public var problem: String? {
        switch self {
        case .exit(0): nil
        case .exit(let code): "ended with \(code)"
        case .killed: "was killed"
        case .cut: "printed more than is shown, and was ended"
        case .late(let seconds): "was not done after \(seconds) s, and was ended"
        }
      }
    }

    /// Standard output and standard error, as they came: nothing of it is clean.
    public var output: String
    public var ending: Ending
  }

  /// The variables that say where and in what language a program works. None of them opens anything.
  public static func harmless(_ variables: [String: String]) -> [String: String] {
    let names = [
      "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TZ", "TMPDIR", "DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS",
    ]
    return variables.filter { names.contains($0.key) || $0.key == "LANG" || $0.key.hasPrefix("LC_") || $0.key.hasPrefix("XDG_") }
  }

  /// Runs `words` with `input` on their standard input, and takes at most `limit` bytes of what they print.
  /// - Throws: ``Failure`` when it can't start.
  public static func run(
    _ words: [String], input: String, environment: [String: String], seconds: Double, limit: Int
  ) throws(Failure) -> Run {
    // A file, so that nobody waits for a program that doesn't read.
    let file = fleet_memory_file()
    guard file >= 0, write(input, to: file), lseek(file, 0, SEEK_SET) == 0 else {
      let why = errno
      if file >= 0 { close(file) }
      throw Failure(starting: words.first ?? "", why)
    }
    let ends = PipeEnds(isBlocking: true)
    guard ends.reading >= 0 else {
      close(file)
      throw Failure(String(cString: strerror(errno)))
    }
    defer { close(ends.reading) }
    let child: ChildProcess
    do {
      defer {
        close(ends.writing)
        close(file)
      }
      child = try ChildProcess(
        words, environment: environment, input: .descriptor(file), output: .descriptor(ends.writing), errors: .descriptor(ends.writing),
        in: .ownGroup)
    }
    let deadline = monotonicSeconds() + seconds
    let (output, isInTime) = child.read(ends.reading, until: deadline, limit: limit)
    return Run(
      output: String(decoding: output, as: UTF8.self), ending: child.ending(isInTime, output.count >= limit, by: deadline, seconds))
  }

  private func ending(_ isInTime: Bool, _ isCut: Bool, by deadline: Double, _ seconds: Double) -> Run.Ending {
    // It may have closed its output and go on.
    let end = isInTime && !isCut ? end(by: deadline) : nil
    switch end {
    case .exit(let code)?: return .exit(code)
    case .signal?: return .killed
    case nil:
      kill()
      return isCut ? .cut : .late(Int(clamping: seconds))
    }
  }

  private static func write(_ text: String, to file: Int32) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
