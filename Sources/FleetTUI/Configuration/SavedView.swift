import Feeds
import FleetModel
import TOMLKit

/// A page as it was looked at, under a name of its own.
struct SavedView: Hashable, Sendable {
  var name: String
  /// The page's name.
  var page: String
  var filter = ""
  /// The ids of one column or two, `-` before one that is turned round.
  var sort: [String] = []
  /// As ``ColumnChoice`` writes them; none: as the page has them by itself.
  var columns: [String] = []
  /// What is shown of the selected row besides; `nil`: as it was.
  var pane: String?
}

/// The named views, and the file that keeps them: `views.toml` beside the configuration.
struct ViewBook: Sendable {
  private(set) var views: [SavedView] = []
  /// `nil`: they last as long as the program.
  private let path: String?
  /// Why the file can't be read; nothing is written over it then.
  private(set) var problem: String?

  /// Without a file.
  init() { path = nil }

  init(path: String) {
    self.path = path
    do {
      guard let bytes = try StateDirectory.read(path) else { return }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw ConfigurationError(path: path, line: nil, problem: "is not UTF-8")
      }
      views = try Self.parse(text, path: path)
    } catch { problem = "\(error)" }
  }

  static func path(variables: [String: String]) -> String {
    let file = ConfigurationFile.path(option: nil, environment: variables)
    return (file.lastIndex(of: "/").map { String(file[...$0]) } ?? "") + "views.toml"
  }

  func named(_ name: String) -> SavedView? { views.first { $0.name == name } }

  // MARK: - Changing

  /// - Returns: why it is not kept; `nil` when it is.
  mutating func save(_ view: SavedView) -> String? {
    change { views in views = (views.filter { $0.name != view.name } + [view]).sorted { $0.name < $1.name } }
  }

  mutating func delete(_ name: String) -> String? { change { views in views.removeAll { $0.name == name } } }

  /// Asked for by hand, and a few lines: it is written at once, so that what is said of it is so.
  private mutating func change(_ body: (inout [SavedView]) -> Void) -> String? {
    if let problem { return "\(problem): put it right first, it would be lost" }
    var new = views
    body(&new)
    if let path {
      do {
        if let slash = path.lastIndex(of: "/") { try StateDirectory.make(String(path[..<slash])) }
        try StateDirectory.replace(path, with: Array(Self.text(of: new).utf8))
      } catch { return "\(error)" }
    }
    views = new
    return nil
  }

  // MARK: - The file

  static func parse(_ text: String, path: String) throws(ConfigurationError) -> [SavedView] {
    let source = ConfigurationSource(path: path, text: text)
    let table: TOMLTable
    do { table = try TOMLTable(string: text) } catch let error as TOMLParseError {
      throw ConfigurationError(path: path, line: error.source.begin.line, problem: UntrustedText.clean(error.description, limit: 300))
    } catch { throw ConfigurationError(path: path, line: nil, problem: "is not TOML") }
    var top = TableReader(table, name: "", source: source)
    var views: [SavedView] = []
    if var all = try top.table("view") {
      for name in all.table.keys.sorted() {
        guard var reader = try all.table(name) else { continue }
        let page = try reader.string("page") ?? ""
        guard PageID.allCases.contains(where: { $0.name == page }) else {
          let near = NearestName.of(page, among: PageID.allCases.map(\.name)).map { "; did you mean \($0)?" } ?? ""
          throw reader.failure("page", "there is no page \"\(UntrustedText.clean(page, limit: 40))\"\(near)")
        }
        var view = SavedView(name: name, page: page)
        view.filter = try reader.string("filter") ?? ""
        view.sort = try reader.strings("sort") ?? []
        view.columns = try reader.strings("columns") ?? []
        view.pane = try reader.string("pane")
        try reader.refuseUnknownKeys()
        views.append(view)
      }
    }
    try top.refuseUnknownKeys()
    return views
  }

  static func text(of views: [SavedView]) -> String {
    var text = "# Views of fleettui, as `:view save NAME` writes them: comments are lost with the next one.\n"
    for view in views {
      text += "\n[view.\(quoted(view.name))]\npage = \(quoted(view.page))\n"
      if !view.filter.isEmpty { text += "filter = \(quoted(view.filter))\n" }
      if !view.sort.isEmpty { text += "sort = [\(view.sort.map(quoted).joined(separator: ", "))]\n" }
      if !view.columns.isEmpty { text += "columns = [\(view.columns.map(quoted).joined(separator: ", "))]\n" }
      if let pane = view.pane { text += "pane = \(quoted(pane))\n" }
    }
    return text
  }

  /// A basic string: what was typed in a line has no control characters.
  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
