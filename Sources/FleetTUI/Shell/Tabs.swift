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

  func line(width: Int) -> Line {
    let all = PageID.allCases
    let full = line(all.map { ($0, .full) }, gap: " ")
    if full.columns <= width { return full }
    var pages = all.map { (page: $0, naming: $0 == open ? Naming.full : .none) }
    guard line(pages).columns <= width else { return line(all.map { ($0, $0 == open ? .short : .none) }, countsCalm: false) }
    let order = all.indices.filter { isLit(all[$0]) } + all.indices.filter { !isLit(all[$0]) }
    for naming in [Naming.short, .full] {
      for index in order where all[index] != open {
        var named = pages
        named[index].naming = naming
        if line(named).columns <= width { pages = named }
      }
    }
    return line(pages)
  }

  private func isLit(_ page: PageID) -> Bool { count(page)?.role != nil }

  private func count(_ page: PageID) -> PageID.Count? { page.count(totals).flatMap { $0.figure.value ?? 0 > 0 ? $0 : nil } }

  private func line(_ pages: [(page: PageID, naming: Naming)], gap: String = "", countsCalm: Bool = true) -> Line {
    var spans: [Span] = []
    for (page, naming) in pages {
      spans.append(Span(" \(keys.name(of: page.action))", .key))
      let title = naming == .full ? page.title : naming == .short ? page.shortTitle : ""
      if !title.isEmpty { spans.append(Span(" \(title)", page == open ? .title : .dim)) }
      if let count = count(page), countsCalm || count.role != nil {
        let role = count.role ?? (count.figure.asOf == nil ? .dim : .stale)
        spans.append(Span((title.isEmpty ? glyphs.separator : " ") + count.figure.text(glyphs), role))
      }
      if !gap.isEmpty { spans.append(Span(gap, .dim)) }
    }
    return Line(spans)
  }
}
