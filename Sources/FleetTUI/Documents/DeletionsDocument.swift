import Feeds
import FleetModel

/// `fleettui deletions`: the page Deletions, the control plane's runs of the cascade, whoever began them, with the receipts of this machine.
struct DeletionsDocument: PageDocument {
  let fleet: Fleet
  let now: Timestamp
  private let content = DeletionsContent()
  private let rows: [DeletionEntry]
  /// The deletions that were begun here and have not ended, in words.
  private let unfinished: [String]
  /// Why the receipts could not be read.
  private let unread: String?

  /// - Parameters:
  ///   - fleet: judged at `now`.
  ///   - receipts: this environment's.
  ///   - leftovers: the environment's journals of deletions that have not ended.
  init(fleet: Fleet, receipts: Result<[JSONValue], StateDirectory.Failure>, leftovers: [DeletionRun.Order] = [], now: Timestamp) {
    self.now = now
    unfinished = leftovers.map {
      "the deletion of \($0.slug) that was begun here at \($0.startedAt) has not ended: `fleettui delete \($0.slug)`, or the dashboard, goes "
        + "on with it"
    }
    var fleet = fleet
    switch receipts {
    case .success(let receipts):
      fleet.apply(FleetEvent(source: .here, at: now, change: .receipts(receipts)))
      unread = nil
    case .failure(let failure): unread = "the receipts can't be read: \(failure)"
    }
    self.fleet = fleet
    rows = content.ordered(fleet, at: now).compactMap { fleet.deletions.entry($0, fleet) }
  }

  private func receipt(of entry: DeletionEntry) -> String? {
    entry.receipt?["id"]?.string.map { UntrustedText.clean($0, limit: 64) }
  }

  private func hasFailed(_ entry: DeletionEntry) -> Bool {
    switch entry.standing {
    case .failed, .ended(.stalled), .ended(.partial): true
    default: DeletionsContent.hasLeftMachines(entry, fleet)
    }
  }

  private func isOpen(_ entry: DeletionEntry) -> Bool {
    switch entry.standing {
    case .waiting, .running, .queued: true
    default: false
    }
  }

  /// As the page says it.
  private func note(_ entry: DeletionEntry) -> String {
    let context = DrawingContext(moment: Moment(now: now), glyphs: .unicode)
    return Line(DeletionsContent.remark(on: entry, DeletionsContent.hasLeftMachines(entry, fleet), context)).plain
  }

  var body: [JSONValue.Member] {
    [
      .init(
        "deletions",
        .array(
          rows.map { entry in
            [
              "id": .string(entry.id), "org": ["id": JSONValue(entry.orgID), "slug": .string(entry.slug)],
              "state": .string(entry.standing.word), "began_at": JSONValue(entry.beganAt), "ended_at": JSONValue(entry.endedAt),
              "step": JSONValue(entry.purge?.lastStep), "error": JSONValue(entry.purge?.lastError?.onOneLine),
              "machines_left": JSONValue(DeletionsContent.standing(entry, fleet)), "note": .string(note(entry)),
              "receipt": JSONValue(receipt(of: entry)),
            ]
          })),
      .init(
        "counts",
        [
          "open": isKnown ? JSONValue(rows.count(where: isOpen)) : .null,
          "failed": isKnown ? JSONValue(rows.count(where: hasFailed)) : .null,
        ]),
    ]
  }

  /// Whether the control plane told its runs at all.
  private var isKnown: Bool { fleet.purgesReadAt != nil }

  var table: TextTable {
    TextTable(
      header: ["STATE", "ORG", "BEGAN", "ENDED", "STEP", "MACHINES LEFT", "NOTE", "RECEIPT", "ID"],
      rows: rows.map { entry in
        [
          entry.standing.word, entry.slug, entry.beganAt?.description ?? TextTable.unknown, entry.endedAt?.description ?? TextTable.none,
          entry.purge?.lastStep ?? TextTable.none, DeletionsContent.standing(entry, fleet).map { "\($0)" } ?? TextTable.unknown,
          note(entry), receipt(of: entry) ?? TextTable.none, entry.id,
        ]
      }, dispensable: ["ID", "RECEIPT", "STEP", "ENDED"])
  }

  var summary: String {
    guard isKnown else { return content.emptiness(fleet, at: now) }
    return rows.isEmpty
      ? content.emptiness(fleet, at: now)
      : "\(rows.count(where: isOpen)) under way, \(rows.count(where: hasFailed)) failed or with machines left, \(rows.count) in all"
  }

  /// The runs are the control plane's, and what they left is EC2's.
  var gaps: [String] { gaps(of: [.controlPlane, .ec2]) + (unread.map { [$0] } ?? []) }
  var messages: [String] { unfinished + gaps }

  var hasFound: Bool { rows.contains(where: hasFailed) }
}
