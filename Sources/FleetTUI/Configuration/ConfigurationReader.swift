import FleetModel
import TOMLKit

/// One table of the file while it is read: each key is asked for once, and what nobody asked for is an error that names the nearest known key.
struct TableReader {
  let table: TOMLTable
  /// `environment.staging.aws`; empty at the top.
  let name: String
  let source: ConfigurationSource
  private(set) var known: [String] = []

  init(_ table: TOMLTable, name: String, source: ConfigurationSource) {
    self.table = table
    self.name = name
    self.source = source
  }

  /// A whole file.
  ///
  /// - Throws: ``ConfigurationError`` where it is no TOML.
  init(parsing text: String, path: String) throws(ConfigurationError) {
    let text = String(text.withoutByteOrderMark)
    do { self.init(try TOMLTable(string: text), name: "", source: ConfigurationSource(path: path, text: text)) } catch let error
      as TOMLParseError
    {
      throw ConfigurationError(path: path, line: error.source.begin.line, problem: UntrustedText.clean(error.description, limit: 300))
    } catch { throw ConfigurationError(path: path, line: nil, problem: "is not TOML") }
  }

  func failure(_ key: String?, _ problem: String) -> ConfigurationError {
    let full = [name, key ?? ""].filter { !$0.isEmpty }.joined(separator: ".")
    return ConfigurationError(
      path: source.path, line: source.line(of: key, in: name), problem: full.isEmpty ? problem : "\(full): \(problem)")
  }

  mutating func value(_ key: String) -> TOMLValueConvertible? {
    known.append(key)
    return table[key]
  }

  mutating func string(_ key: String) throws(ConfigurationError) -> String? {
    guard let value = value(key) else { return nil }
    guard let text = value.string else { throw failure(key, "must be a text in quotes") }
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw failure(key, "holds a control character") }
    return text
  }

  mutating func flag(_ key: String) throws(ConfigurationError) -> Bool? {
    guard let value = value(key) else { return nil }
    guard let flag = value.bool else { throw failure(key, "must be true or false") }
    return flag
  }

  mutating func count(_ key: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int? {
    guard let value = value(key) else { return nil }
    guard let number = value.int, range.contains(number) else {
      throw failure(key, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  mutating func seconds(_ key: String, in range: ClosedRange<Double>) throws(ConfigurationError) -> Double? {
    guard let value = value(key) else { return nil }
    let seconds = value.string.flatMap(DurationText.seconds) ?? value.int.map(Double.init) ?? value.double
    guard let seconds, range.contains(seconds) else {
      let bounds = "from \(DurationText.text(of: range.lowerBound)) to \(DurationText.text(of: range.upperBound))"
      throw failure(key, "must be a duration such as \"15s\", \"20m\" or \"2h\", \(bounds)")
    }
    return seconds
  }

  mutating func strings(_ key: String) throws(ConfigurationError) -> [String]? {
    guard let value = value(key) else { return nil }
    guard let array = value.array else { throw failure(key, "must be a list of texts") }
    var texts: [String] = []
    for element in array {
      guard let text = element.string else { throw failure(key, "must be a list of texts") }
      texts.append(text)
    }
    return texts
  }

  mutating func table(_ key: String) throws(ConfigurationError) -> TableReader? {
    guard let value = value(key) else { return nil }
    guard let inner = value.table else { throw failure(key, "must be a table") }
    return TableReader(inner, name: name.isEmpty ? key : "\(name).\(key)", source: source)
  }

  /// Every key of the table with its text, whatever their names.
  mutating func texts() throws(ConfigurationError) -> [String: String] {
    var all: [String: String] = [:]
    for key in table.keys.sorted() { all[key] = try string(key) }
    return all
  }

  /// Every key of the table with its amount of US dollars, whatever their names.
  mutating func amounts() throws(ConfigurationError) -> [String: Double] {
    var all: [String: Double] = [:]
    for key in table.keys.sorted() {
      guard let value = value(key) else { continue }
      guard let amount = value.double ?? value.int.map(Double.init), Plausible.price.contains(amount) else {
        throw failure(key, "must be a number of US dollars from 0 to \(Int(clamping: Plausible.price.upperBound))")
      }
      all[key] = amount
    }
    return all
  }

  /// - Throws: ``ConfigurationError`` for the first key that nobody asked for.
  func refuseUnknownKeys() throws(ConfigurationError) {
    for key in table.keys.sorted() where !known.contains(key) {
      let near =
        NearestName.of(key, among: known).map { ": did you mean \($0)?" } ?? ": known here are \(known.sorted().joined(separator: ", "))"
      throw failure(key, "unknown key" + near)
    }
  }
}

/// The file's text, to tell the line of a key.
struct ConfigurationSource: Sendable {
  let path: String
  let lines: [Substring]

  init(path: String, text: String = "") {
    self.path = path
    lines = text.lines
  }

  /// The line, from 1, of `key` in the table `name`, or of the table's own beginning.
  func line(of key: String?, in name: String) -> Int? {
    var table = ""
    var tableLine: Int?
    for (index, line) in lines.enumerated() {
      let text = String(line.drop { $0 == " " || $0 == "\t" })
      if text.hasPrefix("[") {
        let header = text.drop { $0 == "[" }.prefix { $0 != "]" }
        table = Self.path(String(header))
        if table == name { tableLine = index + 1 }
        if let key, table == Self.joined(name, key) { return index + 1 }
      } else if let key, let equals = text.firstIndex(of: "=") {
        let path = Self.joined(table, Self.path(String(text[..<equals])))
        if path == Self.joined(name, key) || path == name { return index + 1 }
      }
    }
    return tableLine
  }

  /// The line of a key that is set; `nil` where it isn't.
  func line(ofKey key: String, in name: String) -> Int? {
    line(of: key, in: name).flatMap { $0 == line(of: nil, in: name) ? nil : $0 }
  }

  private static func joined(_ left: String, _ right: String) -> String { left.isEmpty ? right : "\(left).\(right)" }
  private static func path(_ text: String) -> String {
    text.split(separator: ".").map { part in part.filter { $0 != " " && $0 != "\"" && $0 != "'" && $0 != "\t" } }.joined(separator: ".")
  }
}
