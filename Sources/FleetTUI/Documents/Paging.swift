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
    do throws(ChildProcess.Failure) { try show(text, with: words, variables: shown(ProcessVariables.all)) } catch {
      Output.message(
        "PAGER: \(UntrustedText.clean(words[0], limit: 200)) can't be started: \(error.reason ?? error.description); the text follows")
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

  private static func show(_ text: String, with words: [String], variables: [String: String]) throws(ChildProcess.Failure) {
    let ends = PipeEnds(isBlocking: true)
    // Ctrl-C is the pager's: it ends a search, not the reading.
    for number in [SIGINT, SIGQUIT] { signal(number, SIG_IGN) }
    let pager: ChildProcess
    do throws(ChildProcess.Failure) {
      defer { close(ends.reading) }
      pager = try ChildProcess(
        words, environment: variables, input: .descriptor(ends.reading), output: .shared, errors: .shared, in: .terminal)
    } catch {
      close(ends.writing)
      throw error
    }
    // Whoever has read enough closes the pipe: that is no failure.
    do throws(Output.WriteFailure) { try Output.write(text, to: ends.writing) } catch {}
    close(ends.writing)
    pager.wait()
  }
}
