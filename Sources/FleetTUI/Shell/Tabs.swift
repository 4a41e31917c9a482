import FleetModel

/// The pages with their keys and what they count; the open one is lit.
///
/// Where there is little room as many have a short name as fit, those that need a human first, then the whole one; the others have their keys and counts. So
/// a page is called the same wherever one stands: only the open one is called in full where that leaves the others' names alone, and room for any to be
/// the open one is kept. Last, the calm counts go.
struct Tabs {
  let open: PageID
  let counts: [PageID: PageID.Count]
  let keys: KeyMap
  let glyphs: Glyphs

  private enum Naming { case none, short, full }

  /// A page's tab in its parts, and how many columns of the screen each takes.
  private struct Label {
    let page: PageID
    let key: String
    var count: Span?
    private let keyColumns: Int
    private let names: (short: Int, full: Int)

    init(_ page: PageID, key: String, count: Span?) {
      (self.page, self.key, self.count) = (page, key, count)
      keyColumns = TextWidth.columns(of: key)
      names = (TextWidth.columns(of: page.shortTitle), TextWidth.columns(of: page.title))
    }

    /// Between key and name.
    var gap: String { key.isEmpty ? "" : " " }

    /// With the space before it.
    func columns(_ naming: Naming) -> Int {
      let name =
        switch naming {
        case .none: 0
        case .short: names.short + gap.count
        case .full: names.full + gap.count
        }
      return 1 + keyColumns + name + (count.map { TextWidth.columns(of: $0.text) + 1 } ?? 0)
    }
  }

  private struct Tab {
    var page: PageID
    var spans: [Span]
  }

  func line(width: Int) -> Line { Line(tabs(width: width).flatMap(\.spans)) }

  /// The page whose tab stands there.
  func page(at column: Int, width: Int) -> PageID? {
    var end = 0
    return tabs(width: width).first { tab in
      end += Line(tab.spans).columns
      return column < end
    }?.page
  }

  // MARK: - Room

  /// No tab touches the screen's border.
  private func tabs(width: Int) -> [Tab] {
    let room = width - 1
    var labels = PageID.allCases.map { Label($0, key: keys.name(of: $0.action), count: count($0)) }
    let names = names(of: labels, in: room)
    var shown = opened(open, as: .full, in: names)
    if columns(labels, shown) > room { shown = opened(open, as: .short, in: names) }
    while columns(labels, shown) > room, let calm = calmest(labels, shown) ?? leastMissed(labels, shown) { labels[calm].count = nil }
    return tabs(labels, shown)
  }

  /// How each page is called while another one is open; `nil`: it has no tab.
  private func names(of labels: [Label], in room: Int) -> [Naming?] {
    var names = labels.map { $0.page.keys.isEmpty ? nil : Naming.none }
    let tabbed = labels.indices.filter { names[$0] != nil }
    let isLit = { (index: Int) in labels[index].count.map { ![.dim, .stale].contains($0.role) } ?? false }
    let order = tabbed.filter(isLit) + tabbed.filter { !isLit($0) }
    for naming in [Naming.short, .full] {
      for index in order {
        var more = names
        more[index] = naming
        // Whichever is opened has a name too.
        if labels.allSatisfy({ columns(labels, opened($0.page, as: .short, in: more)) <= room }) { names = more }
      }
    }
    return names
  }

  /// - Returns: the names with that page's at least so long.
  private func opened(_ page: PageID, as naming: Naming, in names: [Naming?]) -> [Naming?] {
    var names = names
    guard let index = PageID.allCases.firstIndex(of: page), names[index] != .full else { return names }
    names[index] = naming
    return names
  }

  private func columns(_ labels: [Label], _ names: [Naming?]) -> Int {
    var columns = 0
    var last: Naming?
    for (label, naming) in zip(labels, names) {
      guard let naming else { continue }
      columns += label.columns(naming) + (last.map { gap($0, naming) } ?? 0)
      last = naming
    }
    return columns
  }

  /// Further spaces between two tabs: what belongs to a name isn't read together with the next key.
  private func gap(_ one: Naming, _ other: Naming) -> Int { one == .none && other == .none ? 0 : 1 }

  /// The longest of the counts that worry nobody.
  private func calmest(_ labels: [Label], _ names: [Naming?]) -> Int? {
    labels.indices.filter { names[$0] != nil && [.dim, .stale].contains(labels[$0].count?.role) }.max {
      (labels[$0].count?.text.count ?? 0, $1) < (labels[$1].count?.text.count ?? 0, $0)
    }
  }

  /// Where nothing calm is left: what the open page shows anyway, then what nothing else than its page counts.
  private func leastMissed(_ labels: [Label], _ names: [Naming?]) -> Int? {
    let counted = labels.indices.filter { names[$0] != nil && labels[$0].count != nil }
    return counted.first { labels[$0].page == open } ?? counted.last { counts[labels[$0].page]?.isOfPage ?? false }
  }

  // MARK: - Texts

  private func count(_ page: PageID) -> Span? {
    guard let count = counts[page], count.figure.value ?? 0 > 0 else { return nil }
    return Span(count.figure.text(glyphs), count.role ?? (count.figure.asOf == nil ? .dim : .stale))
  }

  private func tabs(_ labels: [Label], _ names: [Naming?]) -> [Tab] {
    let shown = zip(labels, names).compactMap { label, naming in naming.map { (label: label, naming: $0) } }
    return shown.indices.map { index in
      let (label, naming) = shown[index]
      var spans = [Span(" \(label.key)", .key)]
      if naming != .none {
        spans.append(Span(label.gap + (naming == .full ? label.page.title : label.page.shortTitle), label.page == open ? .title : .dim))
      }
      if let count = label.count { spans.append(count.with((naming == .none ? glyphs.separator : " ") + count.text)) }
      if index + 1 < shown.count, gap(naming, shown[index + 1].naming) > 0 { spans.append(Span(" ", .dim)) }
      return Tab(page: label.page, spans: spans)
    }
  }
}

/// The tabs as a frame has them.
struct DrawnTabs {
  let tabs: Tabs
  let row: Int
  let width: Int

  func page(row: Int, column: Int) -> PageID? { row == self.row ? tabs.page(at: column, width: width) : nil }
}
