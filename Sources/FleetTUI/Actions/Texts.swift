import FleetModel

// What is done in a text over the page, in a dialog, and while a line is typed.

extension Action {
  static let search = Action(
    "search", [.character("/")], help: "find a text: lines that hold it are lit", group: .pager, inPager: { $0.search() })
  static let findNext = Action(
    "find-next", [.character("n")], title: "next", help: "to the next line that holds it", group: .pager, inPager: { $0.find(by: 1) })
  static let findPrevious = Action(
    "find-previous", [.character("N")], title: "previous", help: "to the line before that holds it", group: .pager,
    inPager: { $0.find(by: -1) })
  static let follow = Action(
    "follow", [.character("f")], help: "follow a console: its end is read again and again", group: .pager, inPager: { $0.follow() })

  static let confirm = Action(
    "confirm", [.enter], help: "do what it asks, once the phrase is typed", group: .dialog, inDialog: .enter)
  static let leave = Action("leave", [.escape, .control("d")], help: "leave it: nothing was sent", group: .dialog, inDialog: .leave)

  static let accept = Action("accept", [.enter], title: "finds", help: "keep what is typed", group: .line, inLine: .enter)
  static let complete = Action(
    "complete", [.tab], title: "completes", help: "go on with what fits, one after the other", group: .line, inLine: .complete)
  static let discard = Action("discard", [.escape], title: "leaves", help: "leave, and forget what is typed", group: .line, inLine: .leave)

  static let texts =
    [search, findNext, findPrevious, follow, confirm, leave, accept, complete, discard] + [
      erasing("erase", .backspace, .character, help: "take the last character back"),
      erasing("erase-word", .control("w"), .word, help: "take the last word back"),
      erasing("erase-line", .control("u"), .line, help: "take all of it back"),
    ]

  private static func erasing(_ name: String, _ key: Key, _ part: LineEditor.Part, help: String) -> Action {
    Action(name, [key], help: help, group: .line, inDialog: .erase(part), inLine: .erase(part))
  }
}
