import FleetModel

extension ConfigurationFile {
  /// `[plugin.NAME]`.
  static func plugin(_ name: String, _ table: TableReader) throws(ConfigurationError) -> Plugin {
    var reader = table
    guard name.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }), name.first?.isLetter == true else {
      throw reader.failure(nil, "a plugin's name is of small letters, digits and hyphens")
    }
    var plugin = Plugin(name: name)
    if let key = try reader.string("key") {
      guard let known = Key(named: key) else {
        throw reader.failure("key", "\"\(key)\" is no key: use a character, ctrl-x, alt-x, enter, tab, pgup, f1 …")
      }
      plugin.key = known
    }
    plugin.command = try reader.strings("command") ?? []
    plugin.title = try reader.string("title") ?? name
    for page in try reader.strings("pages") ?? [] {
      guard let id = PageID.allCases.first(where: { $0.name == page }) else {
        let near = NearestName.of(page, among: PageID.allCases.map(\.name)).map { "; did you mean \($0)?" } ?? ""
        throw reader.failure("pages", "there is no page \"\(UntrustedText.clean(page, limit: 40))\"\(near)")
      }
      plugin.pages.append(id)
    }
    try reader.refuseUnknownKeys()
    guard !plugin.command.isEmpty else { throw reader.failure("command", "is missing: a list, e.g. [\"jq\", \".\"]") }
    return plugin
  }
}
