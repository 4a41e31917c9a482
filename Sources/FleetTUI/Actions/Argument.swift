import FleetModel

extension Action {
  /// What may be typed behind an action's name where it is asked for by name: `:theme nord`.
  struct Argument: Sendable {
    /// As usage and help show it: `id|row|view|capsule`.
    let usage: String
    /// What can be completed to, the likeliest first.
    let choices: @Sendable (Desk, Fleet) -> [String]
    /// Does it with what was typed, which is never empty. What is wrong with that is told in the notice.
    let deed: @Sendable (inout Interface, String, Fleet, Timestamp) -> Intent

    init(
      _ usage: String, choices: @escaping @Sendable (Desk, Fleet) -> [String] = { _, _ in [] },
      deed: @escaping @Sendable (inout Interface, String, Fleet, Timestamp) -> Intent
    ) {
      self.usage = usage
      self.choices = choices
      self.deed = deed
    }
  }
}
