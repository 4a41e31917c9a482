import FleetModel
import Glibc
import Synchronization

/// The dialect of INI that AWS's tools read: comments on lines of their own, keys in any case, and below a key without a value (`s3 =`)
/// whatever is indented deeper than it (Python's configparser, as botocore uses it).
enum AWSProfileFile {
  struct Section: Sendable {
    var name: String
    var settings: [String: String] = [:]
  }

  static func sections(of text: String) -> [Section] {
    var sections: [Section] = []
    /// How deep the key stands that has nothing after its `=`.
    var open: Int?
    for line in text.withoutByteOrderMark.lines {
      let content = String(line).trimmingSpaces
      guard let first = content.first, first != "#", first != ";" else { continue }
      let depth = line.prefix { $0.isWhitespace }.count
      // A nested setting is none of ours.
      if let open, depth > open { continue }
      open = nil
      if first == "[" {
        guard let end = content.firstIndex(of: "]") else { continue }
        sections.append(Section(name: String(content[content.index(after: content.startIndex)..<end]).trimmingSpaces))
        continue
      }
      guard !sections.isEmpty, let separator = content.firstIndex(where: { $0 == "=" || $0 == ":" }) else { continue }
      let key = content[..<separator].lowercased().trimmingSpaces
      let value = String(content[content.index(after: separator)...]).trimmingSpaces
      if value.isEmpty { open = depth }
      sections[sections.count - 1].settings[key] = value
    }
    return sections
  }

  // MARK: - Reading

  /// Bytes of the largest file that is read.
  static let limit = 1 << 20
  /// Seconds that a pipe may take: half of what a one-shot command may spend on a source.
  private static let patience = 10.0

  /// What makes a pipe the one that was read before.
  private struct Pipe: Hashable {
    var path: String
    var device: dev_t
    var node: ino_t
  }

  /// `<(…)` gives its text once, and whoever looks for credentials looks again.
  private static let pipes = Mutex<[Pipe: String]>([:])

  /// The text of a file, a pipe or a device, as AWS's tools take them; `nil` when there is none of that name.
  /// - Throws: ``AWSError`` when it can't be read, is larger than ``limit``, or doesn't end in time.
  static func text(of path: String) throws(AWSError) -> String? {
    // Not blocking: a pipe that nobody writes to would hold the program.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      let reason = errno
      if reason == ENOENT || reason == ENOTDIR { return nil }
      throw failure(path, String(cString: strerror(reason)))
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw failure(path, String(cString: strerror(errno))) }
    guard status.st_mode & S_IFMT == S_IFIFO else { return try text(file, path) }
    let pipe = Pipe(path: path, device: status.st_dev, node: status.st_ino)
    if let text = pipes.withLock({ $0[pipe] }) { return text }
    let text = try text(file, path)
    pipes.withLock { $0[pipe] = text }
    return text
  }

  private static func text(_ file: Int32, _ path: String) throws(AWSError) -> String {
    let deadline = monotonicSeconds() + patience
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      var ready = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
      let left = deadline - monotonicSeconds()
      guard left > 0 else { throw failure(path, "it has not ended after \(Int(clamping: patience)) s") }
      if poll(&ready, 1, pollTimeout(left)) <= 0 { continue }
      let count = read(file, &chunk, chunk.count)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count >= 0 else { throw failure(path, String(cString: strerror(errno))) }
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(contentsOf: chunk.prefix(count))
      guard bytes.count <= limit else { throw failure(path, "it is larger than \(limit >> 20) MiB") }
    }
  }

  private static func failure(_ path: String, _ why: String) -> AWSError {
    AWSError(.noCredentials, what: "AWS credentials", why: "\(path) can't be read: \(why)")
  }
}
