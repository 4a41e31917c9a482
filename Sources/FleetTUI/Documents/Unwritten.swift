import FleetModel
import Glibc
import Synchronization

/// What this process should have written down and could not: told on the screen where there is one, and on standard error at its end.
enum Unwritten {
  private struct State {
    /// In the order in which it was lost; each once.
    var problems: [String] = []
    /// Shown on the screen.
    var shown = 0
    var fails = false
    var isOutputWhole = true
  }

  private static let state = Mutex(State())

  static var isOutputWhole: Bool { state.withLock { $0.isOutputWhole } }

  /// Standard output takes no more.
  static func lose(output failure: Output.WriteFailure) {
    state.withLock { $0.isOutputWhole = false }
    guard failure.number != EPIPE else { return }
    lose("standard output could not be written, and what it has is not whole: \(failure)", fails: true)
  }

  /// - Parameter fails: whether somebody asked for it, so that the command has failed without it.
  static func lose(_ problem: String, fails: Bool) {
    state.withLock { state in
      if fails { state.fails = true }
      if !state.problems.contains(problem) { state.problems.append(problem) }
    }
  }

  /// The newest that was not given here before, for a screen.
  static func takeNews() -> String? {
    state.withLock { state in
      guard state.shown < state.problems.count else { return nil }
      state.shown = state.problems.count
      return state.problems.last
    }
  }

  /// Tells everything that was lost. - Returns: the code to end with instead of `code`.
  static func tell(endingWith code: Int32) -> Int32 {
    let (problems, fails) = state.withLock { ($0.problems, $0.fails) }
    for problem in problems { Output.message(problem) }
    // What became of a deletion (5, 6) and which signal ended it weigh more than what was said of it.
    return fails && code < 5 ? 1 : code
  }
}
