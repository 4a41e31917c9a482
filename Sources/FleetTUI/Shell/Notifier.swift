import FleetModel

/// Tells what is news by the ways that the rules name. However much happens at once, the bell rings once in ``pause``: it asks for a look. What has
/// words is gathered for a moment and told together, and not more often than every ``interval`` of one kind.
struct Notifier {
  /// Milliseconds.
  static let pause: Int64 = 1000
  static let gathering: Int64 = 1000
  static let interval: Int64 = 15_000
  /// Items of one kind that are named; the others are counted.
  private static let limit = 50

  private struct Gathered {
    var items: [NewsItem] = []
    var count = 0
    var since: Int64
  }

  private let rules: NotificationRules
  private var news = FleetNews()
  private var rungAt: Int64?
  private var gathered: [NotificationRules.Kind: Gathered] = [:]
  private var toldAt: [NotificationRules.Kind: Int64] = [:]

  init(_ rules: NotificationRules) { self.rules = rules }

  /// The fleet changed, or time went by. - Returns: whether the bell rings.
  /// - Parameters:
  ///   - uptime: monotonic milliseconds.
  ///   - minute: of the day here.
  mutating func hear(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp, uptime: Int64, minute: @autoclosure () -> Int) -> Bool {
    guard !rules.isSilent else { return false }
    let news = news.hear(changes, fleet, at: now, uptime: uptime).filter { !rules.ways(for: $0.kind).isEmpty }
    // What happens in the quiet hours is on the screen in the morning.
    guard !news.isEmpty, rules.quiet?.holds(minute()) != true else { return false }
    for item in news where rules.ways(for: item.kind) != [.bell] {
      gathered[item.kind, default: Gathered(since: uptime)].count += 1
      if gathered[item.kind]?.items.count ?? 0 < Self.limit { gathered[item.kind]?.items.append(item) }
    }
    guard news.contains(where: { rules.ways(for: $0.kind).contains(.bell) }) else { return false }
    if let rungAt, uptime - rungAt < Self.pause { return false }
    rungAt = uptime
    return true
  }

  /// When something gathered is to be told; `nil`: nothing is.
  var due: Int64? { gathered.map { due($0.key, $0.value) }.min() }

  private func due(_ kind: NotificationRules.Kind, _ gathered: Gathered) -> Int64 {
    max(gathered.since + Self.gathering, toldAt[kind].map { $0 + Self.interval } ?? .min)
  }

  /// What is to be told by now.
  mutating func takeDue(at uptime: Int64) -> [Announcement] {
    let due = gathered.filter { self.due($0.key, $0.value) <= uptime }.keys.sorted { $0.rawValue < $1.rawValue }
    return due.compactMap { kind in
      toldAt[kind] = uptime
      return gathered.removeValue(forKey: kind).map {
        Announcement(kind: kind, ways: rules.ways(for: kind), items: $0.items, count: $0.count)
      }
    }
  }
}

/// What is told of one kind at one moment.
struct Announcement: Hashable {
  let kind: NotificationRules.Kind
  let ways: Set<NotificationRules.Way>
  /// The first of them.
  let items: [NewsItem]
  let count: Int

  /// `3 workspaces stuck: acme/one, acme/two, globex/one`, on one line.
  var text: String {
    guard count != 1 else {
      return items.first.map { "\($0.name) \(kind.words)" + ($0.detail.isEmpty ? "" : ": \($0.detail.onOneLine)") } ?? kind.words
    }
    let nouns = Set(items.map(\.noun))
    let noun = nouns.count == 1 ? Self.plural(nouns.first ?? "") : "things"
    let named = items.prefix(3).map(\.name).joined(separator: ", ")
    let words = kind == .deletion ? "over" : kind.words
    return "\(count) \(noun) \(words): \(named)" + (count > 3 ? " and \(count - 3) more" : "")
  }

  private static func plural(_ noun: String) -> String {
    noun.hasSuffix("s") ? noun + "es" : noun.hasSuffix("y") ? noun.dropLast() + "ies" : noun + "s"
  }

  /// What the hook has on its standard input.
  func json(environment: String, at now: Timestamp) -> JSONValue {
    [
      "schema": 1, "environment": .string(environment), "at": JSONValue(now), "event": .string(kind.rawValue), "count": JSONValue(count),
      "text": .string(UntrustedText.clean(text, limit: 500)),
      "items": .array(
        items.map {
          ["kind": .string($0.noun), "id": .string($0.id), "name": .string($0.name), "detail": .string($0.detail)]
        }),
    ]
  }
}

/// A notification of the desktop, as terminals take it: OSC 9 (iTerm2, kitty, WezTerm, Windows Terminal) and OSC 777 (urxvt, foot, Ghostty).
enum DesktopNotice {
  /// The text's own control bytes are gone by then: it could end the sequence and begin another.
  /// - Parameter isInTmux: tmux passes on what is wrapped for it, where `allow-passthrough` is on.
  static func sequence(_ announcement: Announcement, title: String, isInTmux: Bool) -> [UInt8] {
    let text = UntrustedText.clean(announcement.text, limit: 200)
    var bytes: [UInt8] = []
    // A number and `;` behind `9;` would be another command (ConEmu).
    if announcement.ways.contains(.osc9) { bytes += wrapped("9;\(title): \(text)", isInTmux) }
    if announcement.ways.contains(.osc777) { bytes += wrapped("777;notify;\(plain(title));\(plain(text))", isInTmux) }
    return bytes
  }

  private static func plain(_ text: String) -> String { text.replacing(";", with: ",") }

  private static func wrapped(_ command: String, _ isInTmux: Bool) -> [UInt8] {
    isInTmux ? Array("\u{1B}Ptmux;\u{1B}\u{1B}]\(command)\u{7}\u{1B}\\".utf8) : Array("\u{1B}]\(command)\u{7}".utf8)
  }
}
