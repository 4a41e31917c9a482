import FleetModel

/// What a column's figure counts: what it may be compared with, and how that is typed.
enum Measure: Hashable, Sendable {
  case count
  /// US dollars.
  case money
  /// Seconds.
  case duration
  /// Of 1, typed in percent.
  case share

  /// The figure that was typed: `12`, `0.1` or `$0.1`, `10m` or `1h30m` or plain seconds, `50%` or `50`; `nil` when it is none.
  func figure(of text: String) -> Double? {
    switch self {
    case .count: Self.number(text[...])
    case .money: Self.number(text.hasPrefix("$") ? text.dropFirst() : text[...])
    case .share: Self.number(text.hasSuffix("%") ? text.dropLast() : text[...]).map { $0 / 100 }
    case .duration: Self.seconds(text)
    }
  }

  /// As a cell has it, as far as a text can.
  func text(of figure: Double) -> String {
    switch self {
    case .count: Wording.dollars(figure, digits: 0)
    case .money: Wording.dollars(figure, digits: 3)
    case .share: "\(Int(clamping: figure.asShare * 100))%"
    case .duration: Moment.coarse(figure)
    }
  }

  /// What a file calls a column of such figures, behind the name of what they are of.
  var unit: String {
    switch self {
    case .count: "count"
    case .money: "dollars"
    case .share: "share"
    case .duration: "seconds"
    }
  }

  /// What one is typed like.
  var example: String {
    switch self {
    case .count: "3"
    case .money: "0.1"
    case .share: "50%"
    case .duration: "10m"
    }
  }

  private static func number(_ text: Substring) -> Double? {
    guard text.utf8.allSatisfy({ $0 == UInt8(ascii: ".") || (48...57).contains($0) }) else { return nil }
    return Double(text).flatMap { $0.isFinite ? $0 : nil }
  }

  /// The sum of its parts, each a number with `w`, `d`, `h`, `m` or `s` behind it.
  private static func seconds(_ text: String) -> Double? {
    if let plain = number(text[...]) { return plain }
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
    var sum = 0.0
    var part = ""
    for character in text.lowercased() {
      if let unit = units[character] {
        guard let value = number(part[...]) else { return nil }
        sum += value * unit
        part = ""
      } else {
        part.append(character)
      }
    }
    return part.isEmpty && !text.isEmpty ? sum : nil
  }
}

/// A column as a filter, an order or a view names it.
struct FilterField: Hashable, Sendable {
  var id: String
  /// What else it is called.
  var aliases: [String] = []
  /// `nil`: it is no figure.
  var measure: Measure?

  func isCalled(_ name: String) -> Bool { id == name || aliases.contains(name) }
}

extension [FilterField] {
  /// The field that `name` is meant for: by its id before any alias of another.
  func named(_ name: String) -> FilterField? { first { $0.id == name } ?? first { $0.isCalled(name) } }

  /// That there is no such field, and which was probably meant.
  func problem(withName name: String) -> String {
    let names = flatMap { [$0.id] + $0.aliases }
    let near = NearestName.of(name, among: names).map { "did you mean \($0)?" } ?? "there are \(map(\.id).joined(separator: " "))"
    return "there is no field \"\(name)\"; \(near)"
  }
}

extension Column {
  /// It is called so instead of by its title.
  func field(_ id: String, _ aliases: String...) -> Self {
    var column = self
    column.field.id = id
    column.field.aliases = aliases
    return column
  }

  /// Its figure counts that, and can be compared; the order's own where none is given. What isn't known is `nil`.
  func measured(_ measure: Measure, _ figure: Figure? = nil) -> Self {
    var column = self
    column.field.measure = measure
    column.figure = figure ?? column.figure
    // What gets on is told in words: late, cut off, how long still.
    if measure == .share { column.export = .both }
    return column
  }

  /// Its words say what its figure does not, such as why there is none: that is written to files.
  func exported(_ export: ColumnExport) -> Self {
    var column = self
    column.export = export
    return column
  }

  /// Files have that for its words.
  func exported(exactly words: @escaping @Sendable (Content, Content.ID, Fleet, Timestamp) -> String?) -> Self {
    var column = exported(.words)
    column.exact = words
    return column
  }

  /// A filter finds these texts in it.
  func spelt(_ words: @escaping @Sendable (Content, Content.ID, Fleet, Timestamp) -> [String]) -> Self {
    var column = self
    column.words = words
    return column
  }

  /// What a filter looks into: what it is sorted by where nothing else was said.
  func texts(_ content: Content, _ id: Content.ID, _ fleet: Fleet, at now: Timestamp) -> [String] {
    if let words { return words(content, id, fleet, now) }
    if let measure = field.measure, let figure { return figure(content, id, fleet, now).map { [measure.text(of: $0)] } ?? [] }
    if case .text(let text) = order.key(content, id, fleet, now) { return [text] }
    return []
  }
}

extension Money {
  /// What it can be compared by: the part that is known; `nil` where nothing is.
  var figure: Double? { hasUnknown && known == 0 ? nil : known }
}
