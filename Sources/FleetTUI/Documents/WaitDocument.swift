import FleetModel

/// `fleettui wait`, at its end.
struct WaitDocument: FleetDocument {
  enum Result {
    case reached, failed
    /// Blind, where nothing could be told of the target by then.
    case timeout(isBlind: Bool)

    var word: String {
      switch self {
      case .reached: "reached"
      case .failed: "failed"
      case .timeout: "timeout"
      }
    }
  }

  /// As it was named.
  let target: String
  let state: WaitState
  let result: Result
  let waited: Double
  let fleet: Fleet
  let now: Timestamp

  var seconds: Int { Int(clamping: waited.rounded()) }

  private var name: String { UntrustedText.clean(target, limit: 128) }

  var body: [JSONValue.Member] {
    let kind = state.workspace == nil && !target.contains("/") ? "org" : "workspace"
    let id = state.workspace.map { JSONValue($0) } ?? JSONValue(state.org)
    let slug = state.slug ?? Slug(UntrustedText.clean(String(target.prefix { $0 != "/" }), limit: 128))
    return [
      .init("target", ["kind": .string(kind), "id": id, "slug": JSONValue(slug)]), .init("for", .string(state.goal.rawValue)),
      .init("result", .string(result.word)), .init("waited", JSONValue(waited, places: 1)),
    ]
  }

  var table: TextTable { table(waited: "\(seconds)") }

  func text(columns: Int) -> String { table(waited: "\(seconds) s").table(columns: columns) }

  private func table(waited: String) -> TextTable {
    TextTable(header: ["TARGET", "FOR", "RESULT", "WAITED"], rows: [[name, state.goal.rawValue, result.word, waited]])
  }

  var exitCode: Int32 {
    switch result {
    case .reached: 0
    case .failed: 1
    case .timeout(let isBlind): isBlind ? 4 : 3
    }
  }
}
