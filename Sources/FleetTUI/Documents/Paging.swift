import CGlibc
import Feeds
import FleetModel
import Glibc
import Synchronization

/// What is for people to read and longer than their terminal goes through the program that `PAGER` names, as git's output does.
///
/// The program is named with its arguments and started without a shell. It gets the text and nothing else: of the process's variables only
/// those that say how to show it, since others may hold tokens. Without the variable, with an empty one or with `cat` the text is printed.
enum Paging {
  private static let waiting = Mutex("")

  /// Prints the text, or keeps it for ``finish()``: a pager takes the keyboard, so it starts when the command has said everything else.
  static func print(_ text: String) {
    guard let screen = Output.screen, program(ProcessVariables.all) != nil, exceeds(text, screen) else {
      Output.print(text)
      return
    }
    waiting.withLock { $0 += text }
  }

  /// Shows what was kept. Returns when the reader has left.
  static func finish() {
    let text = waiting.withLock { $0 }
    guard !text.isEmpty, let words = program(ProcessVariables.all) else { return }
    do throws(Failure) { try show(text, with: words, variables: shown(ProcessVariables.all)) } catch {
      Output.message("PAGER: \(UntrustedText.clean(words[0], limit: 200)) can't be started: \(error.reason); the text follows")
      Output.print(text)
    }
  }

  // MARK: - Whether, and by what

  /// The program and its arguments; `nil` where nothing is to be paged.
  static func program(_ variables: [String: String]) -> [String]? {
    let words = (variables["PAGER"] ?? "").split(separator: " ").map(String.init)
    guard let program = words.first, program != "cat", (variables["TERM"] ?? "dumb") != "dumb", !LinearOutput.isWanted(variables)
    else { return nil }
    return words
  }

  /// Whether the text, its last line and the shell's prompt below don't fit one screen.
  static func exceeds(_ text: String, _ screen: Terminal.Size) -> Bool {
    // What follows the last end of a line is no line.
    text.lines.dropLast().reduce(0) { rows, line in
      rows + max(1, (TextWidth.columns(of: String(line)) + screen.columns - 1) / screen.columns)
    } >= screen.rows
  }

  /// The variables that say how and where to show text.
  static func shown(_ variables: [String: String]) -> [String: String] {
    let names: Set = ["PATH", "HOME", "TERM", "COLORTERM", "LANG", "LANGUAGE", "COLUMNS", "LINES", "LV", "MORE", "NO_COLOR"]
    return variables.filter { name, _ in names.contains(name) || ["LC_", "LESS", "TERMINFO", "BAT_"].contains { name.hasPrefix($0) } }
  }

  // MARK: - The program

  private struct Failure: Error {
    let number: Int32
    var reason: String { String(cString: strerror(number)) }
  }

  private static func show(_ text: String, with words: [String], variables: [String: String]) throws(Failure) {
    let ends = PipeEnds(isBlocking: true)
    guard ends.reading >= 0 else { throw Failure(number: errno) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends.reading, STDIN_FILENO)
    _ = fleet_spawn_closes_from(&actions, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var own = sigset_t()
    sigemptyset(&own)
    // What this program ignores would stay ignored in the child. Ctrl-C is the pager's: it ends a search, not the reading.
    for number in [SIGPIPE, SIGXFSZ, SIGINT, SIGQUIT] { sigaddset(&own, number) }
    for number in [SIGINT, SIGQUIT] { signal(number, SIG_IGN) }
    posix_spawnattr_setsigdefault(&attributes, &own)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in arguments + environment { free(text) } }
    var child = pid_t()
    let failure = posix_spawnp(&child, words[0], &actions, &attributes, &arguments, &environment)
    close(ends.reading)
    guard failure == 0 else {
      close(ends.writing)
      throw Failure(number: failure)
    }
    // Whoever has read enough closes the pipe: that is no failure.
    do throws(Output.WriteFailure) { try Output.write(text, to: ends.writing) } catch {}
    close(ends.writing)
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
  }
}
