import FleetModel
import TestSupport
import Testing

@testable import Feeds

/// What happens to the tenants of a fleet, and what is asked and listened to then: no socket, no clock.
private struct Desk {
  var rounds = TenantRounds(budget: StreamBudget())
  var now = 0.0

  init(_ choice: StreamBudget.Choice = .all) {
    var budget = StreamBudget()
    budget.choice = choice
    rounds = TenantRounds(budget: budget)
  }

  static func row(_ slug: String, _ id: String? = nil, _ status: OrgStatus = .running, created: Double? = nil) -> OrgRow {
    OrgRow(id: OrgID(id ?? "org-\(slug)"), slug: Slug(slug), status: status, createdAt: created.map(Timestamp.init(seconds:)))
  }

  static func workspaces(_ count: Int, _ status: WorkspaceStatus = .online, of slug: String = "acme") -> [WorkspaceRow] {
    (0..<count).map { WorkspaceRow(id: WorkspaceID("\(slug)-\($0)"), name: "\($0)", status: status) }
  }

  mutating func roster(_ rows: OrgRow..., isWhole: Bool = true) { rounds.rosterCame(rows, isWhole: isWhole) }

  mutating func due() -> [TenantRounds.Visit] { rounds.takeDue(width: 16, at: now) }

  /// Asks whoever is due; each gets its token where it must be read, and lists these workspaces.
  mutating func poll(_ rows: [WorkspaceRow], token: String = "t1") -> Int {
    let visits = due()
    for visit in visits {
      let secret = Secret(token)
      if rounds.tenant(visit)?.credential.mustBeRead(at: now) == true { rounds.tokenCame(secret, for: visit, at: now) }
      _ = rounds.listCame(rows, from: visit, with: secret)
      rounds.answered(visit, at: now, random: 0.5)
    }
    return visits.count
  }

  /// What is opened now; each asks for its token.
  mutating func openings() -> [TenantRounds.StreamID] {
    rounds.arrange(at: now).compactMap { action in
      guard case .open(let stream, _) = action else { return nil }
      #expect(rounds.connects(stream) != nil)
      return stream
    }
  }

  mutating func open(_ streams: [TenantRounds.StreamID]) { for stream in streams { #expect(rounds.streamOpened(stream, at: now) == true) } }

  mutating func refuse(_ streams: [TenantRounds.StreamID]) -> Int {
    streams.count { rounds.streamRefused($0, at: now, random: 0) }
  }

  /// Acme with that many workspaces, polled, every stream open.
  static func listening(_ count: Int, _ status: WorkspaceStatus = .online) -> (Desk, [TenantRounds.StreamID]) {
    var desk = Desk()
    desk.roster(row("acme"))
    #expect(desk.poll(workspaces(count, status)) == 1)
    let streams = desk.openings()
    #expect(streams.count == count)
    desk.open(streams)
    desk.now = 2
    #expect(desk.poll(workspaces(count, status)) == 1)
    return (desk, streams)
  }
}

@Suite struct TenantRoundsTests {
  @Test func aTenantThatIsBackIsAskedAtOnceAndListenedToAgain() {
    var (desk, streams) = Desk.listening(1)
    for status in [OrgStatus.stopped, .suspended, .provisioning, .failed] {
      desk.roster(Desk.row("acme", nil, status))
      let closed = desk.rounds.arrange(at: desk.now)
      #expect(closed.count == 1)
      for case .close(let stream, _, let wasOpen) in closed { #expect(stream == streams[0] && wasOpen) }
      #expect(desk.due().isEmpty)
      desk.roster(Desk.row("acme"))
      #expect(desk.poll(Desk.workspaces(1)) == 1)
      streams = desk.openings()
      #expect(streams.count == 1)
      desk.open(streams)
    }
  }

  @Test func anAnswerThatComesAfterItsOrgWasReplacedChangesNothing() throws {
    var desk = Desk()
    desk.roster(Desk.row("acme", "old"))
    let visit = try #require(desk.due().first)
    desk.rounds.tokenCame(Secret("old"), for: visit, at: 0)
    // The name was given to another org while the question was under way.
    desk.roster(Desk.row("acme", "new"))
    #expect(desk.rounds.tenant(visit) == nil)
    #expect(desk.rounds.listCame(Desk.workspaces(3), from: visit, with: Secret("old")) == [])
    desk.rounds.failed(visit, pause: 500, at: 1, random: 0)
    #expect(desk.openings().isEmpty)
    desk.now = 1
    let other = desk.due()
    #expect(other.map(\.org) == ["new"])
    #expect(desk.rounds.tenant(other[0])?.credential.token == nil)
    // Nor does one to the same org, taken up again meanwhile.
    desk.roster(Desk.row("acme", "new", .stopped))
    desk.roster(Desk.row("acme", "new"))
    desk.rounds.answered(other[0], at: 1, random: 0.5)
    #expect(desk.due().map(\.org) == ["new"])
  }

  @Test func whatIsLookedAtOrWaitedForIsAskedEveryFiveSeconds() {
    var (desk, streams) = Desk.listening(1)
    #expect(desk.rounds.arrange(at: desk.now).isEmpty && desk.rounds.wait(at: desk.now) > 25)
    // On the screen from now on: soon, not when the usual turn comes; then again and again.
    #expect(desk.rounds.shown(["acme-0"]) == true)
    _ = desk.rounds.arrange(at: desk.now)
    for _ in 0..<3 {
      #expect(desk.rounds.wait(at: desk.now) <= 5.5)
      desk.now += 5.6
      desk.rounds.streamHeard(streams[0], isEvent: true, at: desk.now)
      #expect(desk.poll(Desk.workspaces(1)) == 1)
    }
    #expect(desk.rounds.shown([]) == true)
    _ = desk.rounds.arrange(at: desk.now)
    desk.now += 5.6
    #expect(desk.poll(Desk.workspaces(1)) == 1)
    #expect(desk.rounds.wait(at: desk.now) > 25)
    // Whoever is waited for is tried again as soon.
    desk.rounds.follow("acme")
    _ = desk.rounds.arrange(at: desk.now)
    for _ in 0..<4 {
      desk.now += 5.6
      for visit in desk.due() { desk.rounds.failed(visit, pause: nil, at: desk.now, random: 1) }
      #expect(desk.rounds.wait(at: desk.now) <= 5)
    }
  }

  @Test func theReasonOfAStatusIsReadOnce() throws {
    var (desk, _) = Desk.listening(2, .degraded)
    let rows = Desk.workspaces(2, .degraded)
    desk.now = 60
    let visit = try #require(desk.due().first)
    #expect(desk.rounds.unexplained(rows, of: visit).count == 2)
    desk.rounds.explained([rows[0]], of: visit)
    #expect(desk.rounds.unexplained(rows, of: visit) == [rows[1]])
    #expect(desk.rounds.unexplained(Desk.workspaces(2, .failed), of: visit).count == 2)
  }

  @Test func whatATenantSaysOfAnotherDecidesOverNothing() {
    var desk = Desk()
    desk.roster(Desk.row("acme"), Desk.row("globex"))
    let visits = desk.due()
    for visit in visits {
      desk.rounds.tokenCame(Secret("t"), for: visit, at: 0)
      // The second list holds the workspaces of the first.
      let own = desk.rounds.listCame(Desk.workspaces(2) + Desk.workspaces(1, of: visit.slug.rawValue), from: visit, with: Secret("t"))
      #expect(own.count == (visit.slug == "acme" ? 3 : 1))
      desk.rounds.answered(visit, at: 0, random: 0.5)
    }
    let opened = desk.rounds.arrange(at: 0)
    #expect(opened.count == 3)
    for case .open(let stream, let visit) in opened { #expect(stream.workspace.rawValue.hasPrefix(visit.slug.rawValue)) }
    let lie = StreamedEvent(type: .workspaceRemoved, timestamp: nil, workspaceID: "acme-0")
    #expect(desk.rounds.heard(lie, by: visits[1], at: 1) == false)
    #expect(desk.rounds.heard(lie, by: visits[0], at: 1) == true)
  }

  @Test func ofTwoOrgsOfOneNameTheNewerHasIt() {
    var desk = Desk()
    desk.roster(Desk.row("acme", "old", .running, created: 1), Desk.row("acme", "new", .provisioning, created: 2))
    #expect(desk.due().isEmpty)
    desk.roster(Desk.row("acme", "old", .running, created: 1), Desk.row("acme", "new", .running, created: 2))
    #expect(desk.due().map(\.org) == ["new"])
    desk.roster(Desk.row("acme", "old", .running, created: 1), Desk.row("acme", "new", .running, created: 2))
    #expect(desk.due().isEmpty)
  }

  @Test func aPartOfTheRosterForgetsNobodyItDoesNotName() {
    var desk = Desk()
    desk.roster(Desk.row("acme"), Desk.row("globex"))
    desk.roster(Desk.row("globex", nil, .stopped), isWhole: false)
    #expect(desk.due().map(\.slug) == ["acme"])
    desk.roster(isWhole: true)
    #expect(desk.rounds.everyone.isEmpty)
  }

  // MARK: - Tokens

  @Test func aRefusedTokenIsReadOnceForAllStreamsAndOneOfThemIsTried() throws {
    var (desk, streams) = Desk.listening(40)
    // The tenant was restarted with another token: every stream ends, and is refused.
    for stream in streams { #expect(desk.rounds.streamBroke(stream, at: desk.now) == true) }
    desk.now = 20
    #expect(desk.refuse(streams) == 1)
    #expect(desk.openings().isEmpty)
    // The list's question reads it anew, first of all.
    let visit = try #require(desk.due().first)
    #expect(desk.rounds.tenant(visit)?.credential.mustBeRead(at: desk.now) == true)
    desk.rounds.tokenCame(Secret("t2"), for: visit, at: desk.now)
    #expect(desk.rounds.tenant(visit)?.credential.mustBeRead(at: desk.now) == false)
    _ = desk.rounds.listCame(Desk.workspaces(40), from: visit, with: Secret("t2"))
    desk.rounds.answered(visit, at: desk.now, random: 0.5)
    streams = desk.openings()
    #expect(streams.count == 1)
    #expect(desk.rounds.connects(streams[0]) == Secret("t2"))
    desk.open(streams)
    #expect(desk.openings().count == 39)
  }

  @Test func whileATokenGoesOnBeingRefusedOneStreamIsTriedMoreAndMoreRarely() {
    var (desk, streams) = Desk.listening(100)
    #expect(desk.refuse(streams) == 1)
    var tries: [Double] = []
    var readings: [Double] = []
    while desk.now < 600 {
      for visit in desk.due() {
        if desk.rounds.tenant(visit)?.credential.mustBeRead(at: desk.now) == true {
          readings.append(desk.now)
          desk.rounds.tokenCame(Secret("t1"), for: visit, at: desk.now)
        }
        #expect(desk.rounds.refused(Secret("t1"), by: visit, at: desk.now) == false)
        desk.rounds.failed(visit, pause: nil, at: desk.now, random: 0.5)
      }
      streams = desk.openings()
      tries += streams.map { _ in desk.now }
      _ = desk.refuse(streams)
      desk.now += desk.rounds.wait(at: desk.now)
    }
    #expect(zip(tries.dropFirst(), tries).map { ($0 - $1).rounded() }.prefix(5) == [10, 20, 40, 60, 60])
    #expect(tries.count <= 13)
    #expect(readings.count >= 2 && zip(readings.dropFirst(), readings).allSatisfy { $0 - $1 >= 60 })
  }

  @Test func aStreamThatWasRefusedWithAnOlderTokenIsTriedAgainAtOnce() throws {
    var (desk, streams) = Desk.listening(2)
    desk.now = 40
    let visit = try #require(desk.due().first)
    // The list was refused first, and brought the new token.
    #expect(desk.rounds.refused(Secret("t1"), by: visit, at: desk.now) == true)
    desk.rounds.tokenCame(Secret("t2"), for: visit, at: desk.now)
    #expect(desk.refuse(streams) == 0)
    #expect(desk.openings().count == 2)
  }

  @Test func aTenantThatIsBackHasItsStreamsTriedAtOnce() throws {
    var (desk, streams) = Desk.listening(3)
    // Its database is away: a good token is refused.
    for _ in 0..<4 {
      _ = desk.refuse(streams)
      for visit in desk.due() { desk.rounds.failed(visit, pause: nil, at: desk.now, random: 0.5) }
      desk.now += 61
      streams = desk.openings()
    }
    _ = desk.refuse(streams)
    #expect(desk.openings().isEmpty)
    #expect(desk.poll(Desk.workspaces(3)) == 1)
    #expect(desk.openings().count == 1)
  }

  @Test func withoutAWantedWorkspaceItIsStillFoundThatStreamsAreNoLongerRefused() {
    var desk = Desk(.shown)
    desk.roster(Desk.row("acme"))
    _ = desk.poll(Desk.workspaces(2))
    _ = desk.rounds.shown(["acme-0"])
    var streams = desk.openings()
    #expect(streams.count == 1)
    #expect(desk.refuse(streams) == 1)
    _ = desk.rounds.shown([])
    desk.now = 6
    streams = desk.openings()
    #expect(streams.count == 1)
    desk.open(streams)
    #expect(desk.rounds.arrange(at: desk.now).count == 1)
    #expect(desk.rounds.streams.isEmpty)
  }

  // MARK: - When it is asked

  @Test func noGapIsReadBeforeTheTimeThatTheTenantAskedFor() throws {
    var (desk, streams) = Desk.listening(1)
    desk.now = 40
    let visit = try #require(desk.due().first)
    desk.rounds.failed(visit, pause: 90, at: desk.now, random: 0.5)
    desk.now = 50
    desk.rounds.streamMissed(streams[0], at: desk.now)
    desk.rounds.refresh(at: desk.now)
    #expect(desk.due().isEmpty)
    desk.now = 129.9
    #expect(desk.due().isEmpty)
    desk.now = 130
    #expect(desk.due() == [visit])
  }

  @Test func howeverMuchIsLostATenantIsNotAskedAllTheTime() {
    var (desk, streams) = Desk.listening(1)
    let began = desk.now
    var asked = 0
    while desk.now < began + 10 {
      desk.rounds.streamMissed(streams[0], at: desk.now)
      asked += desk.poll(Desk.workspaces(1))
      desk.now += 0.01
    }
    #expect((8...11).contains(asked))
  }

  @Test func whatIsWantedWhileItIsBeingReadIsReadAgain() throws {
    var (desk, streams) = Desk.listening(1)
    desk.now = 40
    let visit = try #require(desk.due().first)
    desk.rounds.streamMissed(streams[0], at: desk.now)
    #expect(desk.due().isEmpty)
    desk.now = 41
    desk.rounds.answered(visit, at: desk.now, random: 0.5)
    #expect(desk.due() == [visit])
  }

  @Test func aBootWhoseStreamIsDownIsPolledAsIfItHadNone() {
    var (desk, streams) = Desk.listening(1, .provisioning)
    // Told by its stream: at rest.
    desk.now = 10
    #expect(desk.due().isEmpty)
    #expect(desk.rounds.streamBroke(streams[0], at: desk.now) == true)
    desk.now = 15
    #expect(desk.poll(Desk.workspaces(1, .provisioning)) == 1)
    // And so it stays as long as it is down.
    desk.now = 21
    #expect(desk.poll(Desk.workspaces(1, .provisioning)) == 1)
    desk.open(streams)
    desk.now = 22.5
    #expect(desk.poll(Desk.workspaces(1, .provisioning)) == 1)
    desk.now = 40
    #expect(desk.due().isEmpty)
  }

  // MARK: - Silence

  @Test func aSilentStreamIsOpenedAgainMoreAndMoreRarelyAndToldOnce() {
    var (desk, streams) = Desk.listening(1)
    let began = desk.now
    var restarts: [Double] = []
    var gaps = 0
    while desk.now < began + 4000 {
      for case .restart(let stream, _, let gap) in desk.rounds.arrange(at: desk.now) {
        restarts.append((desk.now - began).rounded())
        gaps += gap == nil ? 0 : 1
        // It opens, pings, and reads the list anew: none of which is a word of the workspace.
        desk.open([stream])
        desk.rounds.streamHeard(stream, isEvent: false, at: desk.now)
        desk.now += 1
        _ = desk.poll(Desk.workspaces(1))
      }
      desk.now += 1
    }
    let pauses = zip(restarts.dropFirst(), restarts).map { $0 - $1 }
    #expect(zip(pauses, [200.0, 400, 800, 900, 900]).allSatisfy { abs($0 - $1) < 4 })
    #expect(restarts.count <= 7 && gaps == 1)
    // Once it was heard it starts anew.
    desk.rounds.streamHeard(streams[0], isEvent: true, at: desk.now)
    desk.now += 101
    #expect(desk.rounds.arrange(at: desk.now).count == 1)
  }

  @Test func onlyAnOnlineWorkspaceIsExpectedToBeat() {
    for status in [WorkspaceStatus.provisioning, .offline, .paused, .failed] {
      var (desk, _) = Desk.listening(1, status)
      desk.now = 5000
      #expect(desk.rounds.arrange(at: desk.now).isEmpty)
    }
  }

  // MARK: - Any history

  @Test(arguments: 0..<30) func whateverHappensNobodyIsAskedTwiceAndNothingIsWaitedForInVain(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var desk = Desk()
    var asked: Set<TenantRounds.Visit> = []
    var listening: Set<TenantRounds.StreamID> = []
    let slugs = ["acme", "globex", "initech"]
    func pick<T>(_ values: some Collection<T>) -> T? { values.randomElement(using: &random) }
    for _ in 0..<600 {
      desk.now += Double.random(in: 0...8, using: &random)
      switch Int.random(in: 0..<10, using: &random) {
      case 0:
        let rows = slugs.filter { _ in Bool.random(using: &random) }.map { slug in
          Desk.row(slug, "\(slug)-\(Int.random(in: 0...1, using: &random))", pick([.running, .running, .stopped]) ?? .running)
        }
        desk.rounds.rosterCame(rows, isWhole: Bool.random(using: &random))
      case 1, 2:
        for visit in desk.due() {
          #expect(!asked.contains(visit), "seed \(seed): \(visit) is asked while it is being asked")
          asked.insert(visit)
        }
      case 3, 4:
        guard let visit = pick(asked) else { continue }
        asked.remove(visit)
        let token = Secret("t\(Int.random(in: 0...1, using: &random))")
        if desk.rounds.tenant(visit)?.credential.mustBeRead(at: desk.now) == true { desk.rounds.tokenCame(token, for: visit, at: desk.now) }
        switch Int.random(in: 0...2, using: &random) {
        case 0: desk.rounds.failed(visit, pause: pick([nil, 20, 90]) ?? nil, at: desk.now, random: 0.3)
        default:
          let rows = Desk.workspaces(
            Int.random(in: 0...4, using: &random), pick([.online, .provisioning]) ?? .online, of: visit.slug.rawValue)
          _ = desk.rounds.listCame(rows, from: visit, with: token)
          desk.rounds.answered(visit, at: desk.now, random: 0.5)
        }
      case 5: desk.rounds.feedChanged(isOpen: Bool.random(using: &random))
      case 6: if let stream = pick(listening) { desk.rounds.streamMissed(stream, at: desk.now) }
      default:
        guard let stream = pick(listening) else { continue }
        switch Int.random(in: 0...3, using: &random) {
        case 0:
          _ = desk.rounds.streamRefused(stream, at: desk.now, random: 0.5)
          listening.remove(stream)
        case 1: _ = desk.rounds.streamBroke(stream, at: desk.now)
        default: _ = desk.rounds.streamOpened(stream, at: desk.now)
        }
      }
      for action in desk.rounds.arrange(at: desk.now) {
        switch action {
        case .open(let stream, let visit):
          #expect(desk.rounds.tenant(visit) != nil)
          #expect(desk.rounds.connects(stream) != nil)
          let isNew = listening.insert(stream).inserted
          #expect(isNew)
        case .close(let stream, _, _): listening.remove(stream)
        case .restart(let stream, _, _): #expect(listening.contains(stream))
        }
      }
      // What is listened to is what is thought to be, and of a tenant that refuses no more than was open and one that is tried.
      #expect(Set(desk.rounds.streams.values.map(\.id)).isSubset(of: listening))
      for tenant in desk.rounds.tenants.values where tenant.refusal != nil {
        #expect(desk.rounds.streams.values.count { $0.visit == tenant.visit && !$0.isOpen } <= 4)
      }
      asked = asked.filter { desk.rounds.tenant($0) != nil }
      #expect(desk.rounds.wait(at: desk.now) > 0)
    }
  }
}

@Suite struct TenantCredentialTests {
  @Test func aTokenIsReadOnceAndAgainWhereItIsRefusedOnceAMinute() {
    var credential = TenantCredential()
    #expect(credential.mustBeRead(at: 0))
    #expect(credential.read(Secret("a"), at: 0) == true)
    #expect(!credential.mustBeRead(at: 1000))
    #expect(credential.refused(Secret("a")) == true)
    // At once, however young it is.
    #expect(credential.mustBeRead(at: 1))
    #expect(credential.read(Secret("a"), at: 1) == false)
    #expect(!credential.mustBeRead(at: 60) && credential.mustBeRead(at: 61))
    #expect(credential.read(Secret("b"), at: 61) == true)
    #expect(!credential.mustBeRead(at: 1000))
    // What is said of the one before concerns nobody.
    #expect(credential.refused(Secret("a")) == false)
    #expect(!credential.mustBeRead(at: 1000))
  }

  @Test func oneThatCouldNotBeReadIsKept() {
    var credential = TenantCredential()
    #expect(credential.read(nil, at: 0) == false)
    #expect(credential.mustBeRead(at: 0))
    _ = credential.read(Secret("a"), at: 0)
    _ = credential.refused(Secret("a"))
    #expect(credential.read(nil, at: 5) == false)
    #expect(credential.token == Secret("a") && !credential.mustBeRead(at: 6))
    credential.accepted(Secret("a"))
    #expect(!credential.mustBeRead(at: 1000))
  }
}
