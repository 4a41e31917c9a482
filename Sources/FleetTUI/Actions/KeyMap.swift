/// What is wrong with the `[keys]` of the configuration.
struct KeyMapError: Error, CustomStringConvertible, Equatable {
  var description: String
}

/// Keys to actions.
struct KeyMap: Equatable, Sendable {
  private var actions: [Key: Action] = [:]
  private var keys: [Action: [Key]] = [:]

  static let standard: KeyMap = {
    var map = KeyMap()
    for entry in Action.table { map.bind(entry.action, to: entry.keys) }
    return map
  }()

  private init() {}

  /// The standard keys with the configuration's laid over them: an action that is given a key has that one alone.
  ///
  /// - Throws: ``KeyMapError`` for an unknown action, an unknown key, or a key that two actions would share.
  init(overrides: [String: String]) throws(KeyMapError) {
    var chosen: [Action: Key] = [:]
    for (name, keyName) in overrides.sorted(by: { $0.key < $1.key }) {
      guard let action = Action(rawValue: name) else {
        let near = NearestName.of(name, among: Action.allCases.map(\.rawValue)).map { "; did you mean \($0)?" } ?? ""
        throw KeyMapError(description: "[keys] names no action \"\(name)\"\(near)")
      }
      guard let key = Key(named: keyName) else {
        throw KeyMapError(description: "[keys] \(name) = \"\(keyName)\" is no key: use a character, ctrl-x, alt-x, enter, tab, pgup, f1 …")
      }
      if let other = chosen.first(where: { $0.value == key })?.key {
        throw KeyMapError(description: "[keys] gives \(keyName) to both \(other.rawValue) and \(name)")
      }
      chosen[action] = key
    }
    for entry in Action.table {
      if let key = chosen[entry.action] {
        bind(entry.action, to: [key])
      } else {
        let free = entry.keys.filter { !chosen.values.contains($0) }
        guard !free.isEmpty else {
          let taker = chosen.first { $0.value == entry.keys[0] }?.key.rawValue ?? ""
          throw KeyMapError(description: "[keys] gives \(taker) the only key of \(entry.action.rawValue): give that action another")
        }
        bind(entry.action, to: free)
      }
    }
  }

  private mutating func bind(_ action: Action, to keys: [Key]) {
    self.keys[action] = keys
    for key in keys { actions[key] = action }
  }

  func action(for key: Key) -> Action? { actions[key] }
  func keys(for action: Action) -> [Key] { keys[action] ?? [] }
  /// The one that is shown.
  func name(of action: Action) -> String { keys(for: action).first?.name ?? "" }
}
