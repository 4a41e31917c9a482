import Foundation

/// The clipboard of the terminal that shows the dashboard, wherever that is: OSC 52 (xterm, "Operating System Commands").
///
/// No terminal says whether it took a copy; it can only be known beforehand that it can't.
struct Clipboard: Hashable, Sendable {
  struct Refusal: Error, Hashable { let why: String }

  /// Bytes of one copy: 100,000 of base64, which whatever takes copies takes.
  static let limit = 74_994

  let terminal: TerminalKind
  private var isInTmux: Bool { terminal.isInTmux }

  /// What makes the terminal take `text`.
  ///
  /// tmux takes it itself where its `set-clipboard` is on, and passes what is wrapped to the terminal where `allow-passthrough` is: it gets both.
  /// - Throws: ``Refusal``: nothing is to be written.
  func sequence(copying text: String) throws(Refusal) -> [UInt8] {
    // Whoever knows no such questions knows no such orders.
    guard terminal.answersGround else { throw Refusal(why: "a terminal \(terminal.name) takes no copies; export writes to a file") }
    let bytes = Array(text.utf8)
    guard bytes.count <= Self.limit else {
      throw Refusal(why: "\(bytes.count) bytes are more than the \(Self.limit) that terminals take; export writes them to a file")
    }
    let plain = Array("\u{1B}]52;c;".utf8) + Array(Data(bytes).base64EncodedData()) + [7]
    guard isInTmux else { return plain }
    let escaped = plain.flatMap { $0 == 0x1B ? [0x1B, 0x1B] : [$0] }
    return plain + Array("\u{1B}Ptmux;".utf8) + escaped + Array("\u{1B}\\".utf8)
  }

  /// What else must be so for a copy to arrive.
  var condition: String { isInTmux ? " (in tmux: needs set-clipboard on or allow-passthrough on)" : "" }
}

extension Terminal {
  /// Writes a sequence between two frames that leaves every cell as it is.
  func send(_ sequence: [UInt8]) {
    pending += sequence
    flush()
  }
}

extension Terminal {
  /// `100x24, 256 colours`.
  var words: String { "\(size.columns)x\(size.rows), \(depth.name) colours" }
}
