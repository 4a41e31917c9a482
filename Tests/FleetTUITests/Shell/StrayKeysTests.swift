import Feeds
import FleetModel
import Testing

@testable import FleetTUI

/// Two orgs that may be deleted, and an interface on them.
private struct Desk {
  static let start = Timestamp(milliseconds: 1_763_905_327_000)
  var fleet = Fleet()
  var interface: Interface
  var now = Desk.start
  private var epoch: UInt64 = 0

  init(isReadOnly: Bool = false) {
    var options = DashboardOptions(environment: "staging")
    options.isReadOnly = isReadOnly
    interface = Interface(options)
    roster(["equinox", "globex"])
    apply(.ec2("us-east-2"), .instances([], complete: true, problem: nil))
  }

  mutating func apply(_ source: Source, _ change: FleetEvent.Change) {
    epoch += 1
    fleet.apply(FleetEvent(source: source, at: now, asked: now, epoch: epoch, change: change))
    fleet.judge(at: now)
    interface.update(fleet.takeChanges(), fleet, at: now)
  }

  mutating func roster(_ slugs: [String]) {
    let rows = slugs.map { OrgRow(id: OrgID("id-\($0)"), slug: Slug($0), status: .running) }
    apply(.controlPlane, .roster(rows, limit: 500, unreadable: 0))
  }

  mutating func text() -> String {
    interface.compose(fleet, size: Terminal.Size(rows: 30, columns: 120), at: now).frame.lines.map(\.plain).joined(separator: "\n")
  }

  /// As the dashboard does it: what has become of the world is drawn before the next key comes.
  @discardableResult
  mutating func press(_ key: Key, after seconds: Double = 0.12) -> Intent {
    now = now + seconds
    _ = text()
    return interface.handle(key, fleet, at: now)
  }

  /// Types by hand. - Returns: what it did beyond the screen.
  @discardableResult
  mutating func type(_ text: String) -> [Intent] { text.map { press(.character($0)) }.filter { $0 != .draw && $0 != .none } }

  mutating func prepared(_ slug: String, problem: String? = nil) -> [Effect] {
    let preparation = DeletionPreparation(names: [], evidence: DeletionEvidence(), problem: problem)
    return interface.hear(.prepared(OrgID("id-\(slug)"), preparation), fleet, at: now)
  }
}

@Suite struct StrayKeysTests {
  @Test func aDialogThatIsRefusedForStaleDataOpensSaysWhyAndKeepsThePhrase() {
    var desk = Desk()
    desk.apply(.controlPlane, .failed("503"))
    #expect(desk.text().contains("d delete (off)"))
    guard case .perform(.deletion(.prepare)) = desk.press(.character("d")) else {
      Issue.record("the dialog didn't open")
      return
    }
    _ = desk.prepared("equinox")
    #expect(desk.type("staging/equinox").isEmpty)
    #expect(desk.text().contains("Delete org") && desk.text().contains("off: control-plane is failed: 503"))
    desk.now = desk.now + 3
    #expect(desk.press(.enter) == .draw && !desk.text().contains("enter deletes"))
    // Back again, it goes on where it was.
    desk.roster(["equinox", "globex"])
    desk.apply(.ec2("us-east-2"), .instances([], complete: true, problem: nil))
    #expect(desk.text().contains("enter deletes"))
    guard case .perform(.deletion(.begin(let plan, _))) = desk.press(.enter) else {
      Issue.record("enter began nothing:\n\(desk.text())")
      return
    }
    #expect(plan.slug == "equinox")
  }

  @Test func thePhraseThatIsTypedAtAReadOnlyDashboardIsNoCommand() {
    var desk = Desk(isReadOnly: true)
    desk.press(.character("d"))
    #expect(desk.text().contains("read-only: give --write"))
    #expect(desk.type("emo/equinoxq").isEmpty)
    #expect(desk.text().contains("read-only: give --write") && desk.interface.page == .fleet)
    // Who pauses means the next key.
    guard case .perform(.explain) = desk.press(.character("e"), after: Lull.pause) else {
      Issue.record("keys are still not taken")
      return
    }
  }

  @Test func aDialogThatTurnsIntoWhatAnotherDoesTakesNoKeyOfThePhrase() {
    var desk = Desk()
    desk.press(.character("d"))
    desk.type("staging/e")
    desk.apply(.controlPlane, .purges([PurgeRow(id: "p1", orgID: "id-equinox", slug: "equinox", status: .pending("running"))]))
    let effects = desk.prepared("equinox")
    guard case .deletion(.watch)? = effects.first else {
      Issue.record("nothing is followed: \(effects)")
      return
    }
    // q would close it, i and o would be commands, x nothing.
    #expect(desk.type("quinox").isEmpty)
    #expect(desk.press(.enter) == .draw)
    #expect(desk.text().contains("looking at the roster") && desk.text().contains("not taken"))
    desk.press(.character("q"), after: Lull.pause)
    #expect(!desk.text().contains("looking at the roster"))
  }

  @Test func aDialogThatCannotGoOnStaysAndSaysWhy() {
    var desk = Desk()
    desk.press(.character("d"))
    desk.type("staging/e")
    _ = desk.prepared("equinox", problem: "the control plane refuses the token")
    #expect(desk.type("quinox").isEmpty && desk.press(.enter) == .draw)
    #expect(desk.text().contains("the control plane refuses the token"))
    desk.press(.escape)
    #expect(!desk.text().contains("Delete org"))
  }

  @Test func whatWasMeantForADetailWhoseSubjectVanishedIsNotDoneToItsNeighbour() {
    var desk = Desk()
    desk.press(.enter)
    #expect(desk.text().contains("org equinox"))
    desk.now = desk.now + 5
    desk.roster(["globex"])
    #expect(desk.press(.character("e")) == .draw && desk.press(.character("p")) == .draw)
    #expect(desk.text().contains("org globex") && desk.text().contains("not taken"))
    guard case .perform(.explain) = desk.press(.character("e"), after: Lull.pause) else {
      Issue.record("keys are still not taken")
      return
    }
  }

  @Test func theWaysOutAlwaysCount() {
    var desk = Desk(isReadOnly: true)
    desk.press(.character("d"))
    #expect(desk.press(.control("l")) == .redraw)
    #expect(desk.press(.control("z")) == .suspend)
    #expect(desk.press(.control("c")) == .leave(exitCode: 130))
  }

  @Test func afterADeletionThatIsRefusedItIsSaidThatKeysWait() {
    var desk = Desk(isReadOnly: true)
    desk.press(.character("d"))
    desk.press(.character("1"))
    #expect(desk.text().contains(" not taken, pause for a second: read-only"), "\(desk.text())")
    #expect(desk.press(.character("9"), after: 1.1) == .draw && desk.interface.page == .deletions)
  }

  @Test func aDetailThatFollowsTheNewestEventTakesEveryKey() {
    var desk = Desk()
    desk.press(.character("0"))
    desk.press(.enter)
    for number in 0..<5 {
      desk.apply(
        .feed,
        .streamed(
          StreamedEvent(type: EventType(rawValue: "TEST_\(number)"), timestamp: desk.now, orgID: "id-globex", slug: "globex", data: [:])))
      #expect(desk.press(.pageDown) == .draw && !desk.text().contains("not taken"))
    }
    desk.press(.escape)
    #expect(desk.press(.character("q")) == .leave(exitCode: 0))
  }

  @Test func whatMeansNothingDoesNothing() {
    var desk = Desk()
    desk.press(.character("r"))
    #expect(desk.text().contains("asking every source again"))
    for key: Key in [.paste("q"), .click(row: 29, column: 0)] {
      #expect(desk.press(key) == .none, "\(key.name)")
      #expect(desk.text().contains("asking every source again"), "\(key.name)")
    }
    // A key says that it means nothing, once.
    for key: Key in [.alt("d"), .alt("q"), .function(63), .insert, .delete, .control("g"), .character("z")] {
      #expect(desk.press(key) == .draw, "\(key.name)")
      #expect(desk.text().contains("\(key.name) does nothing here; ? lists the keys"), "\(key.name)")
      #expect(desk.press(key) == .none, "\(key.name)")
    }
    // Help is closed by a key, not by what the mouse or a paste says.
    desk.press(.character("?"))
    desk.press(.paste("x"))
    desk.press(.click(row: 10, column: 3))
    desk.press(.wheel(1, row: 10, column: 3))
    #expect(desk.text().contains("any other key closes"))
  }
}
