/// What stands beside the table or under it, of the selected row.
enum PaneKind: String, Codable, CaseIterable, Sendable { case detail, events, none }

/// Where a pane has room: beside the table from 160 columns, under it from 30 rows of the screen.
struct PanePlace: Equatable {
  enum Side: Equatable { case beside, under }

  var side: Side
  /// Columns beside, its border included; rows under, as many as it has at most.
  var size: Int

  /// Of the screen's body.
  static let leastColumns = 160
  static let leastRows = 24
  /// What it keeps beside a table whose texts take the rest.
  private static let leastBeside = 60

  /// `nil` where there is no room for one, or none is wanted.
  /// Beside the table it has two fifths, as far as the table's texts leave them; under it two fifths, or what the table leaves.
  init?(_ remembered: RememberedScreen, in body: Room, pages: Pages) {
    let page = pages.current.leastRows
    guard !body.isShared, remembered.pane != PaneKind.none else { return nil }
    if body.width >= Self.leastColumns {
      side = .beside
      let free = max(Self.leastBeside, min(body.width * 2 / 5, body.width - pages.tableWidth(in: body)))
      size = min(max(44, remembered.paneColumns ?? free), body.width - 72)
    } else if body.rows >= Self.leastRows, body.rows - page >= 5 {
      side = .under
      size = min(max(5, remembered.paneRows ?? max(body.rows * 2 / 5, pages.current.rowsLeft(of: body.rows))), body.rows - page)
    } else {
      return nil
    }
  }

  /// Keeps its size, larger or smaller by a step. - Parameter table: where the last frame has that.
  func resized(by steps: Int, in remembered: inout RememberedScreen, body: Room, table: Room, page: Int) {
    switch side {
    case .beside: remembered.paneColumns = min(max(44, size + steps * 4), body.width - 72)
    case .under:
      // Smaller than it is seen, however much it might have.
      let seen = steps < 0 ? min(size, body.rows - table.rows) : size
      remembered.paneRows = min(max(5, seen + steps * 2), body.rows - page)
    }
  }
}
