import FleetModel

/// What is wrong with the `[keys]` of the configuration.
struct KeyMapError: Error, CustomStringConvertible, Equatable {
  var description: String
}

/// Keys to actions, in each place its own.
///
/// Where text is typed a character is text. An action that is of other places too has there those of its keys alone that no line wants: arrows and
/// the like, not Ctrl and a letter.
struct KeyMap: Equatable, Sendable {
  /// Every action that there is here, in the order of help and footer: the program's own, then the plugins'.
  private(set) var table = Action.table
  private var actions: [Action.Place: [Key: Action]] = [:]
  private var keys: [Action: [Key]] = [:]

  static let standard: KeyMap = {
    var map = KeyMap()
    _ = map.bind([:])
    return map
  }()

  private init() {}

  /// The standard keys with the configuration's laid over them: an action that is given a key has that one alone.
  ///
  /// - Throws: ``KeyMapError`` for an unknown action, an unknown key, or a key that two actions would share in one place.
  init(overrides: [String: String], plugins: [Plugin] = []) throws(KeyMapError) {
    var chosen: [Action: Key] = [:]
    for (name, keyName) in overrides.sorted(by: { $0.key < $1.key }) {
      guard let action = Action.named(name) else {
        let near = NearestName.of(name, among: Action.table.map(\.name)).map { "; did you mean \($0)?" } ?? ""
        throw KeyMapError(description: "[keys] names no action \"\(name)\"\(near)")
      }
      guard let key = Key(named: keyName) else {
        throw KeyMapError(description: "[keys] \(name) = \"\(keyName)\" is no key: use a character, ctrl-x, alt-x, enter, tab, pgup, f1 …")
      }
      if action.isOfText, key.isCharacter {
        throw KeyMapError(description: "[keys] \(name) = \"\(keyName)\" would be text where it is typed: use ctrl-x, alt-x, f1 …")
      }
      if let other = chosen.first(where: { $0.value == key && $0.key.shares(key, with: action) })?.key {
        throw KeyMapError(description: "[keys] gives \(keyName) to both \(other.name) and \(name)")
      }
      chosen[action] = key
    }
    if let problem = bind(chosen) { throw problem }
    for plugin in plugins { try add(plugin) }
  }

  /// What others have is not taken away by a program of the operator's own.
  private mutating func add(_ plugin: Plugin) throws(KeyMapError) {
    guard Action.named(plugin.name) == nil else {
      throw KeyMapError(description: "[plugin.\(plugin.name)] has the name of an action: give it another")
    }
    let action = plugin.action
    if let key = plugin.key {
      if let taker = self.action(for: key, in: .page) {
        throw KeyMapError(
          description: "[plugin.\(plugin.name)] key = \"\(key.name)\" is the key of \(taker.name): give one of them another")
      }
      actions[.page, default: [:]][key] = action
      keys[action] = [key]
    }
    table.append(action)
  }

  private mutating func bind(_ chosen: [Action: Key]) -> KeyMapError? {
    for action in Action.table {
      for place in Action.Place.allCases where action.has(place) {
        let wanted = action.keys(in: place, chosen: chosen[action])
        guard !wanted.isEmpty else { continue }
        func taker(of key: Key) -> Action? {
          chosen.first { $0.key != action && $0.value == key && $0.key.keys(in: place, chosen: key).contains(key) }?.key
        }
        let free = chosen[action] == nil ? wanted.filter { taker(of: $0) == nil } : wanted
        if free.isEmpty, !place.takesText || action.isOfText {
          let taker = wanted.first.flatMap(taker)?.name ?? ""
          return KeyMapError(description: "[keys] gives \(taker) the only key of \(action.name): give that action another")
        }
        for key in free { actions[place, default: [:]][key] = action }
        if keys[action] == nil { keys[action] = free }
      }
    }
    return nil
  }

  func action(named name: String) -> Action? { table.first { $0.name == name } }
  func action(for key: Key, in place: Action.Place) -> Action? { actions[place]?[key] }

  /// Which way a key or the wheel goes through rows; `nil` when it doesn't.
  func movement(for key: Key, in place: Action.Place) -> Movement? {
    if case .wheel(let step, _, _) = key { return .wheel(step) }
    return action(for: key, in: place)?.movement
  }

  func keys(for action: Action) -> [Key] { keys[action] ?? [] }
  /// All of them, or how it is asked for by its name.
  func names(of action: Action) -> String {
    let keys = keys(for: action)
    return keys.isEmpty ? action.command : keys.map(\.name).joined(separator: " ")
  }
  /// The one that is shown.
  func name(of action: Action) -> String { keys(for: action).first?.name ?? "" }
}

extension Action {
  /// Whether both would have `key` in one place.
  fileprivate func shares(_ key: Key, with other: Action) -> Bool {
    Place.allCases.contains { keys(in: $0, chosen: key).contains(key) && other.keys(in: $0, chosen: key).contains(key) }
  }

  /// Its keys in one place, before others take some of them away.
  fileprivate func keys(in place: Place, chosen: Key?) -> [Key] {
    guard has(place) else { return [] }
    let all = chosen.map { [$0] } ?? keys
    guard place.takesText, !isOfText else { return all }
    let named = all.filter { !$0.hasLetter }
    return named.isEmpty ? keys.filter { !$0.hasLetter } : named
  }
}

extension KeyMap {
  /// How the dashboard does what a next step's command does; `nil`: it doesn't.
  func way(to command: NextStep.Command) -> String? {
    let action: Action? =
      switch command {
      case .explain: .explain
      case .check: .check
      case .orphans: PageID.orphans.action
      case .dns: PageID.dns.action
      case .doctor: nil
      }
    return action.map { action in keys(for: action).first.map { "key \($0.name)" } ?? action.command }
  }
}
