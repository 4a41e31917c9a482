import FleetModel
import Glibc

/// A credential. It can be sent, never printed.
public struct Secret: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
  private let value: String
  public init(_ value: String) { self.value = value }

  public var description: String { SecretMask.replacement }
  public var customMirror: Mirror { Mirror(self, children: []) }
  /// The `Authorization` header's value that carries it.
  var bearer: String { "Bearer \(value)" }
  /// The value itself, for the one place that sends it.
  public func reveal() -> String { value }
}

/// Where the configuration says that a credential is to be found. Never the credential itself.
public enum SecretSource: Hashable, Sendable, CustomStringConvertible {
  case environment(String)
  case file(String)
  /// Run without a shell, at most ``commandLimit`` seconds; its first line is the secret.
  case command([String])

  /// Half of what a one-shot command may spend on a source.
  static let commandLimit = 10.0

  public var description: String {
    switch self {
    case .environment(let name): "the environment variable \(name)"
    case .file(let path): "the file \(path)"
    case .command(let words): "the command \(words.first ?? "")"
    }
  }

  public struct Unavailable: Error, CustomStringConvertible {
    public let description: String
  }

  /// - Throws: ``Unavailable``, which says what to do.
  public func read(environment: [String: String]) throws(Unavailable) -> Secret {
    let text: String
    switch self {
    case .environment(let name):
      guard let value = environment[name], !value.isEmpty else { throw Unavailable(description: "\(self) is not set") }
      text = value
    case .file(let path): text = try Self.contents(of: Self.expanded(path, environment))
    case .command(let words):
      do throws(ChildProcess.Failure) {
        text = try ChildProcess.output(of: words, environment: environment, seconds: Self.commandLimit)
      } catch {
        throw Unavailable(description: "\(self) failed: \(error); run it by hand to see why")
      }
    }
    let line = String(text.withoutByteOrderMark.lines[0]).trimmingSpaces
    guard !line.isEmpty else { throw Unavailable(description: "\(self) gave nothing") }
    guard line.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw Unavailable(description: "\(self) gave a control character") }
    return Secret(line)
  }

  static func expanded(_ path: String, _ environment: [String: String]) -> String {
    guard path.hasPrefix("~/"), let home = environment["HOME"] else { return path }
    return home + path.dropFirst()
  }

  private static func contents(of path: String) throws(Unavailable) -> String {
    // Where a pipe stands in its place nobody may ever write.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard file >= 0 else { throw Unavailable(description: "the file \(path) can't be read: \(String(cString: strerror(errno)))") }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw Unavailable(description: "\(path) is not a file") }
    guard status.st_mode & 0o077 == 0 else {
      throw Unavailable(description: "the file \(path) can be read by others: chmod 600 \(path)")
    }
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = Glibc.read(file, &bytes, bytes.count)
    guard count >= 0 else { throw Unavailable(description: "the file \(path) can't be read: \(String(cString: strerror(errno)))") }
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
