import CGlibc
import FleetModel
import Glibc

/// A program run without a shell, for its output.
enum ChildProcess {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// What `words` prints on standard output, at most 1 MiB of it. Its standard error is dropped: it may hold what it was asked for.
  /// - Throws: ``Failure`` when it can't start, fails, or isn't done after `seconds`.
  static func output(of words: [String], environment: [String: String], seconds: Double) throws(Failure) -> String {
    guard let program = words.first else { throw Failure(description: "no command is given") }
    let ends = PipeEnds(isBlocking: true)
    guard ends.reading >= 0 else { throw Failure(description: String(cString: strerror(errno))) }
    defer { close(ends.reading) }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends.writing, 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    // Whatever a library opened without a thought for it: a child that goes on in the background would keep it.
    _ = fleet_spawn_closes_from(&actions, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A group of its own, so that its children end with it.
    posix_spawnattr_setpgroup(&attributes, 0)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    // What this program ignores would stay ignored in the child.
    var ignored = sigset_t()
    sigemptyset(&ignored)
    for signal in [SIGPIPE, SIGXFSZ] { sigaddset(&ignored, signal) }
    posix_spawnattr_setsigdefault(&attributes, &ignored)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var child = pid_t()
    let failure = posix_spawnp(&child, program, &actions, &attributes, &arguments, &variables)
    close(ends.writing)
    guard failure == 0 else { throw Failure(description: "\(program): \(String(cString: strerror(failure)))") }

    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    let deadline = monotonicSeconds() + seconds
    var isLate = false
    while true {
      let left = deadline - monotonicSeconds()
      var ready = pollfd(fd: ends.reading, events: Int16(POLLIN), revents: 0)
      let count = left > 0 ? poll(&ready, 1, pollTimeout(left)) : 0
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        isLate = true
        break
      }
      let bytes = read(ends.reading, &chunk, chunk.count)
      if bytes < 0, errno == EINTR { continue }
      guard bytes > 0, output.count < 1 << 20 else { break }
      output.append(contentsOf: chunk.prefix(bytes))
    }
    var status: Int32 = 0
    // It may have closed its output and go on.
    while !isLate, output.count < 1 << 20, waitpid(child, &status, WNOHANG) == 0 {
      if monotonicSeconds() >= deadline { isLate = true } else { usleep(2000) }
    }
    if isLate || output.count >= 1 << 20 {
      kill(-child, SIGKILL)
      while waitpid(child, &status, 0) < 0, errno == EINTR {}
    }
    if isLate { throw Failure(description: "\(program) was not done after \(Int(clamping: seconds)) s") }
    guard status & 0x7F == 0, (status >> 8) & 0xFF == 0 else {
      throw Failure(description: status & 0x7F == 0 ? "\(program) ended with \((status >> 8) & 0xFF)" : "\(program) was killed")
    }
    return String(decoding: output, as: UTF8.self)
  }
}
