import FleetModel

/// What will happen in the simulated fleet, earliest first; of two at the same moment the one planned first. A binary heap.
struct Agenda: Sendable {
  private struct Entry {
    var at: Timestamp
    var order: Int
    var happening: Happening

    func precedes(_ other: Self) -> Bool { at == other.at ? order < other.order : at < other.at }
  }

  private var heap: [Entry] = []
  private var planned = 0

  /// When the next thing happens.
  var next: Timestamp? { heap.first?.at }

  mutating func plan(_ happening: Happening, at moment: Timestamp) {
    heap.append(Entry(at: moment, order: planned, happening: happening))
    planned += 1
    var child = heap.count - 1
    while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// The next thing that happens at `moment` or before.
  mutating func popDue(by moment: Timestamp) -> (at: Timestamp, happening: Happening)? {
    guard let first = heap.first, first.at <= moment, let last = heap.popLast() else { return nil }
    if !heap.isEmpty {
      heap[0] = last
      sinkRoot()
    }
    return (first.at, first.happening)
  }

  private mutating func sinkRoot() {
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].precedes(heap[least]) { least = child }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}

/// One thing that happens of itself in the fleet.
enum Happening: Sendable {
  case machineState(InstanceID, InstanceState)
  case machineForgotten(InstanceID)
  case bootEvent(BootSubject, phase: Int, ok: Bool)
  case tenantReady(OrgID)
  case tenantFailed(OrgID, String)
  case workspaceWanted(OrgID, name: String, runtime: String)
  case workspaceOnline(WorkspaceID)
  case workspaceFailed(WorkspaceID, BootFailure)
  case degraded(WorkspaceID, String)
  case recovered(WorkspaceID)
  case heartbeat(WorkspaceID)
  case cascade(PurgeID)
  case arrival
}

enum BootSubject: Hashable, Sendable {
  case tenant(OrgID)
  case workspace(WorkspaceID)
}

enum BootFailure: Sendable {
  /// The sweep's verdict after so many seconds (contract §4.5).
  case timeout(seconds: Int)
  /// The control plane's watcher saw the boot end badly.
  case watcher(error: String, logTail: String)
}
