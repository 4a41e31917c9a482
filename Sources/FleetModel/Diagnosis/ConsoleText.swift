/// A machine's serial output as lines that may be shown: without escape sequences, secrets masked (contract §1.11, §10). Never kept.
public enum ConsoleText {
  /// Bytes looked at, the newest: a server promises 64 KiB and clients read at most four times that.
  static let limit = 256 << 10

  public static func lines(of output: String) -> [String] {
    let newest = output.utf8.count > limit ? String(decoding: output.utf8.suffix(limit), as: UTF8.self) : output
    // The whole before its lines: a private key spans many.
    return SecretMask.mask(withoutSequences(newest)).lines.map { UntrustedText.clean(String($0), limit: 2000) }
  }

  /// What a line of a console shows that somebody should know of.
  public enum Sign: Hashable, Sendable, CaseIterable {
    /// `RUNTIME CRASHED`, the head of a traceback.
    case crash
    /// It held a credential, which is masked.
    case secret
    /// The shell told the command that it ran (`set -x`).
    case trace
  }

  /// - Parameter line: one of ``lines(of:)``.
  public static func sign(in line: String) -> Sign? {
    if KnownTexts.crash(in: [line]) != nil { return .crash }
    if line.contains(SecretMask.replacement) { return .secret }
    return KnownTexts.isTrace(line) ? .trace : nil
  }

  /// Takes out CSI, OSC and two-byte sequences (ECMA-48 §5.4, §5.6).
  static func withoutSequences(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0 == "\u{1B}" || $0 == "\u{9B}" }) else { return text }
    var out = String.UnicodeScalarView()
    var scalars = text.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      guard scalar == "\u{1B}" || scalar == "\u{9B}" else {
        out.append(scalar)
        continue
      }
      guard let kind = scalar == "\u{9B}" ? "[" : scalars.next() else { break }
      switch kind {
      case "[":
        // Parameters and intermediates, then one final. A line's end is never part of one: a broken sequence costs its own line at most.
        while let next = scalars.next() {
          if next.value >= 0x40 && next.value <= 0x7E { break }
          if next == "\n" || next == "\r" {
            out.append(next)
            break
          }
        }
      case "]", "P", "X", "^", "_":
        var previous: Unicode.Scalar?
        while let next = scalars.next() {
          if next == "\u{07}" || next == "\u{9C}" || (previous == "\u{1B}" && next == "\\") { break }
          if next == "\n" || next == "\r" {
            out.append(next)
            break
          }
          previous = next
        }
      case "(", ")", "*", "+", "#", " ", "%": _ = scalars.next()
      default: break
      }
    }
    return String(out)
  }
}
