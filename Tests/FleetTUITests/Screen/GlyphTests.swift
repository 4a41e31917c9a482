import FleetModel
import Testing

@testable import FleetTUI

@Suite struct GlyphTests {
  @Test(arguments: [Glyphs.unicode, .ascii]) func aSignHasOneMeaningAndHelpTellsIt(_ glyphs: Glyphs) {
    var meanings: [String: String] = [:]
    for role in Role.allCases {
      let sign = glyphs.sign(of: role)
      guard !sign.isEmpty else { continue }
      #expect(meanings[sign] == nil || meanings[sign] == role.meaning, "\(sign) means \(meanings[sign] ?? "") and \(role.meaning)")
      #expect(!role.meaning.isEmpty && TextWidth.columns(of: sign) == 1, "\(role)")
      if glyphs.isASCII { #expect(sign.unicodeScalars.allSatisfy { $0.isASCII }) }
      meanings[sign] = role.meaning
    }
    let states = [
      glyphs.ok, glyphs.coming, glyphs.warning, glyphs.stale, glyphs.late, glyphs.failed, glyphs.off, glyphs.unknown, glyphs.info,
    ]
    #expect(Set(states).count == states.count && Set(states) == Set(meanings.keys))
    // Those that stand among states and are none.
    for sign in [glyphs.cursor, glyphs.ascending, glyphs.descending, glyphs.into, glyphs.separator, glyphs.none, glyphs.approximately] {
      #expect(!states.contains(sign), "\(sign) is a state's too")
    }
    var desk = Desk(DashboardOptions(environment: "staging"))
    desk.glyphs = glyphs
    let legend = Help.lines(desk, width: 100).map(\.plain)
    for (sign, meaning) in meanings { #expect(legend.contains("  \(sign)  \(meaning)"), "\(sign)") }
  }

  /// What each kind of state is drawn with is what help calls it.
  @Test func theStatesOfTheFleetAreDrawnByTheirMeaning() {
    let glyphs = Glyphs.unicode
    #expect(glyphs.sign(of: WorkspaceStatus.degraded.role) == glyphs.warning && glyphs.sign(of: WorkspaceStatus.paused.role) == glyphs.off)
    #expect(glyphs.sign(of: Freshness.State.stale.role) == glyphs.stale && glyphs.sign(of: Freshness.State.partial.role) == glyphs.stale)
    #expect(glyphs.sign(of: Finding.Severity.warning.role) == glyphs.warning && glyphs.sign(of: Finding.Severity.info.role) == glyphs.info)
  }

  @Test func helpSaysWhatTheKeysDoWhileItIsOpen() {
    var scene = InterfaceScene()
    scene.roster([InterfaceScene.org("acme")])
    scene.press(.character("?"))
    #expect(scene.screen().last == " pgup pgdn scroll  any other key closes" + String(repeating: " ", count: 61))
    scene.press(.pageDown, .down)
    #expect(scene.screen().last?.contains("any other key closes") == true)
    scene.press(.character("z"))
    #expect(scene.screen().last?.contains("closes") == false)
  }
}

@Suite struct UnknownKeyTests {
  @Test func aKeyWithoutAMeaningIsToldOnceUntilAnotherIsPressed() {
    var scene = InterfaceScene()
    scene.roster([InterfaceScene.org("acme"), InterfaceScene.org("globex")])
    let words = "z does nothing here; ? lists the keys"
    let first = scene.press(.character("z"))
    #expect(scene.screen().last?.contains(words) == true)
    let repeats = (0..<5).map { _ in scene.press(.character("z")) }
    #expect(first == .draw && repeats.allSatisfy { $0 == .none })
    #expect(scene.screen().last?.contains(words) == true)
    let other = scene.press(.function(12))
    #expect(other == .draw && scene.screen().last?.contains("f12 does nothing here") == true)
    scene.press(.down)
    #expect(scene.screen().last?.contains("does nothing here") == false)
    #expect(scene.press(.character("z")) == .draw)
  }

  @Test func whatIsPastedOrOfTheMouseIsNoKey() {
    var scene = InterfaceScene()
    scene.roster([InterfaceScene.org("acme")])
    for key in [Key.paste("zzz"), .click(row: 23, column: 3)] {
      scene.press(key)
      #expect(scene.screen().last?.contains("does nothing here") == false)
    }
  }

  @Test func aPagerSaysItToo() {
    var scene = InterfaceScene()
    scene.roster([InterfaceScene.org("acme")])
    scene.press(.character("e"), .character("z"))
    #expect(scene.screen().last?.contains("z does nothing here") == true)
    #expect(scene.press(.character("z")) == .none)
  }
}
