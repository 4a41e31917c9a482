import FleetModel
import Synchronization

/// Where the fleet's owner leaves what the fleet wants, and those who ask take it: what events are upwards, this is downwards.
///
/// Only what became otherwise is left here, and what is left before it was taken is merged, so that it never grows beyond the fleet.
public final class WantsBox: Sendable {
  private struct State {
    var changes = Wants.Changes()
    var budget: StreamBudget?
    var kick: Kick?
  }

  private let state = Mutex(State())

  /// The streams that can be had; `nil`: nobody asks anything.
  var budget: StreamBudget? { state.withLock { $0.budget } }

  /// From now on what is left is carried out. - Parameter kick: kicked when something is.
  func open(for budget: StreamBudget, _ kick: Kick) { state.withLock { ($0.budget, $0.kick) = (budget, kick) } }

  /// Takes everything that was left since the last call.
  func drain() -> Wants.Changes {
    state.withLock { state in
      defer { state.changes = Wants.Changes() }
      return state.changes
    }
  }

  func leave(_ changes: Wants.Changes) {
    guard !changes.isEmpty else { return }
    let kick = state.withLock { state in
      state.changes.merge(changes)
      return state.kick
    }
    kick?.kick()
  }
}

extension EventQueue {
  /// Leaves what the fleet wants next for the feeds. To be called once what was taken from here was applied to it, or somebody looks at something
  /// else.
  public func leaveWants(of fleet: inout Fleet) {
    guard let budget = wants.budget else { return }
    wants.leave(fleet.takeWants(within: budget))
  }
}
