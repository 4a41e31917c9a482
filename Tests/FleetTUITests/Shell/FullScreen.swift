import FleetModel

@testable import FleetTUI

extension WatchedScreen {
  /// A minute after everything answered, with rows on each page: records of every kind, checks, deletions at each stage, events.
  static func full(
    rows: Int = 40, columns: Int = 200, pane: PaneKind = .none, isASCII: Bool = false, isReadOnly: Bool = true
  ) -> Self {
    var screen = Self(rows: rows, columns: columns, pane: pane, isASCII: isASCII, isReadOnly: isReadOnly)
    screen.hear(.dns, .expected(pollInterval: 60))
    screen.answer()
    screen.hear(.dns, .zone(zone))
    screen.hear(
      .controlPlane,
      .purges([
        PurgeRow(
          id: "p-1", orgID: "id-umbrella", slug: "umbrella", status: .completed, lastStep: "completed", createdAt: start + -7200,
          completedAt: start + -7100),
        PurgeRow(
          id: "p-2", orgID: "id-gone", slug: "gone", status: .completed, lastStep: "completed", createdAt: start + -90_000,
          completedAt: start + -89_900),
        PurgeRow(
          id: "p-3", orgID: "id-soylent", slug: "soylent", status: .failed, lastStep: "stripe", lastError: "redis: connection refused",
          createdAt: start + -5400),
        PurgeRow(id: "p-4", orgID: "id-nakatomi", slug: "nakatomi", status: .pending("running"), lastStep: "redis", createdAt: start + -40),
      ]))
    for change in deletions { screen.hear(.here, change) }
    screen.hear(.tenant("globex"), .streamed(event(.workspaceOnline, "w-well", ["uptime_seconds": 3])))
    screen.hear(
      .tenant("acme"), .streamed(event(.taskUpdated, "w-boot", ["current_task": "read the mail and answer what can be answered"])))
    screen.hear(.tenant("globex"), .gap("the stream broke and was opened again", nil))
    screen.settle()
    screen.pass(60)
    _ = screen.interface.hear(.posture(checks, at: screen.now), screen.fleet, at: screen.now)
    return screen
  }

  private static func event(_ type: EventType, _ workspace: WorkspaceID, _ data: JSONValue) -> StreamedEvent {
    StreamedEvent(type: type, timestamp: start + 1, workspaceID: workspace, data: data)
  }

  private static var zone: ZoneReading {
    let records = [
      ("example.com", "A", "203.0.113.7"), ("api.example.com", "CNAME", "lb.example.net"),
      ("acme.example.com", "CNAME", "t-1.cfargotunnel.com"),
      ("globex.example.com", "CNAME", "t-2.cfargotunnel.com"), ("e2e-20261123-7f.example.com", "CNAME", "t-3.cfargotunnel.com"),
      ("*.example.com", "A", "198.51.100.1"),
    ].enumerated().map { index, record in
      DNSRecordRow(
        id: "r\(index)", name: record.0, type: record.1, content: record.2,
        createdAt: index == 1 ? nil : start + -3600 + Double(index) * -50_000)
    }
    let rules = DNSRules(zone: "example.com", coreNames: ["api"], environmentSuffixes: ["staging"])
    return ZoneReading(environment: "staging", rules: rules, quota: 200, records: records, neighbours: [])
  }

  private static let checks = [
    Check("sg-ssh-open", .fail, target: "sg-0f3a", "lets port 22 in from anywhere", evidence: ["ingress tcp port 22 from 0.0.0.0/0"]),
    Check("imds-v1", .fail, target: "2 machines", "answer metadata without a token", evidence: ["i-acme", "i-globex"]),
    Check("tags-missing", .pass, target: "7 machines", "nothing of the kind"),
    Check("partner-key-expiry", .unknown, target: "control-plane", "not offered"),
  ]

  // MARK: - Deletions

  /// One that was verified, one of which a machine was left, one that runs.
  private static var deletions: [FleetEvent.Change] {
    var changes: [FleetEvent.Change] = []
    var receipts: [JSONValue] = []
    for (slug, purge, age, hasLeft) in [("umbrella", "p-1", 7200.0, false), ("soylent-labs", "p-9", 3000, true)] {
      guard let receipt = receipt(of: Slug(slug), PurgeID(purge), begun: start + -age, hasLeft: hasLeft) else { continue }
      receipts.append(receipt)
    }
    changes.append(.receipts(receipts))
    changes.append(.deletion(DeletionReport(run: run(of: "tyrell", begun: start + -40), origin: .begun)))
    return changes
  }

  private static func run(of slug: Slug, begun: Timestamp) -> DeletionRun {
    var fleet = Fleet()
    let id = OrgID("id-\(slug)")
    let rows = [OrgRow(id: id, slug: slug, status: .running)]
    fleet.apply(FleetEvent(source: .controlPlane, at: begun, change: .roster(rows, limit: 500, unreadable: 0)))
    let instances = [machine("i-\(slug)", org: slug.rawValue)]
    fleet.apply(FleetEvent(source: .ec2("us-east-2"), at: begun, change: .instances(instances, complete: true, problem: nil)))
    let plan = fleet.orgs[id].map { DeletionPlan(of: $0, in: fleet, environment: "staging", isProtected: false) }
    var run = DeletionRun(
      DeletionRun.Order(
        receiptID: "r-\(slug)", plan: plan!, planHash: "abc", operator: "me@here", startedAt: begun, verifyWithin: 180))
    _ = run.handle(.started, at: begun)
    _ = run.handle(.read(reading(of: run.order, at: begun + 1, isGone: false, hasLeft: true)), at: begun + 1)
    return run
  }

  private static func receipt(of slug: Slug, _ purge: PurgeID, begun: Timestamp, hasLeft: Bool) -> JSONValue? {
    var run = run(of: slug, begun: begun)
    var actions = run.handle(.answered(.done(purge, org: run.order.orgID), status: 200), at: begun + 60)
    for seconds in [61.0, 120, 300] where run.state != .ended {
      actions += run.handle(.read(reading(of: run.order, at: begun + seconds, isGone: true, hasLeft: hasLeft)), at: begun + seconds)
      if run.state != .ended { actions += run.handle(.woke, at: begun + seconds) }
    }
    for case .end(let receipt) in actions { return receipt.body(previous: nil) }
    return nil
  }

  private static func reading(of order: DeletionRun.Order, at now: Timestamp, isGone: Bool, hasLeft: Bool) -> DeletionReading {
    let machines = order.machines.map {
      DeletionReading.Machine(id: $0.key, region: $0.value, state: .running, type: "t3.small", hourly: 0.0208)
    }
    let row = OrgRow(id: order.orgID, slug: order.slug, status: .running)
    return DeletionReading(
      at: now, roster: .listed(org: isGone ? nil : row, namesake: nil), existence: isGone ? .absent : .exists(order.orgID),
      machines: .found(hasLeft ? machines : [], unread: []), names: .found([]),
      audit: .rows(
        isGone
          ? [
            PurgeRow(
              id: "p-9", orgID: order.orgID, slug: order.slug, status: .completed, lastStep: "completed", createdAt: order.startedAt,
              completedAt: order.startedAt + 60)
          ] : []))
  }
}
