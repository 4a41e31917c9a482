import Feeds
import FleetModel

/// One page of the dashboard as a document: the page's rows in the page's order, read from the values that the page draws.
protocol PageDocument: Sendable {
  var fleet: Fleet { get }
  var now: Timestamp { get }
  /// What stands beside the common frame.
  var body: [JSONValue.Member] { get }
  var table: TextTable { get }
  /// What is said under the table.
  var summary: String { get }
  /// What the answer needs and could not be read, in words: with any of it the exit code is 4.
  var gaps: [String] { get }
  /// Whether something is there that wants a look: then the exit code is 3.
  var hasFound: Bool { get }
}

extension PageDocument {
  var exitCode: Int32 { gaps.isEmpty ? hasFound ? 3 : 0 : 4 }

  func print(_ format: GlobalOptions.Format, environment: String) {
    Output.document(
      format, json: Document.make(body, environment: environment, fleet: fleet, at: now, rosterSuspicion: fleet.judgement.safetyGate),
      table: table,
      text: { columns in
        table.table(columns: columns) + "\n\n" + [summary].folded(to: columns)
      })
    for gap in gaps { Output.message(gap) }
  }
}

extension Document {
  /// What a finding or a boot is of.
  static func target(_ kind: String, _ id: (some Identity)?, org: Org?, name: String?) -> JSONValue {
    ["kind": .string(kind), "id": JSONValue(id), "slug": JSONValue(org?.slug), "name": JSONValue(name)]
  }

  static func target(_ target: Finding.Target, _ fleet: Fleet) -> JSONValue {
    switch target {
    case .org(let id): self.target("org", id, org: fleet.orgs[id], name: fleet.orgs[id]?.row.name)
    case .workspace(let id):
      self.target(
        "workspace", id, org: fleet.workspaces[id].flatMap { fleet.orgs[$0.orgID] }, name: fleet.workspaces[id]?.row.name)
    case .fleet: self.target("fleet", OrgID?.none, org: nil, name: nil)
    }
  }
}
