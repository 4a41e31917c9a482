import Feeds
import FleetModel
import TestSupport
import Testing

@testable import FleetTUI

/// An interface without a terminal, to which anything happens: rows come and go, the screen has any size, keys are any, the world answers or doesn't.
private struct Storm {
  var fleet = Fleet()
  var interface: Interface
  var now = Timestamp(milliseconds: 1_763_905_327_000)
  var size = Terminal.Size(rows: 24, columns: 100)
  private var random: SeededGenerator
  private var epoch: UInt64 = 0
  private var asked: [Effect] = []

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    var options = DashboardOptions(environment: "staging")
    options.isReadOnly = seed % 4 == 0
    options.isASCII = seed % 2 == 0
    options.isProtected = seed % 3 == 0
    interface = Interface(options)
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  private mutating func chance(_ one: Int) -> Bool { number(1...one) == 1 }
  private mutating func pick<T>(_ values: [T]) -> T { values[number(0...values.count - 1)] }

  private mutating func text() -> String {
    pick(["acme", "日本語のとても長い名前", String(repeating: "long ", count: 60), "", "\u{1B}[31m", "e\u{301}\u{301}\u{301}", "a\tb\r\nc", "🧵🧶", "-"])
  }

  // MARK: - What happens

  mutating func step() {
    now = now + pick([0, 0.05, 0.3, 1, 2, 30])
    switch number(0...9) {
    case 0, 1: change()
    case 2: size = Terminal.Size(rows: number(0...70), columns: number(0...250))
    case 3: answer()
    default: press()
    }
  }

  private mutating func press() {
    let keys: [Key] =
      Action.table.flatMap(\.keys) + [
        .character("z"), .character("日"), .character(Character("\u{301}")), .alt("x"), .control("g"), .control("w"), .backspace, .delete,
        .insert, .function(63),
        .paste(text()), .wheel(pick([-1, 1]), row: number(0...80), column: 0), .click(row: number(0...9998), column: number(0...250)),
        .click(row: number(0...70), column: 3), .character("n"), .character("f"), .escape, .escape, .enter, .character("d"),
      ]
    if case .perform(let effect) = interface.handle(pick(keys), fleet, at: now) { asked.append(effect) }
    interface.anticipate(fleet, at: now)
  }

  private mutating func change() {
    let region: Region = pick(["us-east-2", "eu-west-1"])
    let (source, change): (Source, FleetEvent.Change) =
      switch number(0...9) {
      case 0, 1, 2: (.controlPlane, .roster(rows(), limit: 500, unreadable: 0))
      case 3: (.ec2(region), .instances(machines(in: region), complete: true, problem: nil))
      case 4: (.tenant(Slug("org-\(number(0...9))")), .workspaces(OrgID("id-\(number(0...9))"), workspaces()))
      case 5: (.controlPlane, .purges(purges()))
      case 6: (.dns, .zone(zone()))
      case 7:
        (
          pick([.controlPlane, .ec2(region), .dns, .feed]), pick([.failed("503 " + text()), .expected(pollInterval: 15), .gap("cut", nil)])
        )
      case 8:
        (
          .controlPlane,
          .bootEvents(
            OrgID("id-\(number(0...9))"),
            [
              BootEventRow(
                event: pick(["launch", "image_pull", text()]), status: pick([nil, .ok, .started, .failed]), detail: text(), at: now)
            ])
        )
      default:
        (
          .feed,
          .streamed(
            StreamedEvent(
              type: pick([.workspaceHeartbeat, .workspaceDegraded, .orgPurged, "NEW"]), timestamp: now, orgID: OrgID("id-\(number(0...9))"),
              slug: Slug("org-1"), workspaceID: WorkspaceID("w-\(number(0...30))"), data: ["text": .string(text())]))
        )
      }
    apply(source, change)
  }

  private mutating func apply(_ source: Source, _ change: FleetEvent.Change) {
    epoch += 1
    fleet.apply(FleetEvent(source: source, at: now, asked: now, epoch: epoch, change: change))
    fleet.judge(at: now)
    interface.update(fleet.takeChanges(), fleet, at: now)
  }

  private mutating func rows() -> [OrgRow] {
    let count = pick([0, 1, 3, 20, 90])
    return (0..<count).map { index in
      OrgRow(
        id: OrgID("id-\(index)"), slug: Slug("org-\(index)"), name: chance(9) ? text() : nil,
        status: pick([nil, .running, .running, .provisioning, .failed, .suspended, .unknown(text())]), lastError: chance(9) ? text() : nil,
        createdAt: now + -Double(number(0...1_000_000)))
    }
  }

  private mutating func machines(in region: Region) -> [InstanceRow] {
    (0..<pick([0, 2, 40])).map { index in
      InstanceRow(
        id: InstanceID("i-\(region)-\(index)"), region: region, state: pick([.running, .stopped, .terminated]),
        type: pick([nil, "t3.large", text()]),
        launchedAt: now + -Double(number(0...1_000_000)),
        tags: [
          "ManagedBy": "molecule-cp", "Role": pick(["tenant", "workspace"]), "OrgID": "id-\(number(0...99))",
          "WorkspaceID": "w-\(number(0...30))",
        ])
    }
  }

  private mutating func workspaces() -> [WorkspaceRow] {
    (0..<pick([0, 1, 8])).map { _ in
      WorkspaceRow(
        id: WorkspaceID("w-\(number(0...30))"), name: text(),
        status: pick([.online, .provisioning, .failed, .degraded, .offline, .paused]),
        runtime: pick([nil, "hermes"]), lastError: chance(3) ? text() : nil)
    }
  }

  private mutating func purges() -> [PurgeRow] {
    (0..<pick([0, 1, 5])).map { index in
      PurgeRow(
        id: PurgeID("p-\(index)"), orgID: OrgID("id-\(number(0...9))"), slug: Slug("org-\(number(0...9))"),
        status: pick([.completed, .failed, .pending("running")]), lastStep: pick([nil, "infra"]), lastError: chance(3) ? text() : nil,
        createdAt: now + -Double(number(0...4_000_000)))
    }
  }

  private mutating func zone() -> ZoneReading {
    let records = (0..<pick([0, 3, 60])).map { index in
      DNSRecordRow(
        id: "r-\(index)", name: "org-\(index).staging.example.com", type: "CNAME", content: "x.cfargotunnel.com", createdAt: now + -500)
    }
    return ZoneReading(
      environment: "staging", rules: DNSRules(zone: "example.com", coreNames: [], environmentSuffixes: ["staging"]),
      quota: pick([0, 60, 200]),
      records: records, neighbours: [])
  }

  // MARK: - What the world says

  private mutating func answer() {
    guard !asked.isEmpty else { return }
    let effect = asked.remove(at: number(0...asked.count - 1))
    guard let answer = answer(to: effect) else { return }
    asked += interface.hear(answer, fleet, at: now)
  }

  private mutating func answer(to effect: Effect) -> Answer? {
    switch effect {
    case .save: return .saved(chance(3) ? .failure(.init(why: text())) : .success(text()))
    case .console(let id, _):
      return .console(id, chance(3) ? .failure(.init(text: text())) : .success((0..<number(0...200)).map { _ in text() }))
    case .explain(let question): return .explained(question.org.id, question.workspaceID, .success(CaseFile()))
    case .check(let org, _): return .checked(org, .success(checks()))
    case .posture: return .posture(checks(), at: now)
    case .plugin(let plugin, let subject, _): return .plugin(plugin.name, subject, .success((0..<number(0...200)).map { _ in text() }))
    case .notify: return nil
    case .deletion(.prepare(let org, _)):
      return .prepared(
        org,
        DeletionPreparation(names: pick([nil, [], ["a.example.com"]]), evidence: DeletionEvidence(), problem: chance(3) ? text() : nil))
    case .deletion(.begin(let plan, _)), .deletion(.watch(let plan)):
      apply(.here, .deletion(report(of: plan)))
      return nil
    case .deletion(.goOn):
      apply(.here, .receipts([]))
      return nil
    }
  }

  private mutating func checks() -> [Check] {
    (0..<number(0...40)).map { _ in
      Check(text(), pick([.pass, .fail, .unknown]), target: text(), text(), evidence: [text()], millis: pick([nil, 12]))
    }
  }

  private mutating func report(of plan: DeletionPlan) -> DeletionReport {
    let order = DeletionRun.Order(
      receiptID: "r-\(number(0...5))", plan: plan, planHash: "hash", operator: "me", startedAt: now, verifyWithin: 60)
    return DeletionReport(run: DeletionRun(order), origin: pick([.begun, .watched]), end: chance(2) ? .refused(text()) : nil)
  }

  // MARK: - What is seen

  /// What is wrong with the frame.
  mutating func fault() -> String? {
    _ = interface.shownWorkspaces(fleet)
    let (frame, _) = interface.compose(fleet, size: size, at: now)
    if frame.lines.count != size.rows { return "\(frame.lines.count) lines on \(size)" }
    if let wide = frame.lines.first(where: { $0.columns > size.columns }) { return "\(wide.columns) columns on \(size): \(wide.plain)" }
    if let cursor = frame.cursor, !(0..<size.rows).contains(cursor.row) || !(0..<size.columns).contains(cursor.column) {
      return "the cursor at \(cursor) on \(size)"
    }
    return nil
  }
}

@Suite struct InterfaceStormTests {
  @Test(arguments: 0..<12) func nothingThatHappensBreaksAFrame(_ seed: UInt64) {
    var storm = Storm(seed: seed)
    for step in 0..<400 {
      storm.step()
      if let fault = storm.fault() {
        Issue.record("seed \(seed), step \(step): \(fault)")
        return
      }
    }
  }
}
