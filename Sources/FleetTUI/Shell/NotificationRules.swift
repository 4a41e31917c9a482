import FleetModel

/// What is told away from the screen, and by which ways: `[notify]` of the configuration.
struct NotificationRules: Hashable, Sendable {
  /// What may be news. The names are the configuration's and the hook's.
  enum Kind: String, CaseIterable, Sendable {
    /// A boot is late, or stands still.
    case stuck
    /// Something is newly critical.
    case failed
    /// A boot ended well.
    case ready
    case orphan
    /// A quota is nearly full.
    case quota
    /// A deletion is over.
    case deletion
    /// A source is lost, or all of them.
    case source

    /// Behind a name, or how many of what: `3 workspaces stuck`.
    var words: String {
      switch self {
      case .stuck, .failed, .ready: rawValue
      case .orphan: "orphaned"
      case .quota: "nearly full"
      case .deletion: "deletion over"
      case .source: "lost"
      }
    }
  }

  /// What `ui.notify` may be: how `ringing` is told where `[notify]` says nothing.
  enum Plain: String, CaseIterable, Sendable { case bell, none }

  enum Way: String, CaseIterable, Sendable { case bell, osc9, osc777, command }

  /// The hours of the day in which nothing is told, by the clock of this machine: `22:00-07:00`.
  struct Quiet: Hashable, Sendable {
    /// Minutes of the day; the end is none of it.
    let begin: Int
    let end: Int

    init?(_ text: String) {
      let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Self.minutes(String($0)) }
      guard ends.count == 2, let begin = ends[0], let end = ends[1], begin != end else { return nil }
      (self.begin, self.end) = (begin, end)
    }

    /// As it is written.
    var text: String { [begin, end].map { "\(Self.digits($0 / 60)):\(Self.digits($0 % 60))" }.joined(separator: "-") }

    func holds(_ minute: Int) -> Bool { begin < end ? minute >= begin && minute < end : minute >= begin || minute < end }

    private static func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func minutes(_ text: String) -> Int? {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
        let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
      else { return nil }
      return hour * 60 + minute
    }
  }

  var ways: [Kind: Set<Way>]
  var quiet: Quiet?
  /// The hook, without a shell; it has what is told as JSON on its standard input.
  var command: [String] = []

  /// What rings the bell where `[notify]` says nothing.
  static let ringing: Set<Kind> = [.stuck, .failed, .quota, .deletion]

  init(_ plain: Plain = .bell) {
    ways = plain == .bell ? Dictionary(uniqueKeysWithValues: Self.ringing.map { ($0, [.bell]) }) : [:]
  }

  func ways(for kind: Kind) -> Set<Way> { ways[kind] ?? [] }
  var isSilent: Bool { ways.values.allSatisfy(\.isEmpty) }
}
