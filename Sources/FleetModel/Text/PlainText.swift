// Text as other systems write it.

extension StringProtocol {
  /// The lines without their ends, empty ones too; LF, CRLF and CR each end one.
  ///
  /// Never `split(separator: "\n")`: CRLF is one `Character`, which that doesn't find.
  public var lines: [SubSequence] {
    var lines: [SubSequence] = []
    var start = startIndex
    var index = startIndex
    while index < endIndex {
      let byte = utf8[index]
      var next = utf8.index(after: index)
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
        lines.append(self[start..<index])
        if byte == UInt8(ascii: "\r"), next < endIndex, utf8[next] == UInt8(ascii: "\n") { next = utf8.index(after: next) }
        start = next
      }
      index = next
    }
    lines.append(self[start...])
    return lines
  }

  /// Without the byte-order mark that some editors put before a file's first character.
  public var withoutByteOrderMark: SubSequence {
    unicodeScalars.first == "\u{FEFF}" ? self[unicodeScalars.index(after: startIndex)...] : self[...]
  }
}
