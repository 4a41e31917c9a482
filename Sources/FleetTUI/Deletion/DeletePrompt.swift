import CNcurses
import Feeds
import FleetModel
import Glibc
import Synchronization

/// Typing to confirm on a terminal without the dashboard: one line, key by key.
final class DeletePrompt: Sendable {
  private let descriptor: Int32
  private let found: Mutex<termios?>
  private static let leaving = "\u{1B}[?2004l\r\n"

  /// `nil` when standard input or standard error is no terminal.
  init?() {
    guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return nil }
    descriptor = STDIN_FILENO
    found = Mutex(nil)
  }

  /// Gives the terminal back. Harmless when repeated.
  func leave() {
    found.withLock { modes in
      guard var saved = modes else { return }
      crash_disarm()
      Output.tell(Self.leaving)
      tcsetattr(descriptor, TCSAFLUSH, &saved)
      modes = nil
    }
  }

  private func enter() -> Bool {
    found.withLock { modes in
      var saved = termios()
      guard tcgetattr(descriptor, &saved) == 0 else { return false }
      var raw = saved
      raw.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG | IEXTEN)
      raw.c_iflag &= ~tcflag_t(ICRNL | IXON)
      // What was typed or pasted ahead was not typed here.
      guard tcsetattr(descriptor, TCSAFLUSH, &raw) == 0 else { return false }
      modes = saved
      let bytes = Array(Self.leaving.utf8)
      crash_arm(STDERR_FILENO, -1, &saved, bytes, bytes.count)
      Output.tell("\u{1B}[?2004h")
      return true
    }
  }

  /// Asks until the phrase is typed or the operator leaves. Blocks its thread.
  func ask(_ plan: DeletionPlan, lines: [String]) -> Bool {
    var lines = lines + [""]
    lines.append("Type the environment, a slash and the org's name, then Enter. Esc leaves. Pasting is refused.")
    Output.tell(lines.map { $0 + "\n" }.joined())
    guard enter() else { return false }
    defer { leave() }
    var confirmation = TypedConfirmation(
      phrase: plan.phrase, protectedWord: plan.isProtected ? plan.protectedWord : nil, openedAt: wallClock())
    var decoder = KeyDecoder()
    show(confirmation)
    while let events = read(&decoder) {
      for event in events {
        switch confirmation.handle(event, at: wallClock()) {
        case .typing: break
        case .left: return false
        case .confirmed: return true
        }
      }
      show(confirmation)
    }
    return false
  }

  /// Waits for keys; `nil` when the terminal is gone or the task is cancelled.
  private func read(_ decoder: inout KeyDecoder) -> [TypedConfirmation.Event]? {
    var bytes = [UInt8](repeating: 0, count: 1024)
    var heard = monotonicSeconds()
    while true {
      if Task.isCancelled { return nil }
      // An Esc that nothing followed is the key, not the start of a sequence.
      let silence = Int64(clamping: (monotonicSeconds() - heard) * 1000)
      let wait = min(100, decoder.patience.map { max(0, $0 - silence) } ?? 100)
      var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let count = poll(&ready, 1, Int32(wait))
      var keys: [Key] = []
      if count == 0 {
        if let patience = decoder.patience, monotonicSeconds() - heard >= Double(patience) / 1000 { keys = decoder.settle() }
      } else if count < 0, errno == EINTR {
        continue
      } else {
        let read = Glibc.read(descriptor, &bytes, bytes.count)
        if read < 0, errno == EINTR || errno == EAGAIN { continue }
        guard read > 0 else { return nil }
        if decoder.isDisturbed(by: bytes.prefix(read)) { heard = monotonicSeconds() }
        keys = decoder.keys(from: bytes.prefix(read))
      }
      let events = keys.compactMap(TypedConfirmation.Event.init)
      if !events.isEmpty { return events }
    }
  }

  private func show(_ confirmation: TypedConfirmation) {
    let label = confirmation.stage == .phrase ? "" : "the last 8 characters of the org's id: "
    let wait = Int(clamping: confirmation.closedFor(at: wallClock()).rounded(.up))
    let note: String =
      switch confirmation.notice {
      case nil: confirmation.next.map { "   enter \($0)" } ?? ""
      case .pasted: "   pasting is refused; wait \(wait) s"
      case .tooFast: "   too fast for a hand; wait \(wait) s"
      case .tooSoon: "   a moment: read what it removes"
      case .wrong: "   not the phrase; wait \(wait) s"
      case .planChanged: "   the plan changed"
      case .blocked(let why): "   \(why)"
      }
    Output.tell("\r\u{1B}[K\(label)\(UntrustedText.clean(confirmation.text, limit: 200))\(note)")
  }
}

extension TypedConfirmation.Event {
  /// What a key is to a dialog that is answered by typing; `nil` when it is nothing.
  init?(_ key: Key, _ keys: KeyMap) {
    switch key {
    case .character(let character): self = .key(character)
    case .paste: self = .paste
    default:
      switch keys.action(for: key, in: .dialog)?.inDialog {
      case .enter?: self = .enter
      case .leave?: self = .escape
      case .erase(let part)?: self = .erase(part)
      case .complete?, nil: return nil
      }
    }
  }

  /// On a terminal without the dashboard, where Ctrl-C comes as a key.
  init?(_ key: Key) {
    if key == .control("c") { self = .escape } else { self.init(key, .standard) }
  }
}
