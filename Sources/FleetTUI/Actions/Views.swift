import FleetModel

// How rows are looked at: which columns, and views with names.

extension Action {
  static let columns = Action(
    "columns", [], help: "which columns the page has, in which order and how wide", group: .order,
    argument: Argument(
      "reset", choices: { _, _ in ["reset"] },
      deed: { interface, text, _, _ in
        guard text == "reset" else {
          interface.notice = Span("columns takes reset or nothing, not \(text)", .warning)
          return .draw
        }
        interface.desk.pages.current.choose(columns: nil)
        interface.desk.remembered.choose(nil, on: interface.page)
        return .draw
      }),
    onPage: { interface, _, _ in
      interface.open(ColumnsDialog(interface.desk.pages.current))
      return .draw
    })

  static let view = Action(
    "view", [], help: "keep page, filter, order, columns and pane under a name, and come back to them", group: .order,
    argument: Argument(
      "save|open|delete NAME",
      choices: { desk, _ in
        let names = desk.views.views.map(\.name)
        return names.map { "open \($0)" } + ["save "] + names.map { "delete \($0)" }
      },
      deed: { interface, text, fleet, now in
        let words = text.split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2, ["save", "open", "delete"].contains(words[0]) else {
          interface.notice = Span("view save NAME, view open NAME or view delete NAME", .warning)
          return .draw
        }
        switch words[0] {
        case "save": interface.saveView(words[1])
        case "delete": interface.deleteView(words[1])
        default: return interface.openView(words[1], fleet, at: now)
        }
        return .draw
      }))

  static let views = [columns, view]
}

extension Interface {
  fileprivate mutating func saveView(_ name: String) {
    let page = desk.pages.current
    var view = SavedView(name: name, page: page.id.name, filter: page.filter, sort: page.sorting)
    view.pane = desk.remembered.pane?.rawValue
    view.columns = page.columnChoice.map { $0.map(\.text) } ?? []
    let problem = desk.views.save(view)
    notice = problem.map { Span("the view \(name) is not kept: \($0)", .warning) } ?? Span("kept as \(name): \(view.summary)", .info)
  }

  fileprivate mutating func deleteView(_ name: String) {
    guard desk.views.named(name) != nil else { return tellUnknownView(name) }
    let problem = desk.views.delete(name)
    notice = problem.map { Span("the view \(name) is not deleted: \($0)", .warning) } ?? Span("the view \(name) is deleted", .info)
  }

  fileprivate mutating func openView(_ name: String, _ fleet: Fleet, at now: Timestamp) -> Intent {
    guard let view = desk.views.named(name), let page = PageID.allCases.first(where: { $0.name == view.page }) else {
      tellUnknownView(name)
      return .draw
    }
    let intent = show(page, fleet, at: now)
    desk.pages.current.choose(columns: view.columns.isEmpty ? nil : view.columns.map(ColumnChoice.init))
    desk.pages.current.setFilter(view.filter, fleet, at: now)
    let problem = view.sort.isEmpty ? nil : desk.pages.current.sort(by: view.sort, fleet, at: now)
    if let pane = view.pane.flatMap(PaneKind.init) { desk.remembered.pane = pane }
    if let problem { notice = Span("\(name): \(problem)", .warning) }
    return intent
  }

  private mutating func tellUnknownView(_ name: String) {
    let names = desk.views.views.map(\.name)
    let near = NearestName.of(name, among: names).map { "did you mean \($0)?" }
    let rest = near ?? (names.isEmpty ? "none is kept yet" : "there are \(names.joined(separator: ", "))")
    notice = Span("there is no view \"\(name)\"; \(rest)", .warning)
  }
}

extension SavedView {
  /// What of it is kept, in a line.
  fileprivate var summary: String {
    ([page] + (filter.isEmpty ? [] : ["/\(filter)"]) + (sort.isEmpty ? [] : ["by \(sort.joined(separator: ", "))"])
      + (columns.isEmpty ? [] : ["\(columns.count) columns"])).joined(separator: ", ")
  }
}
