import FleetModel
import TestSupport
import Testing

@testable import Feeds

/// What happens to the tenants of a fleet, what the fleet wants then, and what is asked and listened to because of it: no socket, no clock.
private struct Desk {
  var fleet = Fleet()
  var errands = TenantErrands()
  var now = 0.0
  private var budget = StreamBudget()
  private var questions: UInt64 = 0
  /// What was closed since somebody looked.
  private var closings: [TenantErrands.StreamAction] = []

  init(_ choice: StreamBudget.Choice = .all) {
    budget.choice = choice
    settle()
  }

  static func row(_ slug: String, _ id: String? = nil, _ status: OrgStatus = .running, created: Double? = nil) -> OrgRow {
    OrgRow(id: OrgID(id ?? "org-\(slug)"), slug: Slug(slug), status: status, createdAt: created.map(Timestamp.init(seconds:)))
  }

  static func workspaces(_ count: Int, _ status: WorkspaceStatus = .online, of slug: String = "acme") -> [WorkspaceRow] {
    (0..<count).map { WorkspaceRow(id: WorkspaceID("\(slug)-\($0)"), name: "\($0)", status: status) }
  }

  /// The fleet hears of it, and what it wants is begun.
  mutating func hear(_ source: Source, _ change: FleetEvent.Change) {
    questions += 1
    let at = Timestamp(seconds: 1_795_438_040 + now)
    fleet.apply(FleetEvent(source: source, at: at, asked: at, epoch: questions, change: change))
    settle()
  }

  mutating func settle() {
    for action in errands.take(fleet.takeWants(within: budget), at: now) {
      closings.append(action)
      if case .close(let stream, let visit, wasOpen: true) = action { hear(.tenant(visit.slug), .streamClosed(stream.workspace)) }
    }
  }

  mutating func takeClosings() -> [TenantErrands.StreamAction] {
    defer { closings = [] }
    return closings
  }

  mutating func roster(_ rows: OrgRow..., isWhole: Bool = true) {
    hear(.controlPlane, .roster(rows, limit: 500, unreadable: isWhole ? 0 : 1))
  }

  mutating func show(_ workspaces: Set<WorkspaceID>) {
    fleet.show(workspaces)
    settle()
  }

  mutating func feed(isOpen: Bool) { hear(.feed, isOpen ? .streamOpened(nil) : .failed("broken")) }

  mutating func due() -> [TenantErrands.Visit] { errands.takeDue(width: 16, at: now) }

  func mustReadToken(of visit: TenantErrands.Visit) -> Bool {
    errands.errand(visit).map { $0.credential.mustBeRead(isRefused: $0.want.token == .anew, at: now) } ?? false
  }

  mutating func tokenCame(_ token: Secret?, for visit: TenantErrands.Visit) {
    var isAnother = false
    errands.change(visit) { isAnother = $0.credential.read(token, at: now) }
    if isAnother { hear(.tenant(visit.slug), .tokenRead(visit.org)) }
  }

  mutating func listCame(_ rows: [WorkspaceRow], from visit: TenantErrands.Visit) {
    hear(.tenant(visit.slug), .workspaces(visit.org, rows))
  }

  mutating func failed(_ visit: TenantErrands.Visit, pause: Double? = nil) {
    if errands.errand(visit) != nil { hear(.tenant(visit.slug), .failed("away")) }
    errands.failed(visit, pause: pause, at: now)
  }

  /// Asks whoever is due; each gets its token where it must be read, and lists these workspaces.
  mutating func poll(_ rows: [WorkspaceRow], token: String = "t1") -> Int {
    let visits = due()
    for visit in visits {
      if mustReadToken(of: visit) { tokenCame(Secret(token), for: visit) }
      listCame(rows, from: visit)
      errands.answered(visit, at: now)
    }
    return visits.count
  }

  /// What is opened now; each asks for its token.
  mutating func openings() -> [TenantErrands.StreamID] {
    errands.arrange(at: now).compactMap { action in
      guard case .open(let stream, _, _) = action else { return nil }
      #expect(errands.connects(stream) != nil)
      return stream
    }
  }

  private func tenant(of stream: TenantErrands.StreamID) -> Source {
    .tenant(errands.streams[stream.workspace]?.want.slug ?? "nobody")
  }

  mutating func open(_ streams: [TenantErrands.StreamID]) {
    for stream in streams {
      let tenant = tenant(of: stream)
      #expect(errands.streamOpened(stream, at: now) == true)
      hear(tenant, .streamOpened(stream.workspace))
    }
  }

  mutating func lose(_ stream: TenantErrands.StreamID) -> Bool {
    let tenant = tenant(of: stream)
    guard errands.streamBroke(stream) else { return false }
    hear(tenant, .streamClosed(stream.workspace))
    return true
  }

  /// Something that it told is lost.
  mutating func miss(_ stream: TenantErrands.StreamID) { hear(tenant(of: stream), .gap("lost", stream.workspace)) }

  /// - Returns: how many of them say something of the tenant.
  mutating func refuse(_ streams: [TenantErrands.StreamID]) -> Int {
    var count = 0
    for stream in streams {
      let tenant = tenant(of: stream)
      _ = lose(stream)
      guard errands.streamRefused(stream, at: now) else { continue }
      count += 1
      hear(tenant, .streamRefused(stream.workspace, "401"))
    }
    return count
  }

  /// Acme with that many workspaces, polled, every stream open.
  static func listening(_ count: Int, _ status: WorkspaceStatus = .online) -> (Desk, [TenantErrands.StreamID]) {
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

@Suite struct TenantErrandsTests {
  @Test func aTenantThatIsBackIsAskedAtOnceAndListenedToAgain() {
    var (desk, streams) = Desk.listening(1)
    for status in [OrgStatus.stopped, .suspended, .provisioning, .failed] {
      desk.roster(Desk.row("acme", nil, status))
      let closed = desk.takeClosings()
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
    desk.tokenCame(Secret("old"), for: visit)
    // The name was given to another org while the question was under way.
    desk.roster(Desk.row("acme", "new"))
    #expect(desk.errands.errand(visit) == nil)
    desk.listCame(Desk.workspaces(3), from: visit)
    #expect(desk.fleet.workspaces.isEmpty)
    desk.errands.failed(visit, pause: 500, at: 1)
    #expect(desk.openings().isEmpty)
    desk.now = 1
    let other = desk.due()
    #expect(other.map(\.org) == ["new"])
    #expect(try #require(desk.errands.errand(other[0])).credential.token == nil)
    // Nor does one to the same org, taken up again meanwhile.
    desk.roster(Desk.row("acme", "new", .stopped))
    desk.roster(Desk.row("acme", "new"))
    desk.errands.answered(other[0], at: 1)
    #expect(desk.due().map(\.org) == ["new"])
  }

  @Test func whatIsLookedAtOrWaitedForIsAskedEveryFiveSeconds() throws {
    var (desk, streams) = Desk.listening(1)
    #expect(desk.errands.arrange(at: desk.now).isEmpty && desk.errands.wait(at: desk.now) > 25)
    // On the screen from now on: soon, not when the usual turn comes; then again and again.
    desk.show(["acme-0"])
    for _ in 0..<3 {
      #expect(desk.errands.wait(at: desk.now) <= 5.5)
      desk.now += 5.6
      desk.errands.streams["acme-0"]?.pulse.beat(isEvent: true, at: desk.now)
      #expect(desk.poll(Desk.workspaces(1)) == 1)
    }
    #expect(streams.count == 1 && desk.takeClosings().isEmpty)
    desk.show([])
    desk.now += 5.6
    #expect(desk.poll(Desk.workspaces(1)) == 1)
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
    var (desk, _) = Desk.listening(2, .degraded)
    let rows = Desk.workspaces(2, .degraded)
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
    #expect(unexplained(Desk.workspaces(2, .failed)).count == 2)
    // Nor is what was read of a status that it left.
    desk.listCame(Desk.workspaces(2, .failed), from: visit)
    desk.listCame(rows, from: visit)
    #expect(unexplained(rows).count == 2)
  }

  @Test func whatATenantSaysOfAnotherDecidesOverNothing() {
    var desk = Desk()
    desk.roster(Desk.row("acme"), Desk.row("globex"))
    let visits = desk.due()
    for visit in visits {
      desk.tokenCame(Secret("t"), for: visit)
      // The second list holds the workspaces of the first.
      desk.listCame(Desk.workspaces(2) + Desk.workspaces(1, of: visit.slug.rawValue), from: visit)
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
    var desk = Desk()
    desk.roster(Desk.row("acme", "old", .running, created: 1), Desk.row("acme", "new", .provisioning, created: 2))
    #expect(desk.due().isEmpty)
    desk.roster(Desk.row("acme", "old", .running, created: 1), Desk.row("acme", "new", .running, created: 2))
    #expect(desk.due().map(\.org) == ["new"])
    desk.roster(Desk.row("acme", "old", .running, created: 1), Desk.row("acme", "new", .running, created: 2))
    #expect(desk.due().isEmpty)
    // Once the newer is gone it is the other's.
    desk.roster(Desk.row("acme", "old", .running, created: 1))
    #expect(desk.due().map(\.org) == ["old"])
  }

  @Test func aPartOfTheRosterForgetsNobodyItDoesNotName() {
    var desk = Desk()
    desk.roster(Desk.row("acme"), Desk.row("globex"))
    desk.roster(Desk.row("globex", nil, .stopped), isWhole: false)
    #expect(desk.due().map(\.slug) == ["acme"])
    desk.roster(Desk.row("globex", nil, .stopped))
    #expect(desk.errands.everyone.isEmpty)
  }

  // MARK: - Tokens

  @Test func aRefusedTokenIsReadOnceForAllStreamsAndOneOfThemIsTried() throws {
    var (desk, streams) = Desk.listening(40)
    // The tenant was restarted with another token: every stream ends, and is refused.
    for stream in streams { #expect(desk.lose(stream) == true) }
    desk.now = 20
    // Those that were asked for together are refused together.
    #expect(desk.refuse(streams) >= 1 && desk.fleet.wants.streams.count == 1)
    #expect(desk.openings().isEmpty)
    // The list's question reads it anew, first of all.
    let visit = try #require(desk.due().first)
    #expect(desk.mustReadToken(of: visit))
    desk.tokenCame(Secret("t2"), for: visit)
    #expect(!desk.mustReadToken(of: visit))
    desk.listCame(Desk.workspaces(40), from: visit)
    desk.errands.answered(visit, at: desk.now)
    streams = desk.openings()
    #expect(streams.count == 1)
    #expect(desk.errands.connects(streams[0]) == Secret("t2"))
    desk.open(streams)
    #expect(desk.openings().count == 39)
  }

  @Test func whileATokenGoesOnBeingRefusedOneStreamIsTriedMoreAndMoreRarely() throws {
    var (desk, streams) = Desk.listening(100)
    _ = desk.refuse(streams)
    let phase = try #require(desk.fleet.wants.tenants["org-acme"]).rhythm.phase
    var tries: [Double] = []
    var readings: [Double] = []
    while desk.now < 600 {
      for visit in desk.due() {
        if desk.mustReadToken(of: visit) {
          readings.append(desk.now)
          desk.tokenCame(Secret("t1"), for: visit)
        }
        desk.hear(.tenant("acme"), .tokenRefused("org-acme"))
        #expect(!desk.mustReadToken(of: visit))
        desk.failed(visit)
      }
      streams = desk.openings()
      tries += streams.map { _ in desk.now }
      _ = desk.refuse(streams)
      desk.now += desk.errands.wait(at: desk.now)
    }
    let pauses = zip(tries.dropFirst(), tries).map { (($0 - $1) / (1 + phase / 5)).rounded() }
    #expect(pauses.prefix(5) == [10, 20, 40, 60, 60])
    #expect(tries.count <= 13)
    #expect(readings.count >= 2 && zip(readings.dropFirst(), readings).allSatisfy { $0 - $1 >= 60 })
  }

  @Test func aStreamThatWasRefusedWithAnOlderTokenIsTriedAgainAtOnce() throws {
    var (desk, streams) = Desk.listening(2)
    desk.now = 40
    let visit = try #require(desk.due().first)
    // The list was refused first, and brought the new token.
    desk.hear(.tenant("acme"), .tokenRefused("org-acme"))
    #expect(desk.mustReadToken(of: visit))
    desk.tokenCame(Secret("t2"), for: visit)
    #expect(desk.refuse(streams) == 0)
    #expect(desk.openings().count == 2)
  }

  @Test func aTenantThatIsBackHasItsStreamsTriedAtOnce() throws {
    var (desk, streams) = Desk.listening(3)
    // Its database is away: a good token is refused.
    for _ in 0..<4 {
      _ = desk.refuse(streams)
      for visit in desk.due() { desk.failed(visit) }
      desk.now += 73
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
    desk.show(["acme-0"])
    var streams = desk.openings()
    #expect(streams.count == 1)
    #expect(desk.refuse(streams) == 1)
    desk.show([])
    desk.now = 6
    streams = desk.openings()
    #expect(streams.count == 1)
    _ = desk.takeClosings()
    desk.open(streams)
    #expect(desk.takeClosings().count == 1)
    #expect(desk.errands.streams.isEmpty)
  }

  // MARK: - When it is asked

  @Test func noGapIsReadBeforeTheTimeThatTheTenantAskedFor() throws {
    var (desk, streams) = Desk.listening(1)
    desk.now = 40
    let visit = try #require(desk.due().first)
    desk.failed(visit, pause: 90)
    desk.now = 50
    desk.miss(streams[0])
    desk.errands.refresh(at: desk.now)
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
      desk.miss(streams[0])
      asked += desk.poll(Desk.workspaces(1))
      desk.now += 0.01
    }
    #expect((8...11).contains(asked))
  }

  @Test func whatIsWantedWhileItIsBeingReadIsReadAgain() throws {
    var (desk, streams) = Desk.listening(1)
    desk.now = 40
    let visit = try #require(desk.due().first)
    desk.miss(streams[0])
    #expect(desk.due().isEmpty)
    desk.now = 41
    desk.errands.answered(visit, at: desk.now)
    #expect(desk.due() == [visit])
  }

  @Test func aBootWhoseStreamIsDownIsPolledAsIfItHadNone() {
    var (desk, streams) = Desk.listening(1, .provisioning)
    // Told by its stream: at rest.
    desk.now = 10
    #expect(desk.due().isEmpty)
    #expect(desk.lose(streams[0]) == true)
    desk.now = 15.5
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

  /// The thread that owns the fleet stands still: nobody hears of any answer, and nothing newer is wanted.
  @Test func whileNobodySaysWhatIsWantedThePollsGoOnAtTheirRhythm() throws {
    var (desk, _) = Desk.listening(1)
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

  // MARK: - Silence

  @Test func aSilentStreamIsOpenedAgainMoreAndMoreRarelyAndToldOnce() {
    var (desk, streams) = Desk.listening(1)
    let began = desk.now
    var restarts: [Double] = []
    var gaps = 0
    while desk.now < began + 4000 {
      for case .restart(let stream, _, let gap) in desk.errands.arrange(at: desk.now) {
        restarts.append((desk.now - began).rounded())
        gaps += gap == nil ? 0 : 1
        if gap != nil { desk.miss(stream) }
        // It opens, pings, and reads the list anew: none of which is a word of the workspace.
        desk.open([stream])
        desk.errands.streams["acme-0"]?.pulse.beat(isEvent: false, at: desk.now)
        desk.now += 1
        _ = desk.poll(Desk.workspaces(1))
      }
      desk.now += 1
    }
    let pauses = zip(restarts.dropFirst(), restarts).map { $0 - $1 }
    #expect(zip(pauses, [200.0, 400, 800, 900, 900]).allSatisfy { abs($0 - $1) < 4 })
    #expect(restarts.count <= 7 && gaps == 1 && streams.count == 1)
    // Once it was heard it starts anew.
    desk.errands.streams["acme-0"]?.pulse.beat(isEvent: true, at: desk.now)
    desk.now += 101
    #expect(desk.errands.arrange(at: desk.now).count == 1)
  }

  @Test func onlyAnOnlineWorkspaceIsExpectedToBeat() {
    for status in [WorkspaceStatus.provisioning, .offline, .paused, .failed] {
      var (desk, _) = Desk.listening(1, status)
      desk.now = 5000
      #expect(desk.errands.arrange(at: desk.now).isEmpty)
    }
  }

  // MARK: - Any history

  @Test(arguments: 0..<30) func whateverHappensNobodyIsAskedTwiceAndNothingIsWaitedForInVain(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var desk = Desk()
    var asked: Set<TenantErrands.Visit> = []
    var listening: Set<TenantErrands.StreamID> = []
    let slugs = ["acme", "globex", "initech"]
    func pick<T>(_ values: some Collection<T>) -> T? { values.randomElement(using: &random) }
    for _ in 0..<600 {
      desk.now += Double.random(in: 0...8, using: &random)
      switch Int.random(in: 0..<11, using: &random) {
      case 0:
        let rows = slugs.filter { _ in Bool.random(using: &random) }.map { slug in
          Desk.row(slug, "\(slug)-\(Int.random(in: 0...1, using: &random))", pick([.running, .running, .stopped]) ?? .running)
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
          let rows = Desk.workspaces(
            Int.random(in: 0...4, using: &random), pick([.online, .provisioning]) ?? .online, of: visit.slug.rawValue)
          desk.listCame(rows, from: visit)
          desk.errands.answered(visit, at: desk.now)
        }
      case 5: desk.feed(isOpen: Bool.random(using: &random))
      case 6: if let stream = pick(listening) { desk.miss(stream) }
      case 7: desk.show(Set((pick(slugs)).map { slug in Desk.workspaces(2, of: slug).map(\.id) } ?? []))
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

@Suite struct TenantCredentialTests {
  @Test func aTokenIsReadOnceAndAgainWhereItIsRefusedOnceAMinute() {
    var credential = TenantCredential()
    #expect(credential.mustBeRead(isRefused: false, at: 0))
    #expect(credential.read(Secret("a"), at: 0) == true)
    #expect(!credential.mustBeRead(isRefused: false, at: 1000))
    // At once, however young it is.
    #expect(credential.mustBeRead(isRefused: true, at: 1))
    #expect(credential.read(Secret("a"), at: 1) == false)
    #expect(!credential.mustBeRead(isRefused: true, at: 60) && credential.mustBeRead(isRefused: true, at: 61))
    let edition = credential.edition
    #expect(credential.read(Secret("b"), at: 61) == true)
    #expect(!credential.mustBeRead(isRefused: false, at: 1000))
    // What is said of the one before concerns nobody.
    #expect(credential.edition > edition)
  }

  @Test func oneThatCouldNotBeReadIsKept() {
    var credential = TenantCredential()
    #expect(credential.read(nil, at: 0) == false)
    #expect(credential.mustBeRead(isRefused: false, at: 0))
    _ = credential.read(Secret("a"), at: 0)
    #expect(credential.read(nil, at: 5) == false)
    #expect(credential.token == Secret("a") && !credential.mustBeRead(isRefused: true, at: 6))
    #expect(!credential.mustBeRead(isRefused: false, at: 1000))
  }
}
