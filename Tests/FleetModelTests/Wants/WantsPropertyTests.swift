import TestSupport
import Testing

@testable import FleetModel

@Suite struct WantsPropertyTests {
  /// What only the plan listens to, about the same names as ``FleetPropertyTests/event(_:at:)``.
  private static func event(_ random: inout SeededGenerator, at now: Timestamp) -> FleetEvent {
    func pick<T>(_ values: [T]) -> T { values.randomElement(using: &random)! }
    guard Int.random(in: 0..<3, using: &random) == 0 else { return FleetPropertyTests.event(&random, at: now) }
    let workspace: WorkspaceID = pick(["w1", "w2", "w3", "w4", "w5", "w6"])
    let org: OrgID = pick(["o1", "o2", "o3", "o4", "o5"])
    let change: FleetEvent.Change = pick([
      .streamOpened(workspace), .streamClosed(workspace), .streamRefused(workspace, "401"), .streamRefused(workspace, "401"),
      .gap("lost", workspace), .tokenRead(org), .tokenRefused(org), .failed("503"),
    ])
    return FleetEvent(source: .tenant(pick(["acme", "globex", "initech", "hooli"])), at: now, change: change)
  }

  /// Whatever happens, and however rarely somebody asks: what became otherwise adds up to what is wanted, and that is what a recount wants.
  @Test(arguments: 0..<40) func whatBecameOtherwiseAddsUp(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var fleet = Fleet()
    var budget = StreamBudget()
    var wants = Wants()
    var now = Timestamp(seconds: 1_795_438_040)
    for _ in 0..<300 {
      now = now + Double.random(in: 0...20, using: &random)
      fleet.apply(Self.event(&random, at: now))
      switch Int.random(in: 0..<12, using: &random) {
      case 0: fleet.show(["w1", "w3"])
      case 1: fleet.show([])
      case 2: fleet.waitFor("o1", workspace: Bool.random(using: &random) ? "w2" : nil)
      case 3: budget.choice = [.needed, .shown, .all].randomElement(using: &random)!
      case 4: budget.limit = Int.random(in: 0...4, using: &random)
      case 5: _ = fleet.takeChanges()
      default: break
      }
      guard Bool.random(using: &random) else { continue }
      wants.apply(fleet.takeWants(within: budget))
      #expect(wants == fleet.wants, "seed \(seed)")
      let problems = fleet.checkInvariants()
      #expect(problems == [], "seed \(seed)")
      guard problems.isEmpty else { return }
    }
  }

  @Test func whatOthersTellOfTokensChangesNothingThatIsShown() {
    var random = SeededGenerator(seed: 7)
    var (told, untold) = (Fleet(), Fleet())
    for step in 0..<400 {
      let at = Timestamp(seconds: 1_795_438_040 + Double(step))
      let event = FleetPropertyTests.event(&random, at: at)
      told.apply(event)
      untold.apply(event)
      told.apply(FleetEvent(source: .tenant("acme"), at: at, change: .tokenRead("o1")))
      if step % 3 == 0 { _ = told.takeWants() }
    }
    #expect(told.orgs == untold.orgs && told.workspaces == untold.workspaces && told.sources == untold.sources)
    #expect(told.openStreams == untold.openStreams && told.takeChanges().workspaces == untold.takeChanges().workspaces)
  }
}
