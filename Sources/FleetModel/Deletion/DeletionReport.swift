/// One deletion that this program carries out or follows, as it stands.
public struct DeletionReport: Hashable, Codable, Sendable {
  public enum Origin: Hashable, Codable, Sendable {
    case begun
    /// Left by an earlier start, with what stood then.
    case resumed(String)
    /// Another process here carries it out.
    case followed
    /// Another operator's.
    case watched
  }

  public enum End: Hashable, Codable, Sendable {
    case receipt(JSONValue, DeletionOutcome, problem: String?)
    /// Somebody else's run was followed to its end: nothing was sent from here, and there is no receipt.
    case watched
    /// Nothing was sent.
    case refused(String)
  }

  public var run: DeletionRun
  public var origin: Origin
  public var end: End?

  public init(run: DeletionRun, origin: Origin, end: End? = nil) {
    self.run = run
    self.origin = origin
    self.end = end
  }

  public var slug: Slug { run.order.slug }
  public var orgID: OrgID { run.order.orgID }
}

extension DeletionRun.Order: Codable {
  /// As its journal has it.
  public init(from decoder: any Decoder) throws {
    let members = try decoder.singleValueContainer()
    guard let order = Self(try members.decode(JSONValue.self)) else {
      throw DecodingError.dataCorruptedError(in: members, debugDescription: "no deletion begins so")
    }
    self = order
  }

  public func encode(to encoder: any Encoder) throws {
    var members = encoder.singleValueContainer()
    try members.encode(json)
  }
}

extension Fleet {
  /// The plan of a deletion was opened: what followed from it is told by its run.
  mutating func notePlan(of org: OrgID, _ slug: Slug, _ event: FleetEvent) {
    note(event, .deletionPlanned, of: org, slug, data: .object([]))
  }

  /// Takes in how a deletion stands; its beginning and its end are lines of the log.
  mutating func noteDeletion(_ report: DeletionReport, _ event: FleetEvent) {
    let before = deletions.reports[report.run.order.receiptID]
    changes.deletions.formUnion(deletions.note(report))
    let order = report.run.order
    // Its run may stand under a row of its own until now.
    for id in openPurges where purges[id]?.isAbout(order.orgID, order.slug) == true { changes.deletions.insert(id.rawValue) }
    if before == nil, report.end == nil {
      note(
        event, report.origin == .begun ? .deletionBegun : .deletionFollowed, of: order.orgID, order.slug,
        data: ["receipt": .string(order.receiptID), "operator": .string(order.operator), "plan": .string(order.planHash)])
    }
    guard let end = report.end, before?.end != end else { return }
    let data: JSONValue =
      switch end {
      case .receipt(let receipt, let outcome, _): ["outcome": .string(outcome.rawValue), "receipt": receipt["id"] ?? .null]
      case .watched: ["outcome": .string(report.run.outcome?.rawValue ?? "not read back"), "receipt": .null]
      case .refused(let why): ["outcome": "refused", "reason": .string(why)]
      }
    note(event, .deletionEnded, of: order.orgID, order.slug, data: data)
  }

  mutating func noteReceipts(_ receipts: [JSONValue]) { changes.deletions.formUnion(deletions.replace(receipts: receipts)) }

  private mutating func note(_ event: FleetEvent, _ type: EventType, of org: OrgID, _ slug: Slug, data: JSONValue) {
    append(
      LogEntry(
        sequence: 0, at: event.at, source: event.source, type: type, orgID: org, slug: slug, workspaceID: nil,
        data: UntrustedText.clean(data).serialized()))
  }
}
