import CNcurses
import Feeds
import Glibc

/// Why there is no dashboard. The command ends with 1.
enum TerminalError: Error, CustomStringConvertible, Equatable {
  case notATerminal
  case unreachable(String)
  case noCanvas

  var description: String {
    switch self {
    case .notATerminal:
      "the dashboard needs a terminal, and standard output is none: use `fleettui snapshot` or `fleettui watch` for output to a file or pipe"
    case .unreachable(let reason): "the terminal could not be opened: \(reason)"
    case .noCanvas:
      "no screen could be set up: neither TERM nor xterm-256color is in the terminal database; install ncurses-base, or set TERMINFO"
    }
  }
}

/// The only owner of the terminal: its modes, its screens, what is written to it, and giving it back.
///
/// It keeps a file description of its own, so that not blocking is no business of the shell's, and what the terminal doesn't take at once
/// waits in ``pending`` instead of holding up keys and signals.
final class Terminal {
  struct Size: Hashable, Sendable {
    var rows: Int
    var columns: Int
  }

  enum Input: Equatable {
    case bytes([UInt8])
    case nothing
    /// The other end is gone: nobody sees this any more.
    case hangUp
  }

  let descriptor: Int32
  private(set) var size: Size
  private(set) var depth = ColorDepth.mono
  /// Whether links are written: each needs a place of the palette.
  var takesLinks: Bool { settings.hasLinks && depth >= .palette }
  /// Rendered, not yet taken by the terminal.
  var pending: [UInt8] = []
  /// The terminal takes nothing just now: ``flush()`` again when it can be written to.
  private(set) var isStalled = false
  /// Bytes that it took since it was opened.
  private(set) var written = 0
  private var modes = termios()
  private var isEntered = false
  private var standardError: Int32 = -1
  private let logDescriptor: Int32
  private let settings: TerminalSettings
  /// When it was asked for its ground, in monotonic seconds; `nil` once it answered, or where it isn't asked.
  private var askedGround: Double?
  private var restoreBytes: [UInt8] = []

  /// - Parameter log: where standard error goes while the screen is up; `nil` drops it.
  /// - Throws: ``TerminalError``.
  init(log: String?, _ settings: TerminalSettings) throws(TerminalError) {
    guard isatty(STDOUT_FILENO) == 1 else { throw .notATerminal }
    var fd = Self.open("/proc/self/fd/1")
    if fd < 0 { fd = Self.open("/dev/tty") }
    guard fd >= 0 else { throw .unreachable(String(cString: strerror(errno))) }
    guard tcgetattr(fd, &modes) == 0 else {
      let reason = String(cString: strerror(errno))
      close(fd)
      throw .unreachable(reason)
    }
    descriptor = fd
    self.settings = settings
    logDescriptor = Glibc.open(log ?? "/dev/null", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    size = Self.measured(fd) ?? Size(rows: 24, columns: 80)
  }

  deinit {
    leave()
    close(descriptor)
    if logDescriptor >= 0 { close(logDescriptor) }
  }

  private static func open(_ path: String) -> Int32 { Glibc.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) }

  private static func measured(_ descriptor: Int32) -> Size? {
    var window = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_row > 0, window.ws_col > 0 else { return nil }
    // A terminal may claim anything; memory for it is ours.
    return Size(rows: min(Int(window.ws_row), 1000), columns: min(Int(window.ws_col), 2000))
  }

  // MARK: - In and out

  /// Takes the terminal: raw, second screen, standard error elsewhere, a crash armed.
  func enter() throws(TerminalError) {
    let names = settings.kind.names(wanted: settings.colors)
    guard names.contains(where: { canvas_open($0, Int32(size.rows), Int32(size.columns)) == 0 }) else { throw .noCanvas }
    depth = settings.kind.depth(colors: Int(canvas_colors()), isDirect: canvas_is_direct() != 0, wanted: settings.colors)
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = canvas_restore_bytes(&bytes, bytes.count)
    restoreBytes = Array(bytes.prefix(max(0, count))) + (takesLinks ? Hyperlink.closing : [])
    seize()
  }

  private func seize() {
    standardError = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
    crash_arm(descriptor, standardError, &modes, restoreBytes, restoreBytes.count)
    if logDescriptor >= 0 { dup2(logDescriptor, STDERR_FILENO) }
    setModes()
    isEntered = true
  }

  /// Raw, pastes in brackets, and of the mouse what is wanted: whatever an earlier program, or the shell since, left switched.
  private func setModes() {
    setRaw()
    pending += Array((TERMINAL_REPORTS_OFF + "\u{1B}[?2004h" + (settings.usesMouse ? "\u{1B}[?1002;1006h" : "")).utf8)
    askGround()
  }

  // MARK: - Its ground

  /// Seconds in which an answer is waited for. None waits before a frame: it is drawn with what is known, and again once there is an answer.
  static let answerTime = 1.0

  /// OSC 11 (xterm, "Operating System Commands"). Whoever continues the program may do so in another terminal: it is asked again then.
  private func askGround() {
    guard settings.kind.answersGround, isatty(STDIN_FILENO) == 1 else { return }
    pending += Array("\u{1B}]11;?\u{1B}\\".utf8)
    askedGround = monotonicSeconds()
  }

  /// Whether an answer may be on its way.
  var awaitsGround: Bool { askedGround.map { monotonicSeconds() - $0 < Self.answerTime } ?? false }

  func groundIsKnown() { askedGround = nil }

  /// An answer that comes after the program would be typed at the shell's prompt. Whoever goes on typing doesn't hold up the leaving.
  private func dropAnswer() {
    guard awaitsGround else { return }
    askedGround = nil
    let end = monotonicSeconds() + 0.15
    var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while true {
      let left = Int32((end - monotonicSeconds()) * 1000)
      guard left > 0, poll(&poller, 1, left) > 0, case .bytes(let bytes) = read() else { return }
      if bytes.contains(7) || bytes.last == UInt8(ascii: "\\") { return }
    }
  }

  private func setRaw() {
    var raw = modes
    raw.c_iflag &= ~tcflag_t(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON | PARMRK)
    raw.c_oflag &= ~tcflag_t(OPOST)
    raw.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | IEXTEN | ISIG)
    raw.c_cflag |= tcflag_t(CS8)
    tcsetattr(descriptor, TCSANOW, &raw)
  }

  /// Gives the terminal back as it was found. Doing it twice does nothing.
  func leave() {
    guard isEntered else { return }
    giveBack()
    canvas_close()
  }

  private func giveBack() {
    isEntered = false
    crash_disarm()
    pending = restoreBytes
    // A terminal that is stopped or gone must not keep the program.
    var tries = 10
    while !pending.isEmpty, tries > 0, flush() {
      if pending.isEmpty { break }
      var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      poll(&poller, 1, 20)
      tries -= 1
    }
    pending = []
    dropAnswer()
    tcsetattr(descriptor, TCSANOW, &modes)
    if standardError >= 0 {
      dup2(standardError, STDERR_FILENO)
      close(standardError)
      standardError = -1
    }
  }

  /// Gives the terminal back and stops; returns when the program is continued, with the terminal taken again.
  func suspend() {
    guard isEntered else { return }
    canvas_suspend()
    giveBack()
    raise(SIGSTOP)
    resume()
  }

  /// The program was continued, perhaps by someone who had stopped it from outside: the shell may have changed everything.
  func resume() {
    if isEntered {
      setModes()
      canvas_redraw()
    } else {
      tcgetattr(descriptor, &modes)
      seize()
    }
    remeasure()
  }

  /// - Returns: whether the size is another one.
  @discardableResult
  func remeasure() -> Bool {
    guard let now = Self.measured(descriptor), now != size else { return false }
    size = now
    canvas_resize(Int32(now.rows), Int32(now.columns))
    return true
  }

  // MARK: - Bytes

  /// Renders what changed on the canvas as one frame, which a terminal that knows such marks shows at once.
  func show(cursor: Cursor?, in inks: Inks) {
    let count = canvas_update(Int32(cursor?.row ?? -1), Int32(cursor?.column ?? -1))
    guard count > 0 else { return }
    let frame = [UInt8](unsafeUninitializedCapacity: count) { buffer, taken in taken = max(0, canvas_take(buffer.baseAddress, count)) }
    let written = inks.written(RepeatedColors.removed(from: LineScrolling.lineByLine(frame)))
    guard !written.isEmpty else { return }
    pending += settings.isSynchronized ? Array("\u{1B}[?2026h".utf8) + written + Array("\u{1B}[?2026l".utf8) : written
    flush()
  }

  /// Rings the bell, between two frames.
  func ring() {
    pending.append(7)
    flush()
  }

  /// Writes what waits. - Returns: `false` when the terminal is gone.
  @discardableResult
  func flush() -> Bool {
    isStalled = false
    while !pending.isEmpty {
      let count = write(descriptor, pending, pending.count)
      if count > 0 {
        written += count
        pending.removeFirst(count)
      } else if count < 0, errno == EINTR {
        continue
      } else if count < 0, errno == EAGAIN {
        isStalled = true
        return true
      } else {
        pending = []
        return false
      }
    }
    return true
  }

  func read() -> Input {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    if count > 0 { return .bytes(Array(bytes.prefix(count))) }
    if count < 0, errno == EAGAIN || errno == EINTR { return .nothing }
    return .hangUp
  }
}

/// Where the terminal's own cursor stands, on a prompt.
struct Cursor: Hashable, Sendable {
  var row: Int
  var column: Int
}
