import FleetModel

// What only the page of events has.

extension Action {
  private static let ofEvents = Scope(pages: [.events], elsewhere: "that is for Events")

  static let events = [
    Action(
      "freeze", [.character("f")], help: "Events: hold the rows still while more come; again: follow the newest", group: .look,
      isInFooter: true, scope: ofEvents,
      onPage: { interface, fleet, now in
        interface.desk.pages.current.freeze(fleet, at: now)
        return .draw
      }),
    Action(
      "only", [.character("F")], title: "only these", help: "Events: only the row's workspace; again: its org, its source, all",
      group: .look,
      isInFooter: true, scope: ofEvents,
      whyNot: { desk, _, _ in desk.pages.current.count == 0 && desk.pages.current.filter.isEmpty ? "there is no row to go by" : nil },
      onPage: { interface, fleet, now in
        let page = interface.desk.pages.current
        var wider: [String] = []
        if case .event(let id)? = page.selection, let entry = fleet.logEntry(id) { wider = EventsContent.targets(entry, fleet) }
        let place = wider.firstIndex(of: page.filter).map { $0 + 1 } ?? 0
        interface.desk.pages.current.setFilter(place < wider.count ? wider[place] : "", fleet, at: now)
        return .draw
      }),
  ]
}
