import FleetModel
import Synchronization

/// Where the fleet's owner leaves what the fleet wants, and those who ask take it: what events are upwards, this is downwards.
///
/// Only what became otherwise is left here, and what is left before it was taken is merged, so that it never grows beyond the fleet.
public final class WantsBox: Sendable {
  private struct State {
    var changes = Wants.Changes()
    var common = Wants.Common()
    var budget: StreamBudget?
    var kicks: [Kick] = []
  }

  private let state = Mutex(State())

  /// The streams that can be had; `nil`: nobody asks anything.
  var budget: StreamBudget? { state.withLock { $0.budget } }

  /// What was wanted of late that concerns all.
  var common: Wants.Common { state.withLock { $0.common } }

  /// From now on what is left is carried out.
  func open(for budget: StreamBudget, _ kicks: Kick...) {
    state.withLock { state in
      state.budget = budget
      state.kicks += kicks
    }
  }

  /// Takes everything that was left since the last call.
  func drain() -> Wants.Changes {
    state.withLock { state in
      defer { state.changes = Wants.Changes() }
      return state.changes
    }
  }

  func leave(_ changes: Wants.Changes) {
    guard !changes.isEmpty else { return }
    let kicks = state.withLock { state in
      state.changes.merge(changes)
      state.common = changes.common ?? state.common
      return state.kicks
    }
    for kick in kicks { kick.kick() }
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
