import FleetModel
import TestSupport
import Testing

@testable import Feeds

@Suite struct TenantErrandsTests {
  @Test func aTenantThatIsBackIsAskedAtOnceAndListenedToAgain() {
    var (desk, streams) = TenantDesk.listening(1)
    for status in [OrgStatus.stopped, .suspended, .provisioning, .failed] {
      desk.roster(TenantDesk.row("acme", nil, status))
      let closed = desk.takeClosings()
      #expect(closed.count == 1)
      for case .close(let stream, _, let wasOpen) in closed { #expect(stream == streams[0] && wasOpen) }
      #expect(desk.due().isEmpty)
      desk.roster(TenantDesk.row("acme"))
      #expect(desk.poll(TenantDesk.workspaces(1)) == 1)
      streams = desk.openings()
      #expect(streams.count == 1)
      desk.open(streams)
    }
  }

  @Test func anAnswerThatComesAfterItsOrgWasReplacedChangesNothing() throws {
    var desk = TenantDesk()
    desk.roster(TenantDesk.row("acme", "old"))
    let visit = try #require(desk.due().first)
    desk.tokenCame(Secret("old"), for: visit)
    // The name was given to another org while the question was under way.
    desk.roster(TenantDesk.row("acme", "new"))
    #expect(desk.errands.errand(visit) == nil)
    desk.listCame(TenantDesk.workspaces(3), from: visit)
    #expect(desk.fleet.workspaces.isEmpty)
    desk.errands.failed(visit, pause: 500, at: 1)
    #expect(desk.openings().isEmpty)
    desk.now = 1
    let other = desk.due()
    #expect(other.map(\.org) == ["new"])
    #expect(try #require(desk.errands.errand(other[0])).credential.token == nil)
    // Nor does one to the same org, taken up again meanwhile.
    desk.roster(TenantDesk.row("acme", "new", .stopped))
    desk.roster(TenantDesk.row("acme", "new"))
    desk.errands.answered(other[0], at: 1)
    #expect(desk.due().map(\.org) == ["new"])
  }

  @Test func whatIsLookedAtOrWaitedForIsAskedEveryFiveSeconds() throws {
    var (desk, streams) = TenantDesk.listening(1)
    #expect(desk.errands.arrange(at: desk.now).isEmpty && desk.errands.wait(at: desk.now) > 25)
    // On the screen from now on: soon, not when the usual turn comes; then again and again.
    desk.show(["acme-0"])
    for _ in 0..<3 {
      #expect(desk.errands.wait(at: desk.now) <= 5.5)
      desk.now += 5.6
      desk.errands.streams["acme-0"]?.pulse.beat(isEvent: true, at: desk.now)
      #expect(desk.poll(TenantDesk.workspaces(1)) == 1)
    }
    #expect(streams.count == 1 && desk.takeClosings().isEmpty)
    desk.show([])
    desk.now += 5.6
    #expect(desk.poll(TenantDesk.workspaces(1)) == 1)
    #expect(desk.errands.wait(at: desk.now) > 25)
    // Whoever is waited for is tried again as soon.
    desk.fleet.waitFor("org-acme", workspace: nil)
    desk.settle()
    for _ in 0..<4 {
      desk.now += 5.6
      for visit in desk.due() { desk.failed(visit) }
      #expect(desk.errands.wait(at: desk.now) <= 5)
    }
  }

  @Test func theReasonOfAStatusIsReadOnce() throws {
    var (desk, _) = TenantDesk.listening(2, .degraded)
    let rows = TenantDesk.workspaces(2, .degraded)
    desk.now = 60
    let visit = try #require(desk.due().first)
    func unexplained(_ rows: [WorkspaceRow]) -> [WorkspaceRow] { desk.errands.errand(visit)?.want.unexplained(rows) ?? [] }
    #expect(unexplained(rows).count == 2)
    desk.hear(
      .tenant("acme"),
      .storedEvents(
        "org-acme",
        [StoredEventRow(id: "e", type: .workspaceDegraded, workspaceID: rows[0].id, payload: .object([]), createdAt: .init(seconds: 0))]))
    #expect(unexplained(rows) == [rows[1]])
    #expect(unexplained(TenantDesk.workspaces(2, .failed)).count == 2)
    // Nor is what was read of a status that it left.
    desk.listCame(TenantDesk.workspaces(2, .failed), from: visit)
    desk.listCame(rows, from: visit)
    #expect(unexplained(rows).count == 2)
  }

  @Test func whatATenantSaysOfAnotherDecidesOverNothing() {
    var desk = TenantDesk()
    desk.roster(TenantDesk.row("acme"), TenantDesk.row("globex"))
    let visits = desk.due()
    for visit in visits {
      desk.tokenCame(Secret("t"), for: visit)
      // The second list holds the workspaces of the first.
      desk.listCame(TenantDesk.workspaces(2) + TenantDesk.workspaces(1, of: visit.slug.rawValue), from: visit)
      desk.errands.answered(visit, at: 0)
    }
    let opened = desk.errands.arrange(at: 0)
    #expect(opened.count == 3)
    for case .open(let stream, let visit, _) in opened { #expect(stream.workspace.rawValue.hasPrefix(visit.slug.rawValue)) }
    let wants = desk.fleet.wants
    let lie = StreamedEvent(type: .workspaceRemoved, timestamp: nil, workspaceID: "acme-0")
    desk.hear(.tenant("globex"), .streamed(lie))
    #expect(desk.fleet.wants == wants && desk.takeClosings().isEmpty)
    desk.hear(.tenant("acme"), .streamed(lie))
    #expect(desk.takeClosings().count == 1)
  }

  @Test func ofTwoOrgsOfOneNameTheNewerHasIt() {
    var desk = TenantDesk()
    desk.roster(TenantDesk.row("acme", "old", .running, created: 1), TenantDesk.row("acme", "new", .provisioning, created: 2))
    #expect(desk.due().isEmpty)
    desk.roster(TenantDesk.row("acme", "old", .running, created: 1), TenantDesk.row("acme", "new", .running, created: 2))
    #expect(desk.due().map(\.org) == ["new"])
    desk.roster(TenantDesk.row("acme", "old", .running, created: 1), TenantDesk.row("acme", "new", .running, created: 2))
    #expect(desk.due().isEmpty)
    // Once the newer is gone it is the other's.
    desk.roster(TenantDesk.row("acme", "old", .running, created: 1))
    #expect(desk.due().map(\.org) == ["old"])
  }

  @Test func aPartOfTheRosterForgetsNobodyItDoesNotName() {
    var desk = TenantDesk()
    desk.roster(TenantDesk.row("acme"), TenantDesk.row("globex"))
    desk.roster(TenantDesk.row("globex", nil, .stopped), isWhole: false)
    #expect(desk.due().map(\.slug) == ["acme"])
    desk.roster(TenantDesk.row("globex", nil, .stopped))
    #expect(desk.errands.everyone.isEmpty)
  }

  // MARK: - When it is asked

  @Test func noGapIsReadBeforeTheTimeThatTheTenantAskedFor() throws {
    var (desk, streams) = TenantDesk.listening(1)
    desk.now = 40
    let visit = try #require(desk.due().first)
    desk.failed(visit, pause: 90)
    desk.now = 50
    desk.miss(streams[0])
    desk.errands.wantAll(at: desk.now)
    #expect(desk.due().isEmpty)
    desk.now = 129.9
    #expect(desk.due().isEmpty)
    desk.now = 130
    #expect(desk.due() == [visit])
  }

  @Test func howeverMuchIsLostATenantIsNotAskedAllTheTime() {
    var (desk, streams) = TenantDesk.listening(1)
    let began = desk.now
    var asked = 0
    while desk.now < began + 10 {
      desk.miss(streams[0])
      asked += desk.poll(TenantDesk.workspaces(1))
      desk.now += 0.01
    }
    #expect((8...11).contains(asked))
  }

  @Test func whatIsWantedWhileItIsBeingReadIsReadAgain() throws {
    var (desk, streams) = TenantDesk.listening(1)
    desk.now = 40
    let visit = try #require(desk.due().first)
    desk.miss(streams[0])
    #expect(desk.due().isEmpty)
    desk.now = 41
    desk.errands.answered(visit, at: desk.now)
    #expect(desk.due() == [visit])
  }

  @Test func aBootWhoseStreamIsDownIsPolledAsIfItHadNone() {
    var (desk, streams) = TenantDesk.listening(1, .provisioning)
    // Told by its stream: at rest.
    desk.now = 10
    #expect(desk.due().isEmpty)
    #expect(desk.lose(streams[0]) == true)
    desk.now = 15.5
    #expect(desk.poll(TenantDesk.workspaces(1, .provisioning)) == 1)
    // And so it stays as long as it is down.
    desk.now = 21
    #expect(desk.poll(TenantDesk.workspaces(1, .provisioning)) == 1)
    desk.open(streams)
    desk.now = 22.5
    #expect(desk.poll(TenantDesk.workspaces(1, .provisioning)) == 1)
    desk.now = 40
    #expect(desk.due().isEmpty)
  }

  /// The thread that owns the fleet stands still: nobody hears of any answer, and nothing newer is wanted.
  @Test func whileNobodySaysWhatIsWantedThePollsGoOnAtTheirRhythm() throws {
    var (desk, _) = TenantDesk.listening(1)
    desk.show(["acme-0"])
    let rhythm = try #require(desk.fleet.wants.tenants["org-acme"]).rhythm
    var moments: [Double] = []
    func pass(_ seconds: Double, _ answer: (inout TenantErrands, TenantErrands.Visit, Double) -> Void) {
      let end = desk.now + seconds
      moments = []
      while desk.now < end {
        for visit in desk.due() {
          moments.append(desk.now)
          answer(&desk.errands, visit, desk.now)
        }
        desk.now += desk.errands.wait(at: desk.now)
      }
    }
    var pauses: [Double] { zip(moments.dropFirst(), moments).map { $0 - $1 } }
    pass(600) { errands, visit, now in errands.answered(visit, at: now) }
    #expect(moments.count > 100 && pauses.allSatisfy { abs($0 - rhythm.wait(afterAnswer: 30)) < 0.06 })
    // As it does after failures, and what a service asks for is granted.
    pass(600) { errands, visit, now in errands.failed(visit, pause: nil, at: now) }
    #expect(zip(pauses, [1, 2, 3, 4, 5]).allSatisfy { abs($0 - rhythm.wait(afterFailures: $1, pause: nil)) < 0.06 })
    pass(1000) { errands, visit, now in errands.failed(visit, pause: 300, at: now) }
    #expect(pauses.count >= 2 && pauses.allSatisfy { abs($0 - 300) < 0.06 })
    pass(600) { errands, visit, now in errands.answered(visit, at: now) }
    #expect(pauses.suffix(20).allSatisfy { abs($0 - rhythm.wait(afterAnswer: 30)) < 0.06 })
  }

  // MARK: - Any history

  @Test(arguments: 0..<30) func whateverHappensNobodyIsAskedTwiceAndNothingIsWaitedForInVain(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var desk = TenantDesk()
    var asked: Set<TenantErrands.Visit> = []
    var listening: Set<TenantErrands.StreamID> = []
    let slugs = ["acme", "globex", "initech"]
    func pick<T>(_ values: some Collection<T>) -> T? { values.randomElement(using: &random) }
    for _ in 0..<600 {
      desk.now += Double.random(in: 0...8, using: &random)
      switch Int.random(in: 0..<11, using: &random) {
      case 0:
        let rows = slugs.filter { _ in Bool.random(using: &random) }.map { slug in
          TenantDesk.row(slug, "\(slug)-\(Int.random(in: 0...1, using: &random))", pick([.running, .running, .stopped]) ?? .running)
        }
        desk.hear(.controlPlane, .roster(rows, limit: 500, unreadable: Bool.random(using: &random) ? 0 : 1))
      case 1, 2:
        for visit in desk.due() {
          #expect(!asked.contains(visit), "seed \(seed): \(visit) is asked while it is being asked")
          asked.insert(visit)
        }
      case 3, 4:
        guard let visit = pick(asked) else { continue }
        asked.remove(visit)
        if desk.mustReadToken(of: visit) { desk.tokenCame(Secret("t\(Int.random(in: 0...1, using: &random))"), for: visit) }
        switch Int.random(in: 0...2, using: &random) {
        case 0: desk.failed(visit, pause: pick([nil, 20, 90]) ?? nil)
        default:
          let rows = TenantDesk.workspaces(
            Int.random(in: 0...4, using: &random), pick([.online, .provisioning]) ?? .online, of: visit.slug.rawValue)
          desk.listCame(rows, from: visit)
          desk.errands.answered(visit, at: desk.now)
        }
      case 5: desk.feed(isOpen: Bool.random(using: &random))
      case 6: if let stream = pick(listening) { desk.miss(stream) }
      case 7: desk.show(Set((pick(slugs)).map { slug in TenantDesk.workspaces(2, of: slug).map(\.id) } ?? []))
      default:
        guard let stream = pick(listening) else { continue }
        switch Int.random(in: 0...3, using: &random) {
        case 0:
          _ = desk.refuse([stream])
          listening.remove(stream)
        case 1: _ = desk.lose(stream)
        default: if desk.errands.streams[stream.workspace]?.id == stream { desk.open([stream]) }
        }
      }
      for case .close(let stream, _, _) in desk.takeClosings() { listening.remove(stream) }
      for action in desk.errands.arrange(at: desk.now) {
        switch action {
        case .open(let stream, let visit, _):
          #expect(desk.errands.errand(visit) != nil)
          #expect(desk.errands.connects(stream) != nil)
          let isNew = listening.insert(stream).inserted
          #expect(isNew)
        case .close(let stream, _, _): listening.remove(stream)
        case .restart(let stream, _, _): #expect(listening.contains(stream))
        }
      }
      // What is listened to is what is wanted, and of a tenant that refuses no more than was open and one that is tried.
      #expect(desk.fleet.checkInvariants() == [], "seed \(seed)")
      #expect(Set(desk.errands.streams.keys) == Set(desk.fleet.wants.streams.keys), "seed \(seed)")
      #expect(desk.errands.errands.mapValues(\.want) == desk.fleet.wants.tenants, "seed \(seed)")
      let standing = desk.errands.streams.values.filter { $0.state == .connecting || $0.isOpen }.map(\.id)
      #expect(Set(standing) == listening, "seed \(seed)")
      asked = asked.filter { desk.errands.errand($0) != nil }
      #expect(desk.errands.wait(at: desk.now) > 0)
    }
  }
}
