import FleetModel
import Glibc

/// A file that the operator asked for: of this user alone, and never in the place of another one unless that was asked for too.
struct SavedFile: Hashable, Sendable {
  struct Failure: Error, Hashable { let why: String }

  let path: String
  let text: String
  /// What is in it, as the notice has it.
  let what: String
  let replaces: Bool

  /// - Parameters:
  ///   - name: as it was typed: `~/` is the home directory, a `!` at the end allows to replace a file.
  init(named name: String, home: String?, _ text: String, what: String) {
    replaces = name.hasSuffix("!")
    let name = replaces ? String(name.dropLast()) : name
    path = name.hasPrefix("~/") ? (home ?? "~") + name.dropFirst() : name
    self.text = text
    self.what = what
  }

  /// - Returns: what is to be said of it.
  func save() -> Result<String, Failure> {
    let shown = UntrustedText.clean(path, limit: 300)
    func failure(_ why: String) -> Result<String, Failure> { .failure(Failure(why: why)) }
    var status = stat()
    let stands = lstat(path, &status) == 0
    if stands, status.st_mode & S_IFMT != S_IFREG { return failure("\(shown) is no file that could be replaced") }
    if stands, !replaces { return failure("\(shown) exists: a ! behind its name replaces it") }
    // Beside its place and then into it: half a file is none.
    let draft = "\(path).\(getpid()).tmp"
    let file = open(replaces ? draft : path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      return failure(errno == EEXIST ? "\(shown) exists: a ! behind its name replaces it" : "\(shown): \(String(cString: strerror(errno)))")
    }
    do throws(Output.WriteFailure) {
      try Output.write(text, closing: file)
      guard !replaces || rename(draft, path) == 0 else { throw Output.WriteFailure(number: errno) }
    } catch {
      unlink(replaces ? draft : path)
      return failure("\(shown) could not be written: \(error)")
    }
    return .success("\(what) written to \(shown): \(text.utf8.count) bytes")
  }
}
