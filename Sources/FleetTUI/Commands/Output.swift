import FleetModel
import Glibc

/// Standard output and standard error, each written whole or not at all.
enum Output {
  /// - Returns: `false` when nobody reads any more.
  @discardableResult
  static func line(_ text: String) -> Bool { write(text + "\n", to: STDOUT_FILENO) }

  @discardableResult
  static func message(_ text: String) -> Bool { write("fleettui: \(text)\n", to: STDERR_FILENO) }

  /// A message for each source that is not complete or lacks something.
  static func problems(of fleet: Fleet, at now: Timestamp) {
    for source in fleet.sources.keys.sorted() {
      let freshness = fleet.freshness(of: source, at: now)
      guard freshness.state != .never, let trouble = freshness.trouble else { continue }
      message("\(source): \(freshness.state.rawValue): \(trouble)")
    }
  }

  @discardableResult
  static func write(_ text: String, to descriptor: Int32) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count < 0 {
          if errno == EINTR { continue }
          guard errno == EAGAIN else { return false }
          var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&ready, 1, 1000)
          continue
        }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      }
      return true
    }
  }
}

/// Rows and columns of plain text.
struct TextTable {
  var header: [String]
  var rows: [[String]] = []

  var table: String {
    var widths = header.map(\.unicodeScalars.count)
    for row in rows {
      for (index, cell) in row.enumerated() where index < widths.count { widths[index] = max(widths[index], cell.unicodeScalars.count) }
    }
    return ([header] + rows).map { row in
      var line = ""
      for (index, cell) in row.enumerated() {
        line += cell
        if index < row.count - 1 { line += String(repeating: " ", count: max(0, widths[index] - cell.unicodeScalars.count) + 2) }
      }
      return line
    }.joined(separator: "\n")
  }

  /// RFC 4180; a cell that a spreadsheet would run as a formula is quoted with an apostrophe.
  var csv: String {
    ([header] + rows).map { row in
      row.map { cell in
        var cell = cell
        if let first = cell.first, "=+-@".contains(first), Double(cell) == nil { cell = "'" + cell }
        return cell.contains(where: { ",\"\r\n".contains($0) }) ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
      }.joined(separator: ",")
    }.joined(separator: "\r\n")
  }
}
