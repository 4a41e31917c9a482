import CCrypto
import FleetModel
import Glibc

/// `$XDG_STATE_HOME/fleettui`: directories 0700, files 0600.
public struct StateDirectory: Sendable {
  public let path: String

  public init(path: String) { self.path = path }

  /// - Parameter variables: the process's environment; without `XDG_STATE_HOME` it is `~/.local/state` (XDG Base Directory Specification).
  public init(variables: [String: String]) {
    let base = variables["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? (variables["HOME"] ?? "") + "/.local/state"
    path = base + "/fleettui"
  }

  public var journal: String { path + "/journal" }
  public var receipts: String { path + "/receipts" }
  public var evidence: String { path + "/evidence" }

  /// Why a file of the state could not be read or written.
  public struct Failure: Error, CustomStringConvertible, Sendable {
    public let path: String
    public let reason: String
    public var description: String { "\(path): \(reason)" }

    init(_ path: String, _ reason: String) {
      self.path = path
      self.reason = reason
    }
    /// The reason is `errno`'s.
    init(_ path: String) { self.init(path, String(cString: strerror(errno))) }
  }

  /// Makes `directory` and what is above it.
  public static func make(_ directory: String) throws(Failure) {
    var status = stat()
    if stat(directory, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else { throw Failure(directory, "is not a directory") }
      return
    }
    if let slash = directory.lastIndex(of: "/"), slash != directory.startIndex { try make(String(directory[..<slash])) }
    guard mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw Failure(directory) }
  }

  /// The names in `directory`, sorted; none when there is no such directory.
  static func names(in directory: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Opens a file that must be one: a pipe or device in its place would be waited for, forever perhaps.
  /// - Returns: `nil` when there is none.
  static func openFile(_ file: String, _ flags: Int32) throws(Failure) -> Int32? {
    let descriptor = open(file, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o600)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw Failure(file)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw Failure(file, "is not a file")
    }
    return descriptor
  }

  /// The bytes of `file`, `nil` when there is none, at most 16 MiB.
  public static func read(_ file: String) throws(Failure) -> [UInt8]? {
    guard let descriptor = try openFile(file, O_RDONLY) else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Failure(file) }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk.prefix(count))
      guard bytes.count <= 16 << 20 else { throw Failure(file, "is larger than 16 MiB") }
    }
  }

  /// Writes all of `bytes` and waits until they are on disk.
  static func append(_ bytes: [UInt8], to descriptor: Int32, _ file: String) throws(Failure) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Failure(file) }
      written += count
    }
    guard fsync(descriptor) == 0 else { throw Failure(file) }
  }

  /// Writes `file` whole or not at all, on disk with its name.
  public static func replace(_ file: String, with bytes: [UInt8]) throws(Failure) {
    let draft = "\(file).\(getpid()).tmp"
    guard let descriptor = try openFile(draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW) else { throw Failure(draft) }
    do throws(Failure) { try append(bytes, to: descriptor, draft) } catch {
      close(descriptor)
      unlink(draft)
      throw error
    }
    close(descriptor)
    guard rename(draft, file) == 0 else { throw Failure(file) }
    syncDirectory(of: file)
  }

  /// Writes a file of `size` bytes and takes it away again: whether there is leave and room.
  static func tryOut(_ file: String, size: Int) throws(Failure) {
    try replace(file, with: [UInt8](repeating: UInt8(ascii: " "), count: size))
    unlink(file)
  }

  /// A new or removed name is only sure once its directory is on disk.
  static func syncDirectory(of file: String) {
    guard let slash = file.lastIndex(of: "/") else { return }
    let directory = open(String(file[..<slash]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { return }
    fsync(directory)
    close(directory)
  }
}

/// `sha256:…` of a document with sorted keys and no spaces: plans and receipts are told by it.
public func contentHash(of json: JSONValue) -> String { "sha256:" + hexadecimalSHA256(of: Array(json.serialized(sortedKeys: true).utf8)) }

func hexadecimalSHA256(of bytes: [UInt8]) -> String {
  var out = [UInt8](repeating: 0, count: 32)
  guard fleet_sha256(bytes, bytes.count, &out) == 1 else { return "unavailable" }
  return out.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
