import FleetModel

// Taking along what is on the screen: to the clipboard, to a file.

extension Action {
  static let taking = [copy, export]

  static let copy: Action = Action(
    "copy", [.character("y")],
    help: "copy to the terminal's clipboard: the row's id, the row, the view, an incident capsule (Markdown), a link",
    group: .look,
    argument: Argument(
      CopiedPart.usage, choices: { _, _ in CopiedPart.allCases.map(\.rawValue) },
      deed: { interface, word, fleet, now in
        guard let part = CopiedPart(rawValue: word) else {
          interface.notice = Span("copy takes \(CopiedPart.usage), not \(word)", .warning)
          return .draw
        }
        return interface.copy(part, fleet, at: now)
      }),
    onPage: { interface, _, _ in
      interface.open(ArgumentLine(.copy, proposal: CopiedPart.id.rawValue))
      return .draw
    })
}

extension Action {
  static let export: Action = Action(
    "export", [.character("x")], help: "write the view's rows to a file, as text, CSV or JSON, or the screen as SVG", group: .look,
    argument: Argument(
      ExportedForm.usage + " FILE", choices: { _, _ in ExportedForm.allCases.map { $0.rawValue + " " } },
      deed: { interface, words, fleet, now in
        let (word, name) = words.firstWord
        guard let form = ExportedForm(rawValue: word) else {
          interface.notice = Span("export takes \(ExportedForm.usage) and a file's name, not \(word)", .warning)
          return .draw
        }
        return .perform(.save(interface.export(form, to: name.isEmpty ? interface.proposal(for: form, at: now) : name, fleet, at: now)))
      }),
    onPage: { interface, _, now in
      interface.open(ArgumentLine(.export, proposal: "csv \(interface.proposal(for: .csv, at: now))"))
      return .draw
    })
}

/// What a view is written as.
enum ExportedForm: String, CaseIterable {
  case text, csv, json, svg

  static var usage: String { allCases.map(\.rawValue).joined(separator: "|") }

  var ending: String { self == .text ? "txt" : rawValue }
}

/// What of the screen is copied.
enum CopiedPart: String, CaseIterable {
  case id, row, view, capsule, link

  static var usage: String { allCases.map(\.rawValue).joined(separator: "|") }

  /// As the notice has it.
  func words(_ count: Int) -> String {
    switch self {
    case .id: count == 1 ? "the id" : "\(count) ids"
    case .row: count == 1 ? "the row" : "\(count) rows"
    case .view: "the view, \(count) rows"
    case .capsule: count == 1 ? "the capsule" : "\(count) capsules"
    case .link: count == 1 ? "the link" : "\(count) links"
    }
  }
}

extension Desk {
  /// The rows that are marked on the open page; `nil`: none.
  var marked: [Subject]? {
    let marked = pages.current.marked
    return marked.isEmpty ? nil : marked
  }

  /// What is taken along: those that are marked, else what a detail shows, else the selected one.
  var taken: [Subject] { marked ?? pages.focus.map { [$0] } ?? [] }
}

extension Interface {
  /// Gives a part of the screen to the terminal's clipboard, and says how much of what, or why not.
  mutating func copy(_ part: CopiedPart, _ fleet: Fleet, at now: Timestamp) -> Intent {
    let pieces = pieces(of: part, fleet, at: now)
    guard !pieces.isEmpty else {
      notice = Span(part == .link ? "nothing leads out of this row" : "there is no row to copy", .warning)
      return .draw
    }
    let text = pieces.joined(separator: "\n")
    do throws(Clipboard.Refusal) {
      let sequence = try desk.clipboard.sequence(copying: text)
      notice = Span("copied \(part.words(pieces.count)): \(text.utf8.count) bytes\(desk.clipboard.condition)", .info)
      return .send(sequence)
    } catch {
      notice = Span("not copied: \(error.why)", .warning)
      return .draw
    }
  }

  /// `fleettui-staging-orphans-20261124-030000.csv`, where the program was started.
  func proposal(for form: ExportedForm, at now: Timestamp) -> String {
    let time = String(now.description.prefix(19)).filter(\.isNumber)
    let place = UntrustedText.clean(desk.environment, limit: 64).map { $0.isLetter || $0.isNumber ? $0 : "-" }
    return "fleettui-\(String(place))-\(page.name)-\(time.prefix(8))-\(time.dropFirst(8)).\(form.ending)"
  }

  /// The open view's rows, or those that are marked.
  mutating func export(_ form: ExportedForm, to name: String, _ fleet: Fleet, at now: Timestamp) -> SavedFile {
    var context = drawingContext(at: now)
    let page = desk.pages.current
    let document = ViewDocument(
      fleet: fleet, now: now, page: page.id, filter: page.filter, sheet: page.sheet(of: desk.marked, fleet, &context))
    let text: String =
      switch form {
      case .text: document.sheet.table.table + "\n"
      case .svg: picture(fleet, at: now)
      case .csv: document.table.csv + "\r\n"
      case .json: document.json.serialized() + "\n"
      }
    let count = document.sheet.rows.count
    let what = form == .svg ? "the screen" : "\(count) row\(count == 1 ? "" : "s")"
    return SavedFile(named: name, home: desk.home, text, what: what)
  }

  /// The screen as it is without the line that asked.
  private mutating func picture(_ fleet: Fleet, at now: Timestamp) -> String {
    let themes = desk.themes
    // A picture has its own ground.
    let theme = themes.chosen ?? (themes.ground == nil ? .standard : themes.byGround)
    let (frame, _) = compose(fleet, size: size, at: now)
    return ScreenPicture.svg(of: frame, size, in: theme.adapted(to: .direct, on: themes.ground), on: themes.ground)
  }

  private func pieces(of part: CopiedPart, _ fleet: Fleet, at now: Timestamp) -> [String] {
    let taken = desk.taken
    var context = drawingContext(at: now)
    switch part {
    case .id: return taken.map { $0.identifier(in: fleet) }
    case .row: return desk.pages.current.sheet(of: taken, fleet, &context).rows.map { $0.cells.joined(separator: "\t") }
    case .view:
      let sheet = desk.pages.current.sheet(of: desk.marked, fleet, &context)
      return sheet.rows.isEmpty
        ? [] : sheet.table.table.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    case .capsule: return taken.map { IncidentCapsule(of: $0, in: fleet, desk.links, at: now).markdown }
    case .link: return taken.flatMap { desk.links.links(of: $0, in: fleet, at: now).prefix(1).map(\.url) }
    }
  }
}
