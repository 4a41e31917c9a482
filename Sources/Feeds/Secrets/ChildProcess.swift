import CGlibc
import FleetModel
import Glibc

/// A program that was started here, without a shell. Of this process it has the streams and the variables that it was given, and nothing else.
public struct ChildProcess: Sendable {
  public struct Failure: Error, Sendable, CustomStringConvertible {
    public let description: String
    /// Why it didn't start, without its name; `nil` for one that did.
    public private(set) var reason: String?

    init(_ description: String) { self.description = description }

    init(starting program: String, _ number: Int32) {
      let reason = String(cString: strerror(number))
      description = "\(program): \(reason)"
      self.reason = reason
    }
  }

  /// What one of its three standard streams is.
  public enum Stream: Sendable {
    case nothing
    /// This process's own.
    case shared
    case descriptor(Int32)
  }

  /// Whether it reads from the terminal, beside this process in its group, or has a group of its own, with which all that it starts ends.
  public enum Place: Sendable { case terminal, ownGroup }

  private let id: pid_t
  private let place: Place

  /// - Parameter words: the program, found by `PATH`, and its arguments.
  /// - Throws: ``Failure``.
  public init(
    _ words: [String], environment: [String: String], input: Stream = .nothing, output: Stream, errors: Stream = .nothing, in place: Place
  ) throws(Failure) {
    guard let program = words.first else { throw Failure("no command is given") }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, stream) in [(STDIN_FILENO, input), (STDOUT_FILENO, output), (STDERR_FILENO, errors)] {
      switch stream {
      case .nothing: posix_spawn_file_actions_addopen(&actions, number, "/dev/null", number == STDIN_FILENO ? O_RDONLY : O_WRONLY, 0)
      case .shared: break
      case .descriptor(let descriptor):
        // As a pipe has it that could not be made.
        guard descriptor >= 0 else { throw Failure(starting: program, EMFILE) }
        posix_spawn_file_actions_adddup2(&actions, descriptor, number)
      }
    }
    // Whatever a library opened without a thought for it: a child that goes on in the background would keep it.
    _ = fleet_spawn_closes_from(&actions, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    // What this program ignores would stay ignored in the child, and what it blocks blocked.
    var ignored: [Int32] = [SIGPIPE, SIGXFSZ]
    switch place {
    case .ownGroup:
      posix_spawnattr_setpgroup(&attributes, 0)
      flags |= POSIX_SPAWN_SETPGROUP
    case .terminal: ignored += [SIGINT, SIGQUIT]
    }
    var (none, own) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigemptyset(&own)
    for signal in ignored { sigaddset(&own, signal) }
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &own)
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var child = pid_t()
    let failure = posix_spawnp(&child, program, &actions, &attributes, &arguments, &variables)
    guard failure == 0 else { throw Failure(starting: program, failure) }
    id = child
    self.place = place
  }

  // MARK: - Its end

  enum End {
    case exit(Int32)
    case signal

    init(_ status: Int32) { self = status & 0x7F == 0 ? .exit((status >> 8) & 0xFF) : .signal }
  }

  /// Returns when it has ended.
  public func wait() { _ = end() }

  private func end() -> End {
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    return End(status)
  }

  /// How it ended; `nil` while it goes on at that time (``monotonicSeconds()``).
  func end(by deadline: Double) -> End? {
    var status: Int32 = 0
    while waitpid(id, &status, WNOHANG) == 0 {
      guard monotonicSeconds() < deadline else { return nil }
      usleep(2000)
    }
    return End(status)
  }

  /// Ends it, with its group where it has one.
  func kill() {
    _ = Glibc.kill(place == .ownGroup ? -id : id, SIGKILL)
    wait()
  }

  // MARK: - Its output

  private static let outputLimit = 1 << 20

  /// What `words` prints on standard output, at most 1 MiB of it. Its standard error is dropped: it may hold what it was asked for.
  /// - Throws: ``Failure`` when it can't start, fails, or isn't done after `seconds`.
  static func output(of words: [String], environment: [String: String], seconds: Double) throws(Failure) -> String {
    let program = words.first ?? ""
    let ends = PipeEnds(isBlocking: true)
    guard ends.reading >= 0 else { throw Failure(String(cString: strerror(errno))) }
    defer { close(ends.reading) }
    let child: ChildProcess
    do {
      defer { close(ends.writing) }
      child = try ChildProcess(words, environment: environment, output: .descriptor(ends.writing), in: .ownGroup)
    }
    let deadline = monotonicSeconds() + seconds
    let (output, isInTime) = child.read(ends.reading, until: deadline, limit: outputLimit)
    guard isInTime else {
      child.kill()
      throw Failure("\(program) was not done after \(Int(clamping: seconds)) s")
    }
    guard output.count < outputLimit else {
      child.kill()
      throw Failure("\(program) was killed")
    }
    // It may have closed its output and go on.
    switch child.end(by: deadline) {
    case nil:
      child.kill()
      throw Failure("\(program) was not done after \(Int(clamping: seconds)) s")
    case .exit(0)?: return String(decoding: output, as: UTF8.self)
    case .exit(let code)?: throw Failure("\(program) ended with \(code)")
    case .signal?: throw Failure("\(program) was killed")
    }
  }

  /// To its end, or as much as is taken, and whether that was reached in time.
  func read(_ descriptor: Int32, until deadline: Double, limit: Int) -> (output: [UInt8], isInTime: Bool) {
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while output.count < limit {
      let left = deadline - monotonicSeconds()
      var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let count = left > 0 ? poll(&ready, 1, pollTimeout(left)) : 0
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return (output, false) }
      let bytes = Glibc.read(descriptor, &chunk, chunk.count)
      if bytes < 0, errno == EINTR { continue }
      guard bytes > 0 else { break }
      output.append(contentsOf: chunk.prefix(bytes))
    }
    return (output, true)
  }
}
