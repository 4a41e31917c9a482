import FleetModel

/// Boots and deletions of the days before the simulation began, as somebody who watched them all would have learned them: made by what makes
/// the world's own, phase by phase.
enum PastBoots {
  /// Of each kind.
  static let count = 24
  /// Runtimes that workspaces of the world have.
  static let runtimes = ["hermes", "claude-code", "langgraph", "openclaw"]
  /// Seconds between two of a kind.
  private static let pause = 14 * 3600.0

  /// The oldest first. - Parameter speed: the world's; what takes half as long now took half as long then.
  static func records(seed: UInt64, speed: Double, until moment: Timestamp) -> [BootRecord] {
    var random = SeededRandom(seed: seed ^ 0x9E6C_63D0_876A_3F25)
    var records: [BootRecord] = []
    for index in 0..<count {
      let end = moment + -(Double(count - index) * pause * Double.random(in: 0.9...1, using: &random))
      records.append(record(of: Boot.tenant(at: end, &random), .tenant, nil, speed, end, &random))
      for runtime in runtimes {
        records.append(record(of: Boot.workspace(runtime, at: end, &random), .workspace, runtime, speed, end, &random))
      }
      if index % 2 == 0 { records.append(cascade(speed, end, &random)) }
    }
    return records
  }

  private static func record(
    of boot: Boot, _ role: InstanceRole, _ runtime: String?, _ speed: Double, _ end: Timestamp, _ random: inout SeededRandom
  ) -> BootRecord {
    var machine = InstanceRow(id: "i-0", region: "us-east-2", state: .running)
    machine.type = runtime == nil ? World.tenantType : World.workspaceType
    machine.imageID = World.image(of: runtime)
    var phases = [PhaseTime("launch", boot.lead / speed)] + boot.phases.map { PhaseTime($0.name, $0.seconds / speed) }
    let fails = random.chance(0.06)
    // One that fails hangs somewhere, and never registers.
    if fails {
      phases.removeLast(Int.random(in: 0..<phases.count - 1, using: &random))
    } else {
      phases.append(PhaseTime("register", 2 / speed))
    }
    return BootRecord(
      group: BootGroup.name(role: role, runtime: runtime, machine: machine), phases: phases, outcome: fails ? .failed : .ok, endedAt: end)
  }

  /// A whole deletion: the machines take the longest to end.
  private static func cascade(_ speed: Double, _ end: Timestamp, _ random: inout SeededRandom) -> BootRecord {
    let phases = Purge.Step.allCases.map { step in
      PhaseTime(step.rawValue, (World.seconds(of: step) + (step == .infra ? random.duration(24) : 0)) / speed)
    }
    return BootRecord(group: Cascade.group, phases: phases, outcome: .ok, endedAt: end)
  }
}
