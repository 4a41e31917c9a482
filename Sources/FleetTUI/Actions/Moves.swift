// Moving through rows, ordering them, and going from page to page.

extension Action {
  static let up = moving("up", [.up, .character("k")], .rows(-1), help: "one row up")
  static let down = moving("down", [.down, .character("j")], .rows(1), help: "one row down")
  static let pageUp = moving(
    "page-up", [.pageUp, .control("b"), .control("u")], .screens(-1), help: "a screen up; scrolls the detail where one is open")
  static let pageDown = moving(
    "page-down", [.pageDown, .control("f"), .control("d")], .screens(1),
    help: "a screen down; scrolls the detail where one is open")
  static let top = moving("top", [.home, .character("g")], .toTop, help: "the first row (Events: follow the newest)")
  static let bottom = moving("bottom", [.end, .character("G")], .toEnd, help: "the last row")

  static let moves = [up, down, pageUp, pageDown, top, bottom]

  private static func moving(_ name: String, _ keys: [Key], _ movement: Movement, help: String) -> Action {
    Action(
      name, keys, help: help, group: .move, movement: movement,
      onPage: { interface, _, _ in
        interface.desk.pages.move(movement)
        return .draw
      })
  }

  // MARK: - Order

  static let sort = sorting(
    "sort", [.character("s")], by: 1, help: "sort by the next column; what it was sorted by stays as second key", isInFooter: true,
    argument: Argument(
      "COLUMN [COLUMN]",
      choices: { desk, _ in desk.pages.current.fields.map(\.id) },
      deed: { interface, text, fleet, now in
        if let problem = interface.desk.pages.current.sort(by: text.split(separator: " ").map(String.init), fleet, at: now) {
          interface.notice = Span(problem, .warning)
        }
        return .draw
      }))

  // MARK: - Marks

  static let mark = Action(
    "mark", [.character(" ")], help: "mark the row, or no longer, and go to the next; all, or none", group: .order,
    argument: Argument(
      "all|none", choices: { _, _ in ["all", "none"] },
      deed: { interface, text, _, _ in
        switch text {
        case "all": interface.desk.pages.current.mark(.all)
        case "none": interface.desk.pages.current.mark(.none)
        default: interface.notice = Span("mark takes all, none or nothing, not \(text)", .warning)
        }
        return .draw
      }),
    onPage: { interface, _, _ in
      interface.desk.pages.current.mark(.row)
      return .draw
    })

  // MARK: - Back and forward

  static let backward = travelling("backward", .character("["), by: -1, help: "back to where one was: page, row and filter")
  static let forward = travelling("forward", .character("]"), by: 1, help: "forward again")

  private static func travelling(_ name: String, _ key: Key, by step: Int, help: String) -> Action {
    Action(
      name, [key], help: help, group: .pages,
      whyNot: { desk, _, _ in desk.pages.canTravel(by: step) ? nil : "nowhere was gone to \(step < 0 ? "before" : "after") this" },
      onPage: { interface, fleet, now in
        interface.travel(by: step, fleet, at: now)
        return .draw
      })
  }
  static let reverse = Action(
    "sort-reverse", [.character("S")], help: "turn the order round", group: .order,
    onPage: { interface, _, _ in
      interface.desk.pages.current.reverse()
      return .draw
    })

  static let alphabet = Action(
    "sort-alphabet", [.character("A")], help: "sort by the rows' names", group: .order,
    onPage: { interface, fleet, now in
      if let name = interface.desk.pages.current.naming { _ = interface.desk.pages.current.sort(by: [name], fleet, at: now) }
      return .draw
    })

  static let order = [
    sort, mark, reverse, alphabet, sorting("sort-left", [.character("<"), .left], by: -1, help: "sort by the column to the left"),
    sorting("sort-right", [.character(">"), .right], by: 1, help: "sort by the column to the right"),
  ]

  private static func sorting(
    _ name: String, _ keys: [Key], by step: Int, help: String, isInFooter: Bool = false, argument: Argument? = nil
  ) -> Action {
    Action(
      name, keys, help: help, group: .order, isInFooter: isInFooter, argument: argument,
      onPage: { interface, fleet, now in
        interface.desk.pages.current.sort(by: step, fleet, at: now)
        return .draw
      })
  }

  // MARK: - Pages

  /// Each page's own, made of its row, and the ways to the pages beside it.
  static let pages =
    PageID.allCases.map(\.action) + [
      turning("next-page", .tab, by: 1, help: "the next page"), turning("previous-page", .backTab, by: -1, help: "the page before"),
      backward, forward,
    ]

  private static func turning(_ name: String, _ key: Key, by step: Int, help: String) -> Action {
    Action(
      name, [key], help: help, group: .pages,
      onPage: { interface, fleet, now in
        interface.show(interface.desk.pages.beside(step), fleet, at: now)
      })
  }
}

extension PageID {
  var action: Action {
    Action(
      name, keys, title: title, help: help, group: .pages, argument: argument,
      onPage: { interface, fleet, now in interface.show(self, fleet, at: now) })
  }
}
