import FleetModel

/// Every page, which of them is open, what is looked at there, and the way back.
struct Pages {
  private var all: [any Page]
  private var open = 0
  /// What a detail is of, where that is not the selected row.
  var pinned: Subject?
  /// Where jumps came from.
  private var trail: [TrailStep] = []
  private var journey = Journey()
  /// Where the last frame drew the open page's table, and the page with what stands around that.
  var room = Room()
  var body = Room()
  /// The column of the border between table and pane.
  var split: Int?
  /// Whether the last frame's table begins with another row than the one before: its rows were turned.
  var hasTurned = false
  /// Whether the last frame has it, or something lies over all of it.
  var isSeen = true
  /// How wide each page's table would be for what it showed so far, in a body of which width.
  private var tables: [PageID: (body: Int, width: Int)] = [:]

  func tableWidth(in body: Room) -> Int { tables[id].map { $0.body == body.width ? $0.width : 0 } ?? 0 }

  /// It never becomes narrower while the screen is as it is: the border beside it rests.
  mutating func noteTableWidth(in body: Room) { tables[id] = (body.width, max(tableWidth(in: body), current.wantedWidth)) }

  /// A place that a jump left, and how the filter stood where it arrived: what was typed since is cleared before the way back is taken.
  private struct TrailStep {
    var page: Int
    var selection: Subject?
    var filter: String
    var arrivedWith: String
  }

  init(_ options: DashboardOptions) {
    all = PageID.allCases.map { id in
      var page = id.make(options)
      if let columns = options.remembered.columns(of: id) { page.choose(columns: columns) }
      return page
    }
  }

  var id: PageID { all[open].id }
  var current: any Page {
    get { all[open] }
    _modify { yield &all[open] }
  }
  /// What a detail shows, or would show.
  var focus: Subject? { pinned ?? all[open].selection }

  func tabCounts(_ fleet: Fleet, _ moment: inout Moment) -> [PageID: PageID.Count] {
    all.reduce(into: [:]) { counts, page in counts[page.id] = page.tabCount(fleet, &moment) }
  }

  // MARK: - News

  /// - Returns: what the operator should read at once.
  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) -> Span? {
    var said: Span?
    for index in all.indices {
      all[index].update(changes, fleet, at: now)
      if let notice = all[index].takeNotice() { said = notice }
    }
    return said
  }

  mutating func hear(_ answer: Answer, _ fleet: Fleet, at now: Timestamp) {
    for index in all.indices { all[index].hear(answer, fleet, at: now) }
  }

  // MARK: - Rows

  mutating func move(_ movement: Movement) {
    switch movement {
    case .rows(let step): current.move(by: step)
    case .screens(let step): current.move(by: step * max(1, room.rows - 1))
    case .toTop: current.moveToTop()
    case .toEnd: current.moveToBottom()
    }
  }

  // MARK: - From page to page

  /// The page so many places further on, round and round.
  func beside(_ step: Int) -> PageID { all[(open + step + all.count) % all.count].id }

  mutating func show(_ page: PageID, _ fleet: Fleet, at now: Timestamp) {
    let left = here
    open = all.firstIndex { $0.id == page } ?? open
    pinned = nil
    trail = []
    current.prepare(fleet, at: now)
    journey.go(from: left, to: here)
  }

  /// - Returns: whether the page has such a row.
  mutating func jump(to page: PageID, _ subject: Subject?, filter: String?, _ fleet: Fleet, at now: Timestamp) -> Bool {
    guard let target = all.firstIndex(where: { $0.id == page }) else { return false }
    let left = here
    var step = TrailStep(page: open, selection: current.selection, filter: current.filter, arrivedWith: "")
    if let filter { all[target].setFilter(filter, fleet, at: now) }
    if let subject, !all[target].select(subject, fleet, at: now) { return false }
    step.arrivedWith = all[target].filter
    open = target
    pinned = nil
    trail.append(step)
    journey.go(from: left, to: here)
    return true
  }

  /// What was typed here goes first, then the way back of the last jump. - Returns: whether there was anything to go back from.
  mutating func goBack(_ fleet: Fleet, at now: Timestamp) -> Bool {
    guard !trail.isEmpty || !current.filter.isEmpty else { return false }
    guard let step = trail.last, current.filter == step.arrivedWith else {
      current.setFilter(trail.last?.arrivedWith ?? "", fleet, at: now)
      return true
    }
    trail.removeLast()
    let left = here
    current.setFilter("", fleet, at: now)
    arrive(at: Place(page: step.page, selection: step.selection, filter: step.filter), fleet, at: now)
    journey.go(from: left, to: here)
    return true
  }

  // MARK: - Back and forward

  /// A page as it was looked at.
  fileprivate struct Place: Equatable {
    var page: Int
    var selection: Subject?
    var filter: String
  }

  private var here: Place { Place(page: open, selection: current.selection, filter: current.filter) }

  private mutating func arrive(at place: Place, _ fleet: Fleet, at now: Timestamp) {
    open = place.page
    current.setFilter(place.filter, fleet, at: now)
    current.prepare(fleet, at: now)
    // What is gone leaves the cursor where it is.
    if let selection = place.selection, current.lists(selection) { _ = current.select(selection, fleet, at: now) }
  }

  func canTravel(by step: Int) -> Bool { journey.place(by: step) != nil }

  mutating func travel(by step: Int, _ fleet: Fleet, at now: Timestamp) {
    guard let place = journey.travel(by: step, from: here) else { return }
    pinned = nil
    trail = []
    arrive(at: place, fleet, at: now)
  }

  /// Where one was, one after the other, and which of it one is at.
  private struct Journey {
    private static let limit = 50
    private var places: [Place] = []
    private var at = 0

    /// What lay ahead is no way forward any more.
    mutating func go(from left: Place, to new: Place) {
      guard left != new else { return }
      places = places.prefix(at) + [left, new]
      if places.count > Self.limit { places.removeFirst(places.count - Self.limit) }
      at = places.count - 1
    }

    func place(by step: Int) -> Place? { places.indices.contains(at + step) ? places[at + step] : nil }

    mutating func travel(by step: Int, from left: Place) -> Place? {
      guard let place = place(by: step) else { return nil }
      places[at] = left
      at += step
      return place
    }
  }
}
