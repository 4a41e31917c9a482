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
    var keys = PromptKeys()
    show(confirmation)
    while let events = read(&keys) {
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
  private func read(_ keys: inout PromptKeys) -> [TypedConfirmation.Event]? {
    var bytes = [UInt8](repeating: 0, count: 1024)
    while true {
      if Task.isCancelled { return nil }
      var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let count = poll(&ready, 1, 100)
      if count == 0 {
        // An Esc that nothing followed is the key, not the start of a sequence.
        if let event = keys.idle() { return [event] }
        continue
      }
      if count < 0, errno == EINTR { continue }
      let read = Glibc.read(descriptor, &bytes, bytes.count)
      if read < 0, errno == EINTR || errno == EAGAIN { continue }
      guard read > 0 else { return nil }
      let events = keys.take(bytes.prefix(read))
      if !events.isEmpty { return events }
    }
  }

  private func show(_ confirmation: TypedConfirmation) {
    let label = confirmation.stage == .phrase ? "" : "the last 8 characters of the org's id: "
    let wait = Int(confirmation.closedFor(at: wallClock()).rounded(.up))
    let note: String =
      switch confirmation.notice {
      case nil: ""
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

/// Bytes of a terminal as the few keys that a prompt knows.
struct PromptKeys {
  private var pending: [UInt8] = []
  private var isPasting = false
  private static let pasteEnd = Array("\u{1B}[201~".utf8)
  private static let pasteStart = Array("\u{1B}[200~".utf8)

  /// Nothing came for a while.
  mutating func idle() -> TypedConfirmation.Event? {
    guard pending == [0x1B] else { return nil }
    pending = []
    return .escape
  }

  mutating func take(_ bytes: some Collection<UInt8>) -> [TypedConfirmation.Event] {
    pending += bytes
    var events: [TypedConfirmation.Event] = []
    while let first = pending.first {
      if isPasting {
        guard let end = pending.firstRange(of: Self.pasteEnd) else {
          // Kept short, whatever is pasted; the end may be cut in two.
          pending = Array(pending.suffix(Self.pasteEnd.count))
          break
        }
        pending.removeSubrange(..<end.upperBound)
        isPasting = false
        events.append(.paste)
      } else if first == 0x1B {
        if pending.starts(with: Self.pasteStart) {
          pending.removeFirst(Self.pasteStart.count)
          isPasting = true
        } else if pending.count == 1 || (pending.count < Self.pasteStart.count && Self.pasteStart.starts(with: pending)) {
          break
        } else if pending[1] == UInt8(ascii: "[") || pending[1] == UInt8(ascii: "O") {
          // Arrows and the like: nothing here.
          guard let last = pending.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else {
            if pending.count > 32 { pending = [] }
            break
          }
          pending.removeSubrange(...last)
        } else {
          pending.removeFirst()
          events.append(.escape)
        }
      } else if let event = character(first) {
        guard let event = event.value else { break }
        events.append(event)
      }
    }
    return events
  }

  private struct Taken { var value: TypedConfirmation.Event? }

  /// Takes one key off the front. `nil`: it was none; a value of `nil`: more bytes are needed.
  private mutating func character(_ first: UInt8) -> Taken? {
    switch first {
    case 0x03, 0x04:
      pending.removeFirst()
      return Taken(value: .escape)
    case 0x0D, 0x0A:
      pending.removeFirst()
      return Taken(value: .enter)
    case 0x7F, 0x08:
      pending.removeFirst()
      return Taken(value: .backspace)
    case 0..<0x20:
      pending.removeFirst()
      return nil
    case 0x80...:
      let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
      guard pending.count >= length else { return Taken(value: nil) }
      let text = String(decoding: pending.prefix(length), as: UTF8.self)
      pending.removeFirst(length)
      return text.first.map { Taken(value: .key($0)) }
    default:
      pending.removeFirst()
      return Taken(value: .key(Character(Unicode.Scalar(first))))
    }
  }
}
