import FleetModel

/// One column of those that a table shows, in the order in which they stand.
struct ColumnChoice: Hashable, Sendable {
  static let widths = 3...200

  var id: String
  /// `nil`: as wide as the column is by itself.
  var width: Int?

  init(id: String, width: Int? = nil) {
    self.id = id
    self.width = width
  }

  /// As it is written down: `finding`, `finding:40`. What is no width is none.
  init(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1)
    id = parts.first.map(String.init) ?? ""
    width = parts.count > 1 ? Int(parts[1]).map { min(max(Self.widths.lowerBound, $0), Self.widths.upperBound) } : nil
  }

  var text: String { width.map { "\(id):\($0)" } ?? id }
}

/// A column as the operator may have it.
struct ColumnState: Hashable, Sendable {
  var id: String
  var title: String
  var isShown: Bool
  var width: Int?
  /// How wide it is by itself.
  var ideal: Int
  /// Whether the last frame had room for it; `nil`: there was none, or it isn't shown.
  var hasRoom: Bool?
}

extension [ColumnState] {
  /// Those that are shown; `nil` where that is what there is by itself.
  func choice(insteadOf builtIn: [String]) -> [ColumnChoice]? {
    let shown = filter(\.isShown).map { ColumnChoice(id: $0.id, width: $0.width) }
    return shown.map(\.text) == builtIn ? nil : shown
  }
}

extension Column {
  /// The same, as wide as it was chosen.
  func chosen(_ choice: ColumnChoice) -> Self {
    guard let width = choice.width else { return self }
    var column = self
    column.room.minimum = min(width, column.room.minimum)
    column.room.claim = min(width, column.room.claim)
    column.room.ideal = width
    column.room.stretch = 0
    return column
  }
}

extension TableContent {
  /// The columns that were chosen, as far as there are such; all of them where nothing was.
  static func columns(_ choice: [ColumnChoice]?) -> [Column<Self>] {
    let chosen = (choice ?? []).compactMap { choice in columns.first { $0.field.id == choice.id }?.chosen(choice) }
    return chosen.isEmpty ? columns : chosen
  }

  /// Every column, those that are shown first and in their order.
  /// - Parameter layout: the last frame's.
  static func states(_ choice: [ColumnChoice]?, _ layout: TableLayout<Self>?) -> [ColumnState] {
    let shown = columns(choice)
    func state(_ column: Column<Self>, isShown: Bool) -> ColumnState {
      let own = columns.first { $0 == column } ?? column
      let width = choice?.first { $0.id == column.field.id }?.width
      let hasRoom = isShown ? layout.map { $0.places.contains { $0.column == column } } : nil
      return ColumnState(
        id: column.field.id, title: column.title, isShown: isShown, width: width, ideal: own.room.ideal, hasRoom: hasRoom)
    }
    return shown.map { state($0, isShown: true) } + columns.filter { !shown.contains($0) }.map { state($0, isShown: false) }
  }
}
