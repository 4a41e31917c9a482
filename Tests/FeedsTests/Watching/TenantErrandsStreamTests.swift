import FleetModel
import Testing

@testable import Feeds

/// What becomes of tokens that are refused, and of streams that are silent.
@Suite struct TenantErrandsStreamTests {
  @Test func aRefusedTokenIsReadOnceForAllStreamsAndOneOfThemIsTried() throws {
    var (desk, streams) = TenantDesk.listening(40)
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
    desk.listCame(TenantDesk.workspaces(40), from: visit)
    desk.errands.answered(visit, at: desk.now)
    streams = desk.openings()
    #expect(streams.count == 1)
    #expect(desk.errands.connects(streams[0]) == Secret("t2"))
    desk.open(streams)
    #expect(desk.openings().count == 39)
  }

  @Test func whileATokenGoesOnBeingRefusedOneStreamIsTriedMoreAndMoreRarely() throws {
    var (desk, streams) = TenantDesk.listening(100)
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
    var (desk, streams) = TenantDesk.listening(2)
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
    var (desk, streams) = TenantDesk.listening(3)
    // Its database is away: a good token is refused.
    for _ in 0..<4 {
      _ = desk.refuse(streams)
      for visit in desk.due() { desk.failed(visit) }
      desk.now += 73
      streams = desk.openings()
    }
    _ = desk.refuse(streams)
    #expect(desk.openings().isEmpty)
    #expect(desk.poll(TenantDesk.workspaces(3)) == 1)
    #expect(desk.openings().count == 1)
  }

  @Test func withoutAWantedWorkspaceItIsStillFoundThatStreamsAreNoLongerRefused() {
    var desk = TenantDesk(.shown)
    desk.roster(TenantDesk.row("acme"))
    _ = desk.poll(TenantDesk.workspaces(2))
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

  // MARK: - Silence

  @Test func aSilentStreamIsOpenedAgainMoreAndMoreRarelyAndToldOnce() {
    var (desk, streams) = TenantDesk.listening(1)
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
        _ = desk.poll(TenantDesk.workspaces(1))
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
      var (desk, _) = TenantDesk.listening(1, status)
      desk.now = 5000
      #expect(desk.errands.arrange(at: desk.now).isEmpty)
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
