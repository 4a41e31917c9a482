// The program itself.

extension Action {
  static let refresh = Action(
    "refresh", [.character("r")], title: "ask again", help: "ask every source again now", group: .program, inPager: { $0.ask() },
    never: { desk in desk.isReplay ? "a replay asks nobody: it shows what was answered then" : nil },
    onPage: { interface, fleet, now in
      if let effect = interface.desk.pages.current.asks(again: true, fleet, at: now) { return .perform(effect) }
      interface.notice = Span("asking every source again", .info)
      return .wantEverything
    })

  static let help = Action(
    "help", [.character("?")], help: "this list", group: .program, isInFooter: true,
    onPage: { interface, _, _ in
      interface.open(ReadingPanel(.help))
      return .draw
    })

  static let quit = Action(
    "quit", [.character("q")], help: "leave", group: .program, isInFooter: true, inPager: { _ in .close },
    onPage: { _, _, _ in .leave(exitCode: 0) })

  static let theme = Action(
    "theme", [.character("t")], title: "themes", help: "themes: each is shown as the cursor comes to it", group: .program,
    argument: Argument(
      "NAME", choices: { desk, _ in [ThemeLibrary.automatic] + desk.themes.library.names },
      deed: { interface, name, _, _ in
        interface.choose(theme: name)
        return .draw
      }),
    onPage: { interface, _, _ in
      interface.open(ThemeList(interface.desk.themes))
      return .draw
    })

  static let about = Action(
    "about", [], help: "the program itself: version, CPU, memory, bytes to the terminal, what it asks of whom", group: .program,
    onPage: { interface, _, _ in
      interface.open(ReadingPanel(.about))
      return .draw
    })

  static let program = [
    refresh, help, theme, about,
    Action(
      "redraw", [.control("l")], help: "draw the whole screen again", group: .program, isEverywhere: true, onPage: { _, _, _ in .redraw }),
    Action(
      "suspend", [.control("z")], help: "back to the shell; `fg` returns", group: .program, isEverywhere: true,
      onPage: { _, _, _ in .suspend }),
    quit,
  ]
}
