import Testing

@testable import FleetTUI

/// Whether the states of a theme are told apart by their colours: by everybody, and in the themes that are made for them by who sees fewer.
@Suite struct ThemeDistanceTests {
  /// Machado, Oliveira and Fernandes (2009), at full severity: without the first and without the second kind of cone.
  private static let protan = [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998]
  private static let deutan = [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881]

  @Test func differencesAreThoseOfTheStandardsOwnExamples() {
    let blue = CIELab(lightness: 50, a: 2.6772, b: -79.7751).difference(to: CIELab(lightness: 50, a: 0, b: -82.7485))
    let opposite = CIELab(lightness: 50, a: 2.5, b: 0).difference(to: CIELab(lightness: 73, a: 25, b: -18))
    let dark = CIELab(lightness: 2.0776, a: 0.0795, b: -1.1350).difference(to: CIELab(lightness: 0.9033, a: -0.0636, b: -0.5514))
    #expect(abs(blue - 2.0425) < 0.0001 && abs(opposite - 27.1492) < 0.0001 && abs(dark - 0.9082) < 0.0001)
  }

  @Test(arguments: ThemeLibrary.builtIn) func whatFailedIsToldFromWhatIsLateOrWarned(_ name: String) throws {
    let theme = try ThemeLibrary().theme(named: name)
    guard theme.usesColor else { return }
    let visions: [[Double]?] = name.hasPrefix("colourblind") ? [nil, Self.protan, Self.deutan] : [nil]
    for vision in visions {
      func difference(_ one: Role, _ other: Role) throws -> Double {
        let colors = try [one, other].map { try #require(theme.style($0).foreground.rgb) }
        return CIELab(colors[0], seenBy: vision).difference(to: CIELab(colors[1], seenBy: vision))
      }
      let seen = vision == nil ? "" : ", by who sees fewer colours"
      for other: Role in [.late, .warning] {
        let far = try difference(.failed, other)
        #expect(far >= 18, "\(name): failed and \(other) are \(far) apart\(seen)")
      }
      // A bar that is late is no failure, nor one in its time.
      for other: Role in [.failed, .bar] {
        let far = try difference(.barLate, other)
        #expect(far >= 12, "\(name): a late bar and \(other) are \(far) apart\(seen)")
      }
      for (one, other) in [(Role.late, Role.stale), (.failed, .stale), (.running, .unknown), (.stale, .dim)] {
        // On any ground few colours are read: there stale is a warning's, without its weight.
        if name == "neutral", one == .late { continue }
        // Both are calm, and their signs differ.
        if vision != nil, one == .running { continue }
        let far = try difference(one, other)
        #expect(far >= 10, "\(name): \(one) and \(other) are \(far) apart\(seen)")
      }
    }
  }

  @Test(arguments: ThemeLibrary.builtIn) func rulesTracksAndTheRowUnderTheCursorAreSeen(_ name: String) throws {
    let theme = try ThemeLibrary().theme(named: name)
    for ground in ThemeTests.grounds(of: theme) {
      for role: Role in [.rule, .barTrack] {
        guard let color = theme.style(role).foreground.rgb else { continue }
        #expect(color.contrast(to: ground) >= 2.2, "\(name): \(role) has \(color.contrast(to: ground)) on \(ground)")
      }
    }
    guard let ground = theme.background.rgb, let row = theme.selection.background.rgb else { return }
    #expect(row.contrast(to: ground) >= 1.24, "\(name): \(row.contrast(to: ground))")
  }
}
