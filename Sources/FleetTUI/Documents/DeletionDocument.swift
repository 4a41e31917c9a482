import Feeds
import FleetModel

/// `fleettui delete`: with `--plan` what would be removed, at its end the receipt.
struct DeletionDocument: FleetDocument {
  let fleet: Fleet
  let now: Timestamp
  let body: [JSONValue.Member]
  let table: TextTable
  /// What people read instead of the table.
  private var words: String?
  private(set) var messages: [String] = []
  private(set) var exitCode: Int32 = 0

  /// - Parameters:
  ///   - lines: the plan for a reader.
  ///   - reason: why it would be refused as things stand.
  init(
    plan: DeletionPlan, hash: String, lines: [String], reason: String?, knowsMachines: Bool, fleet: Fleet, at now: Timestamp
  ) {
    (self.fleet, self.now) = (fleet, now)
    body = [.init("plan", plan.json(hash: hash)), .init("phrase", .string(plan.phrase))]
    table = Self.planTable(plan, hash: hash)
    words = lines.joined(separator: "\n")
    if let reason {
      messages.append("delete: as things stand it would be refused: \(reason)")
      // What isn't configured is never, and changes no exit code.
      if knowsMachines || !fleet.isComplete(.controlPlane, at: now) { exitCode = 4 }
    }
    if plan.names == nil {
      let names = fleet.freshness(of: .dns, at: now)
      messages.append("delete: the org's names are not known: \(names.problem ?? names.state.rawValue)")
      exitCode = 4
    }
  }

  /// - Parameters:
  ///   - kept: the receipt's id, where one is kept: not of another's run that was followed.
  ///   - org: as it was named on the command line.
  init(receipt: JSONValue, _ outcome: DeletionOutcome, kept: String?, org: String, fleet: Fleet, at now: Timestamp) {
    (self.fleet, self.now) = (fleet, now)
    body = [.init("receipt", receipt)]
    table = Self.receiptTable(receipt)
    let cascade = receipt["legs"]?["cascade"]
    switch outcome {
    case .verified: break
    case .failed:
      messages.append("delete: failed: \(cascade?["detail"]?.string ?? "")")
      exitCode = 1
    case .partial, .queued, .stalled:
      messages.append("delete: \(outcome.rawValue), not verified" + (kept.map { "; receipt \($0)" } ?? ""))
      exitCode = 5
    }
    if outcome == .stalled {
      let again = "`fleettui delete \(UntrustedText.clean(org, limit: 64))"
      messages.append(
        cascade?["state"]?.string == DeletionLeg.State.failed.rawValue
          ? "delete: the same request resumes it after its last step: \(again) --resume 1`"
          : "delete: it may have been accepted: \(again)` asks again and finds out")
    }
    if kept == nil { messages.append("delete: another run was followed: nothing was sent from here, and no receipt is kept") }
  }

  func text(columns: Int) -> String { words ?? table.table(columns: columns) }

  // MARK: - Plans and receipts as text

  /// What the plan removes, for a reader. The phrase is nowhere in it in one piece.
  static func planLines(_ plan: DeletionPlan, hash: String, evidence: DeletionEvidence, notes: [String] = []) -> [String] {
    func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
    let tenants = plan.machines.count { $0.role == .tenant }
    let others = plan.machines.count - tenants
    var lines = [
      "environment  \(plan.environment)" + (plan.isProtected ? "   protected: wants a second word" : ""),
      "org          \(plan.slug)   \(plan.orgID)" + (plan.name.map { "   \($0)" } ?? ""),
    ]
    let facts = [plan.customerPlan.map { "plan \($0)" }, plan.members.map { count($0, "member") }].compactMap { $0 }
    lines.append(
      "\(plan.kind == .test ? "test org    " : "customer    ") "
        + (facts.isEmpty ? "plan and members not known" : facts.joined(separator: ", ")))
    lines += [
      "removes      \(count(tenants, "tenant machine")), \(count(plan.workspaces.count, "workspace")) with \(count(others, "machine")), "
        + "\(count(plan.volumes.count, "volume")), \(plan.names.map { count($0.count, "DNS name") } ?? "DNS names that could not be read")",
      "stops        " + (plan.hourlySaved.map { "$\(($0 * 1000).rounded() / 1000)/h" } ?? "a cost that is not known"),
      "not removed  WorkOS users, traces, vendor history",
      "kept         " + (evidence.bootEvents.map { count($0.count, "boot event") } ?? "boot events could not be read")
        + ", " + (evidence.diagnostics == nil ? "diagnostics could not be read" : "diagnostics") + ": the deletion destroys them",
    ]
    for machine in plan.machines {
      lines.append("machine      \(machine.id)  \(machine.role?.rawValue ?? "-")  \(machine.type ?? "?")  \(machine.region)")
    }
    for name in plan.names ?? [] { lines.append("name         \(name)") }
    for purge in plan.openPurges {
      lines.append(
        "\(purge.isPending ? "running now " : "open run    ") \(purge.id)  \(purge.status.text)"
          + (purge.lastStep.map { ", last step \($0)" } ?? "")
          + (purge.isPending ? ": it is followed, no second one is started" : ""))
    }
    lines += notes.map { "note         \($0)" } + ["plan         \(hash)"]
    return lines
  }

  private static func planTable(_ plan: DeletionPlan, hash: String) -> TextTable {
    TextTable(
      header: ["KIND", "ID", "REGION", "TYPE", "$/H"],
      rows: [["org", plan.orgID.rawValue, "", plan.slug.rawValue, plan.hourlySaved.map { "\($0)" } ?? TextTable.unknown]]
        + plan.machines.map { machine in
          [
            "instance", machine.id.rawValue, machine.region.rawValue, machine.type ?? TextTable.unknown,
            machine.hourly.map { "\($0)" } ?? TextTable.unknown,
          ]
        }
        + plan.workspaces.map { ["workspace", $0.rawValue, "", "", ""] } + plan.volumes.map { ["volume", $0.rawValue, "", "", ""] }
        + (plan.names ?? []).map { ["dns", $0, "", "", ""] } + [["plan", hash, "", "", ""]])
  }

  /// A receipt, leg by leg.
  static func receiptTable(_ receipt: JSONValue) -> TextTable {
    func cell(_ value: JSONValue?, limit: Int = 300) -> String {
      value?.string.map { UntrustedText.clean($0, limit: limit) } ?? TextTable.unknown
    }
    func text(_ name: String) -> String { cell(receipt[name]) }
    func word(_ value: JSONValue?) -> String { UntrustedText.clean(value?.string ?? "?", limit: 300) }
    var table = TextTable(header: ["WHAT", "STATE", "AT", "DETAIL"])
    let id = receipt["id"]?.string.map { "receipt \(UntrustedText.clean($0, limit: 300))" }
    table.rows.append(["outcome", text("outcome"), text("ended_at"), id ?? "no receipt: nothing was sent from here"])
    let org = receipt["org"]
    table.rows.append([
      "org", cell(org?["slug"], limit: 64), text("started_at"),
      "\(word(org?["id"])) in \(word(receipt["environment"])), by \(word(receipt["operator"]))",
    ])
    for request in receipt["requests"]?.array ?? [] {
      table.rows.append([
        "request", request["status"]?.integer.map { "\($0)" } ?? "no answer", cell(request["at"]),
        UntrustedText.clean(
          "\(request["method"]?.string ?? "") \(request["path"]?.string ?? "")" + (request["purge_id"]?.text.map { " run \($0)" } ?? ""),
          limit: 300),
      ])
    }
    for name in ["cascade", "roster", "instances", "dns", "audit"] {
      let leg = receipt["legs"]?[name]
      table.rows.append([
        name, cell(leg?["state"]), cell(leg?["at"]), UntrustedText.clean(leg?["detail"]?.string ?? "", limit: 1000),
      ])
    }
    return table
  }

  static func receipts(_ stored: [ReceiptStore.Stored]) -> [JSONValue.Member] {
    [
      .init(
        "receipts",
        .array(
          stored.map { stored in
            let receipt = stored.document
            return [
              "id": .string(stored.id), "org": receipt["org"] ?? .null, "environment": receipt["environment"] ?? .null,
              "ended_at": receipt["ended_at"] ?? .null, "outcome": receipt["outcome"] ?? .null,
            ]
          }))
    ]
  }
}
