import FleetModel

@testable import FleetTUI

/// A fleet with something of everything and the dashboard that shows it, its time a value; each source can be lost.
struct WatchedScreen {
  static let start = Timestamp(rfc3339: "2026-11-24T13:40:20Z")!
  static let sources: [Source] = [.controlPlane, .ec2("us-east-2"), .tenant("acme"), .tenant("globex"), .tenant("hooli")]

  var fleet = Fleet()
  var interface: Interface
  var now = WatchedScreen.start
  private var epoch: UInt64 = 0
  let size: Terminal.Size

  init(rows: Int = 40, columns: Int = 200, pane: PaneKind = .none, isASCII: Bool = false, isReadOnly: Bool = true) {
    size = Terminal.Size(rows: rows, columns: columns)
    var options = DashboardOptions(environment: "staging")
    options.remembered.pane = pane
    options.isASCII = isASCII
    options.isReadOnly = isReadOnly
    interface = Interface(options)
    for source in Self.sources { hear(source, .expected(pollInterval: 15)) }
    settle()
  }

  mutating func hear(_ source: Source, _ change: FleetEvent.Change) {
    epoch += 1
    fleet.apply(FleetEvent(source: source, at: now, asked: now, epoch: epoch, change: change))
  }

  /// As the dashboard does it before each frame.
  mutating func settle() {
    fleet.judge(at: now)
    interface.update(fleet.takeChanges(), fleet, at: now)
  }

  static func machine(_ id: String, org: String, workspace: String? = nil, age: Double = 90_000) -> InstanceRow {
    var tags = ["ManagedBy": "molecule-cp", "Role": workspace == nil ? "tenant" : "workspace", "OrgID": "id-\(org)"]
    tags["WorkspaceID"] = workspace
    return InstanceRow(
      id: InstanceID(id), region: "us-east-2", state: .running, type: "t3.small", launchedAt: start + -age, tags: Tags(tags))
  }

  /// Every source but `lost` answers as it is.
  mutating func answer(except lost: Set<Source> = []) {
    for source in Self.sources where !lost.contains(source) {
      switch source {
      case .controlPlane:
        let rows = ["acme", "globex", "hooli"].map {
          OrgRow(id: OrgID("id-\($0)"), slug: Slug($0), status: .running, createdAt: Self.start + -90_000)
        }
        let young = OrgRow(id: "id-young", slug: "young", createdAt: Self.start + -100)
        let wonka = OrgRow(id: "id-wonka", slug: "wonka", createdAt: Self.start + -660)
        hear(source, .roster(rows + [young, wonka], limit: 500, unreadable: 0))
        hear(source, .bootEvents("id-wonka", []))
        hear(source, .bootEvents("id-young", [BootEventRow(event: "install_apt_base", status: .started, at: Self.start + -20)]))
      case .ec2:
        let machines = [
          Self.machine("i-acme", org: "acme"), Self.machine("i-globex", org: "globex"), Self.machine("i-hooli", org: "hooli"),
          Self.machine("i-young", org: "young", age: 95), Self.machine("i-lost", org: "gone"),
          Self.machine("i-boot", org: "acme", workspace: "w-boot", age: 90), Self.machine("i-paused", org: "acme", workspace: "w-paused"),
        ]
        hear(source, .instances(machines, complete: true, problem: nil))
      case .tenant("acme"):
        hear(
          source,
          .workspaces(
            "id-acme",
            [
              WorkspaceRow(id: "w-boot", name: "booting", status: .provisioning, runtime: "crewai"),
              WorkspaceRow(id: "w-paused", name: "paused", status: .paused),
            ]))
      case .tenant("globex"):
        hear(
          source,
          .workspaces(
            "id-globex",
            [
              WorkspaceRow(id: "w-well", name: "well", status: .online), WorkspaceRow(id: "w-off", name: "off", status: .offline),
              WorkspaceRow(id: "w-wedged", name: "wedged", status: .degraded, lastError: "wedged: SDK init timeout"),
            ]))
      default: hear(source, .workspaces("id-hooli", []))
      }
    }
    settle()
  }

  /// Lets time pass, what is lost failing every ten seconds and the rest answering.
  mutating func pass(_ seconds: Double, without lost: Set<Source> = []) {
    let end = now + seconds
    while now < end {
      now = now + min(10, end - now)
      answer(except: lost)
      for source in lost.sorted() {
        let isTenant = if case .tenant = source { true } else { false }
        hear(source, .failed(isTenant ? "tenant of \(source) /workspaces: its host refuses connections" : "\(source): connection refused"))
      }
      settle()
    }
  }

  mutating func lines(of page: PageID) -> [Line] {
    _ = interface.handle(.escape, fleet, at: now)
    if let key = Self.keys[page] {
      _ = interface.handle(.character(key), fleet, at: now)
    } else {
      _ = interface.perform(page.action, fleet, at: now)
    }
    settle()
    return interface.compose(fleet, size: size, at: now).frame.lines
  }

  mutating func screen(_ page: PageID) -> [String] { lines(of: page).map(\.plain) }
  mutating func row(_ page: PageID, _ name: String) -> Line? { lines(of: page).dropFirst(4).first { $0.plain.contains(name) } }

  private static let keys: [PageID: Character] = Dictionary(
    uniqueKeysWithValues: zip(PageID.allCases, "1234567890"))
}
