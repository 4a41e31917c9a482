import Feeds
import FleetModel

/// The whole configuration file, read and checked.
struct Configuration: Sendable {
  struct Interface: Hashable, Sendable {
    /// `nil`: what was chosen last, else what the terminal's ground asks for.
    var theme: String?
    /// `nil`: as many as the terminal has.
    var colors: ColorDepth?
    /// `nil`: where that is known to do no harm.
    var synchronized: Bool?
    var first = FirstPage.overview
    var ascii = false
    var mouse = false
    var notification = NotificationRules.Plain.bell
  }

  /// Where it was read from, and its text: tells where a value was set.
  let source: ConfigurationSource
  var path: String { source.path }
  var defaultEnvironment: String?
  var environments: [FleetEnvironment] = []
  var historyPath: String?
  var interface = Interface()
  /// As `[ui] notify` and `[notify]` have it.
  var notifications = NotificationRules()
  /// In the order of their names.
  var plugins: [Plugin] = []
  var links = Links()
  /// Action id → key.
  var keys: [String: String] = [:]

  /// - Throws: ``ConfigurationError`` when there is no such environment, or none can be chosen.
  func environment(named name: String?) throws(ConfigurationError) -> FleetEnvironment {
    let wanted = name ?? defaultEnvironment ?? (environments.count == 1 ? environments[0].name : nil)
    guard let wanted else {
      let known = environments.map(\.name).joined(separator: ", ")
      throw ConfigurationError(
        path: path, line: nil,
        problem: environments.isEmpty
          ? "no environment is configured: add a table [environment.NAME], or start with `fleettui config init`"
          : "no environment is chosen: set default_environment or give --env with one of \(known)")
    }
    guard let environment = environments.first(where: { $0.name == wanted }) else {
      let near = NearestName.of(wanted, among: environments.map(\.name)).map { "; did you mean \($0)?" } ?? ""
      throw ConfigurationError(
        path: path, line: nil, problem: "there is no environment \"\(UntrustedText.clean(wanted, limit: 80))\"\(near)")
    }
    return environment
  }
}

/// What is wrong with the configuration, and where. The command ends with 2.
struct ConfigurationError: Error, CustomStringConvertible {
  var path: String
  var line: Int?
  var problem: String

  var description: String { "\(path)\(line.map { ":\($0)" } ?? ""): \(problem)" }
}

/// The name that was probably meant.
enum NearestName {
  /// The closest of `names` by edit distance, if it is close at all.
  static func of(_ word: String, among names: [String]) -> String? {
    let scored = names.map { ($0, distance(word.lowercased(), $0.lowercased())) }
    guard let best = scored.min(by: { $0.1 < $1.1 }), best.1 <= max(2, word.count / 2) else { return nil }
    return best.0
  }

  /// Levenshtein's.
  static func distance(_ left: String, _ right: String) -> Int {
    let left = Array(left.utf8.prefix(64))
    let right = Array(right.utf8.prefix(64))
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
      var previous = row[0]
      row[0] = i + 1
      for (j, b) in right.enumerated() {
        let cost = min(row[j] + 1, row[j + 1] + 1, previous + (a == b ? 0 : 1))
        previous = row[j + 1]
        row[j + 1] = cost
      }
    }
    return row[right.count]
  }
}

/// `90s`, `20m`, `2h`, `1d` or plain seconds.
enum DurationText {
  static func seconds(of text: String) -> Double? {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let last = text.last else { return nil }
    let number = units[last] == nil ? text[...] : text.dropLast()
    guard let first = number.first, first.isNumber, let value = Double(number) else { return nil }
    let seconds = value * (units[last] ?? 1)
    return Plausible.duration.contains(seconds) ? seconds : nil
  }

  /// The shortest that reads as so many seconds.
  static func text(of seconds: Double) -> String {
    for (unit, name) in [(86_400.0, "d"), (3600, "h"), (60, "m")]
    where seconds >= unit && seconds.truncatingRemainder(dividingBy: unit) == 0 {
      return JSONValue(seconds / unit, places: 3).serialized() + name
    }
    return plain(seconds)
  }

  /// `180s`, `2.5s`.
  static func plain(_ seconds: Double) -> String { JSONValue(seconds, places: 3).serialized() + "s" }
}

extension Configuration {
  /// The other environments that name the same zone: their tenants' names lie in it too.
  func neighbours(of environment: FleetEnvironment) -> [FleetEnvironment] {
    guard let zone = environment.dns?.zone else { return [] }
    return environments.filter { $0.name != environment.name && $0.dns?.zone == zone }
  }
}
