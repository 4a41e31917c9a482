import FleetModel

extension ConfigurationFile {
  /// `[notify]`: which news is told, and how. - Parameter usual: what is so where nothing is said.
  static func notify(_ reader: inout TableReader, usual: NotificationRules) throws(ConfigurationError) -> NotificationRules {
    var rules = usual
    for kind in NotificationRules.Kind.allCases {
      guard let names = try reader.strings(kind.rawValue) else { continue }
      var ways: Set<NotificationRules.Way> = []
      for name in names {
        guard let way = NotificationRules.Way(rawValue: name) else {
          let known = NotificationRules.Way.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
          throw reader.failure(kind.rawValue, "\"\(UntrustedText.clean(name, limit: 40))\" is no way: a list of \(known), or an empty one")
        }
        ways.insert(way)
      }
      rules.ways[kind] = ways
    }
    if let quiet = try reader.string("quiet") {
      guard let hours = NotificationRules.Quiet(quiet) else {
        throw reader.failure("quiet", "must be two times of the day, as \"22:00-07:00\"")
      }
      rules.quiet = hours
    }
    rules.command = try reader.strings("command") ?? []
    try reader.refuseUnknownKeys()
    if rules.command.isEmpty, let kind = NotificationRules.Kind.allCases.first(where: { rules.ways(for: $0).contains(.command) }) {
      throw reader.failure("command", "is missing, since \(kind.rawValue) names it: a list, e.g. [\"notify-hook\"]")
    }
    return rules
  }
}
