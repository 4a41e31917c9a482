import FleetModel
import Testing

@testable import FleetTUI

/// What is said of one org is the same wherever it stands.
@Suite struct OneStoryTests {
  private func watched() -> WatchedScreen {
    var screen = WatchedScreen()
    screen.answer()
    screen.hear(
      .controlPlane,
      .purges([
        PurgeRow(
          id: "p-1", orgID: "id-hooli", slug: "hooli", status: .failed, lastStep: "stripe", lastError: "redis: connection refused",
          createdAt: WatchedScreen.start + -5400),
        PurgeRow(
          id: "p-2", orgID: "id-globex", slug: "globex", status: .pending("running"), lastStep: "stripe", createdAt: WatchedScreen.start),
      ]))
    screen.settle()
    return screen
  }

  @Test(arguments: [("hooli", "✕ purge failed"), ("globex", "◌ deleting"), ("acme", "● running"), ("wonka", "? no status")])
  func anOrgsDetailItsExplanationAndItsCapsuleSayWhatFleetSays(slug: String, says: String) throws {
    var screen = watched()
    let id = OrgID("id-\(slug)")
    #expect(
      screen.row(.fleet, "  \(slug) ")?.plain.contains(" \(says) ") == true
        || screen.row(.fleet, "▶ \(slug) ")?.plain.contains(says) == true)
    var context = DrawingContext(moment: Moment(now: screen.now), glyphs: .unicode)
    let tenant = Detail.facts(of: .org(id), screen.fleet, &context).first { $0.name == "tenant" }
    #expect(tenant?.text.hasPrefix(says) == true, "\(String(describing: tenant))")
    let org = try #require(screen.fleet.orgs[id])
    let word = String(says.dropFirst(2))
    let explained = ExplainDocument(target: .org(org), fleet: screen.fleet, file: CaseFile(), now: screen.now).lines.map(\.plain)
    #expect(explained.first == "  org \(slug) (\(id)): \(word)")
    let capsule = IncidentCapsule(of: .org(id), in: screen.fleet, Links(hasConsole: false), at: screen.now).markdown
    #expect(capsule.contains("org `\(slug)`: `\(word)`"), "\(capsule)")
  }

  @Test func thatTheControlPlaneGoesOnSayingItRunsStandsBesideIt() {
    let screen = watched()
    var context = DrawingContext(moment: Moment(now: screen.now), glyphs: .unicode)
    let tenant = Detail.facts(of: .org("id-hooli"), screen.fleet, &context).first { $0.name == "tenant" }
    #expect(tenant?.text == "✕ purge failed, the control plane says running")
  }

  @Test func aGoneOrgThatOnlyALineOfTheLogNamesIsCalledSoThere() {
    var screen = watched()
    let word = StreamedEvent(type: .purgeStep, timestamp: screen.now, orgID: "id-stark", slug: "stark", data: ["step": "infra"])
    screen.hear(.feed, .streamed(word))
    screen.settle()
    #expect(screen.row(.events, "PURGE_STEP")?.plain.contains(" stark ") == true)
  }

  /// A gone org is known by its name where a machine has only its id.
  @Test func aGoneOrgsMachinesHaveOneNameOnEveryPage() {
    var screen = watched()
    screen.hear(
      .controlPlane,
      .purges([
        PurgeRow(
          id: "p-3", orgID: "id-gone", slug: "tyrell", status: .completed, lastStep: "completed", createdAt: screen.now + -100,
          completedAt: screen.now + -50)
      ]))
    screen.settle()
    #expect(screen.row(.instances, "i-lost")?.plain.contains(" tyrell ") == true)
    #expect(screen.row(.orphans, "i-lost")?.plain.contains("no org tyrell in the roster") == true)
    #expect(!screen.screen(.instances).contains { $0.contains("id-gone") })
    var context = DrawingContext(moment: Moment(now: screen.now), glyphs: .unicode)
    #expect(Detail.facts(of: .instance("i-lost"), screen.fleet, &context).first { $0.name == "org" }?.text == "tyrell")
  }
}
