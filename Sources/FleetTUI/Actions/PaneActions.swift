import FleetModel

// What of the selected row is shown besides its columns.

extension Action {
  static let pane = Action(
    "pane", [.character("|")], help: "show the row's detail, its events or neither beside the table or under it", group: .look,
    argument: Argument("none|detail|events", choices: { _, _ in PaneKind.allCases.map(\.rawValue) }) { interface, text, _, _ in
      guard let kind = PaneKind(rawValue: text) else {
        interface.notice = Span("a pane shows detail, events or none, not \"\(UntrustedText.clean(text, limit: 40))\"", .warning)
        return .draw
      }
      return show(kind, &interface)
    },
    onPage: { interface, _, _ in
      switch interface.desk.remembered.pane {
      case nil, .detail: show(.events, &interface)
      case .events: show(.none, &interface)
      case .some(.none): show(.detail, &interface)
      }
    })

  static let panes = [
    pane, resizing("pane-larger", "+", by: 1, help: "give the pane more room"),
    resizing("pane-smaller", "-", by: -1, help: "give the pane less room"),
  ]

  private static func show(_ kind: PaneKind, _ interface: inout Interface) -> Intent {
    interface.desk.remembered.pane = kind
    interface.notice =
      switch kind {
      case .none: Span("no pane", .info)
      case _ where place(interface.desk) == nil: Span("a pane has room from \(PanePlace.leastColumns) columns, or from 30 rows", .warning)
      case .detail, .events: Span("pane: \(kind.rawValue)", .info)
      }
    return .draw
  }

  private static func place(_ desk: Desk) -> PanePlace? {
    PanePlace(desk.remembered, in: desk.pages.body, pages: desk.pages)
  }

  private static func resizing(_ name: String, _ key: Character, by step: Int, help: String) -> Action {
    Action(
      name, [.character(key)], help: help, group: .look,
      whyNot: { desk, _, _ in place(desk) == nil ? "there is no pane: \(desk.keys.name(of: pane)) opens one where there is room" : nil },
      onPage: { interface, _, _ in
        let desk = interface.desk
        place(desk)?.resized(
          by: step, in: &interface.desk.remembered, body: desk.pages.body, table: desk.pages.room, page: desk.pages.current.leastRows)
        return .draw
      })
  }
}
