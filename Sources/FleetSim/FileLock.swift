import Glibc

/// A file that one process at a time holds. The kernel lets it go with the process, however that ends.
final class FileLock: Sendable {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// `nil` when somebody else holds it (`EWOULDBLOCK`), it is gone (`ENOENT`), or it can't be opened; `errno` tells.
  static func taken(_ path: String, making: Bool) -> FileLock? {
    let file = open(path, O_RDWR | (making ? O_CREAT : 0) | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { return nil }
    var reason: Int32 = 0
    if flock(file, LOCK_EX | LOCK_NB) != 0 {
      reason = errno
    } else {
      // Who held it before may have removed it between opening and locking.
      var ours = stat()
      var named = stat()
      let isThere = fstat(file, &ours) == 0 && stat(path, &named) == 0 && ours.st_ino == named.st_ino && ours.st_dev == named.st_dev
      if !isThere { reason = ENOENT }
    }
    guard reason == 0 else {
      close(file)
      errno = reason
      return nil
    }
    return FileLock(descriptor: file)
  }
}
