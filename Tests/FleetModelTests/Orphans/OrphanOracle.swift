import FleetModel

// The contract's orphan rules (§5.5, §4.6, §12 rows 8, 18, 19 and 20) said once more, over a world that is known completely. Kept apart from the
// rules of the program, in another style: plain lists and loops, one sentence of the contract a line.

/// How things really are.
struct TrueFleet {
  struct TrueWorkspace {
    var id: String
    var status: String
  }

  struct TrueOrg {
    var id: String
    var slug: String
    var status: String?
    var workspaces: [TrueWorkspace] = []
    /// Made after everyone was asked.
    var isLate = false
  }

  struct TrueMachine {
    var id: String
    var region: String
    var state: String
    var launched: Double?
    var tags: [String: String]
  }

  var orgs: [TrueOrg] = []
  var machines: [TrueMachine] = []
  var environment: String?
}

enum OrphanOracle {
  /// "ManagedBy=molecule-cp (or Role tag)" (§5.5.1), and "require env tag match before orphan" where a tag is configured (§12 row 20).
  static func isOurs(_ machine: TrueFleet.TrueMachine, _ world: TrueFleet) -> Bool {
    let made = machine.tags["ManagedBy"] == "molecule-cp" || machine.tags["Role"] != nil
    if let wanted = world.environment { return made && machine.tags["Environment"] == wanted }
    return made
  }

  /// "instance running|pending" (§5.5.1).
  static func runs(_ machine: TrueFleet.TrueMachine) -> Bool { machine.state == "running" || machine.state == "pending" }

  static func owner(_ machine: TrueFleet.TrueMachine, _ world: TrueFleet) -> TrueFleet.TrueOrg? {
    for org in world.orgs where org.status != "purged" {
      if let id = machine.tags["OrgID"] {
        if org.id == id { return org }
      } else if let slug = machine.tags["OrgSlug"], org.slug == slug {
        return org
      }
    }
    return nil
  }

  /// Every reason by which the machine is an orphan; empty for one that is not.
  static func reasons(_ machine: TrueFleet.TrueMachine, _ world: TrueFleet) -> [String] {
    guard isOurs(machine, world), runs(machine) else { return [] }
    var found: [String] = []
    let hasOrgTag = machine.tags["OrgID"] != nil || machine.tags["OrgSlug"] != nil
    let org = owner(machine, world)
    // (a) "OrgID/OrgSlug not in the roster"
    if hasOrgTag && org == nil { found.append("org-gone") }
    // (d) "no OrgID tag"
    if !hasOrgTag { found.append("no-org-tag") }
    if machine.tags["Role"] == "workspace", let org, let id = machine.tags["WorkspaceID"] {
      let rows = org.workspaces.filter { $0.id == id }
      // (b) "its tenant row says removed / id unknown"
      if rows.isEmpty || rows[0].status == "removed" { found.append("workspace-removed") }
    }
    // (c) "more than one live instance per WorkspaceID": all but the newest launched, of equals the greatest id stays
    if let id = machine.tags["WorkspaceID"], machine.tags["Role"] != "tenant" {
      for other in world.machines where other.id != machine.id && other.tags["WorkspaceID"] == id && other.tags["Role"] != "tenant" {
        guard isOurs(other, world), runs(other), let its = other.launched, let mine = machine.launched else { continue }
        if let a = other.tags["OrgID"], let b = machine.tags["OrgID"], a != b { continue }
        if its > mine || (its == mine && other.id > machine.id) {
          found.append("duplicate-workspace")
          break
        }
      }
    }
    // §4.6: "row removed/paused/hibernated while EC2 is running"
    if machine.tags["Role"] == "workspace", machine.state == "running", let org, let id = machine.tags["WorkspaceID"] {
      for row in org.workspaces where row.id == id && ["removed", "paused", "hibernated"].contains(row.status) {
        found.append("stopped-status-but-running")
      }
    }
    return found
  }

  /// A tagless machine whose workspace a tenant lists: the contract calls it an orphan, the tenant doesn't. May be withheld.
  static func isDisputed(_ machine: TrueFleet.TrueMachine, _ world: TrueFleet) -> Bool {
    guard machine.tags["OrgID"] == nil, machine.tags["OrgSlug"] == nil, let id = machine.tags["WorkspaceID"] else { return false }
    return world.orgs.contains { $0.status != "purged" && !$0.isLate && $0.workspaces.contains { $0.id == id && $0.status != "removed" } }
  }
}

extension OrphanJudgement {
  /// The whole fleet, judged from nothing.
  init(of fleet: Fleet, settings: OrphanSettings, at now: Timestamp) {
    self.init(settings: settings)
    var everything = FleetChanges()
    everything.orgs = Set(fleet.orgs.keys)
    everything.instances = Set(fleet.instances.keys)
    everything.sources = Set(fleet.sources.keys)
    update(fleet, changes: everything, at: now)
  }
}
