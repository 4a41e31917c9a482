import FleetModel

/// Rows that something under a table takes: no more than it has to say, so that the table has the others.
///
/// What needs more has it at once. It gives rows back only once the hand has rested: a table whose cursor moves doesn't change its height with each key.
struct SteadyRows {
  private var rows = 0
  private var page: PageID?
  private var most = 0
  private var subject: Subject?
  /// When all of them were needed last, or another row was.
  private var since: Timestamp?

  /// Seconds without another row.
  static let rest = 2.0

  /// - Parameters:
  ///   - needed: rows for all that is to be said of `subject`.
  ///   - most: rows that it has at most.
  mutating func take(_ needed: Int, of subject: Subject?, on page: PageID, most: Int, _ moment: inout Moment) -> Int {
    let needed = min(needed, most)
    if needed >= rows || self.page != page || self.most != most {
      (rows, since) = (needed, moment.now)
    } else if self.subject != subject {
      since = moment.now
    } else if let since, moment.now >= since + Self.rest {
      (rows, self.since) = (needed, moment.now)
    }
    if needed < rows, let since { moment.changes(at: since + Self.rest) }
    (self.page, self.most, self.subject) = (page, most, subject)
    return rows
  }
}
