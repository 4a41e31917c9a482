import FleetModel

/// The pages with their keys and what they count; the open one is lit.
///
/// Where there is little room, the open page keeps its name, then as many have a short one as fit, those that need a human first, then the whole one.
/// Last, the calm counts go.
struct Tabs {
  let open: PageID
  let totals: Figures.Totals
  let keys: KeyMap
  let glyphs: Glyphs

  private enum Naming { case full, short, none }

  func line(width: Int) -> Line { Line(tabs(width: width).flatMap(\.spans)) }

  /// The page whose tab stands there.
  func page(at column: Int, width: Int) -> PageID? {
    var end = 0
    return tabs(width: width).first { tab in
      end += Line(tab.spans).columns
      return column < end
    }?.page
  }

  private struct Tab {
    var page: PageID
    var spans: [Span]
  }

  private func tabs(width: Int) -> [Tab] {
    // A page without a key of its own has a tab while it is open.
    let all = PageID.allCases.filter { !$0.keys.isEmpty || $0 == open }
    let full = tabs(all.map { ($0, .full) }, gap: " ")
    if columns(full) <= width { return full }
    var pages = all.map { (page: $0, naming: $0 == open ? Naming.full : .none) }
    guard columns(tabs(pages)) <= width else {
      let short = all.map { (page: $0, naming: $0 == open ? Naming.short : .none) }
      let calm = tabs(short)
      return columns(calm) <= width ? calm : tabs(short, countsCalm: false)
    }
    let order = all.indices.filter { isLit(all[$0]) } + all.indices.filter { !isLit(all[$0]) }
    for naming in [Naming.short, .full] {
      for index in order where all[index] != open {
        var named = pages
        named[index].naming = naming
        if columns(tabs(named)) <= width { pages = named }
      }
    }
    return tabs(pages)
  }

  private func columns(_ tabs: [Tab]) -> Int { tabs.reduce(0) { $0 + Line($1.spans).columns } }

  private func isLit(_ page: PageID) -> Bool { count(page)?.role != nil }

  private func count(_ page: PageID) -> PageID.Count? { page.count(totals).flatMap { $0.figure.value ?? 0 > 0 ? $0 : nil } }

  private func tabs(_ pages: [(page: PageID, naming: Naming)], gap: String = "", countsCalm: Bool = true) -> [Tab] {
    pages.map { page, naming in
      var spans = [Span(" \(keys.name(of: page.action))", .key)]
      let title = naming == .full ? page.title : naming == .short ? page.shortTitle : ""
      if !title.isEmpty { spans.append(Span(" \(title)", page == open ? .title : .dim)) }
      if let count = count(page), countsCalm || count.role != nil {
        let role = count.role ?? (count.figure.asOf == nil ? .dim : .stale)
        spans.append(Span((title.isEmpty ? glyphs.separator : " ") + count.figure.text(glyphs), role))
      }
      // What belongs to a key isn't read together with the next one.
      let isFree = !title.isEmpty && page != pages.last?.page
      if !gap.isEmpty || isFree { spans.append(Span(gap.isEmpty ? " " : gap, .dim)) }
      return Tab(page: page, spans: spans)
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
