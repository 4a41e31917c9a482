import FleetModel

/// What one event costs, taken in and judged, in fleets of four sizes: it must not grow with the fleet.
enum EventBench {
  private static let events = 2000

  static func run() {
    for size in [100, 1000, 10_000, 100_000] {
      var known = FleetOfSize(machines: size)
      let (workspaces, machines) = (known.workspaces, known.machines)
      known.fleet.judge(at: FleetOfSize.now)
      _ = known.fleet.takeChanges()
      var clock = Clock()
      measure("TASK_UPDATED, \(size) machines", &known.fleet, &clock) { index, at in
        let workspace = workspaces[index * 7919 % workspaces.count]
        return StreamedEvent(
          type: .taskUpdated, timestamp: at, orgID: workspace.org, slug: workspace.slug, workspaceID: workspace.id,
          data: ["current_task": .string("reading file \(index) of the plan"), "active_tasks": .integer(Int64(index % 4))])
      }
      measure("INSTANCE_STATE, \(size) machines", &known.fleet, &clock) { index, at in
        StreamedEvent(
          type: .instanceState, timestamp: at,
          data: [
            "instance_id": .string(machines[index * 7919 % machines.count].rawValue),
            "state": index % 2 == 0 ? "stopped" : "running",
          ])
      }
    }
  }

  /// Moves by a millisecond with each event, so that no source grows old and no two events are the same one.
  private struct Clock {
    var now = FleetOfSize.now

    mutating func tick() -> Timestamp {
      now = now + 0.001
      return now
    }
  }

  private static func measure(_ name: String, _ fleet: inout Fleet, _ clock: inout Clock, _ event: (Int, Timestamp) -> StreamedEvent) {
    Measurement("one event: " + name) {
      var touched = 0
      for index in 0..<events {
        let at = clock.tick()
        fleet.apply(FleetEvent(source: .feed, at: at, change: .streamed(event(index, at))))
        fleet.judge(at: at)
        touched += fleet.takeChanges().orgs.count
      }
      return touched
    }.print(each: events)
  }
}
