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
      // A bar that is late looks it, and is no failure, nor one in its time.
      #expect(theme.style(.barLate).foreground == theme.style(.late).foreground, "\(name)")
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
    for ground in theme.grounds {
      for role: Role in [.rule, .barTrack] {
        guard let color = theme.style(role).foreground.rgb else { continue }
        #expect(color.contrast(to: ground) >= 2.2, "\(name): \(role) has \(color.contrast(to: ground)) on \(ground)")
      }
    }
  }

  /// Who sees a theme: those that are made for it too.
  private static func visions(of name: String) -> [[Double]?] { name.hasPrefix("colourblind") ? [nil, protan, deutan] : [nil] }

  /// In all the colours there are, and in the palette's, of which few are near to what was chosen.
  private static let depths = [ColorDepth.direct, .palette]

  @Test(arguments: ThemeLibrary.builtIn, depths) func theRowUnderTheCursorIsSeen(_ name: String, _ depth: ColorDepth) throws {
    let theme = try ThemeLibrary().theme(named: name)
    let adapted = theme.adapted(to: depth, on: theme.ground)
    guard let row = adapted.selection.background.rgb else {
      #expect(adapted.selection.attributes.contains(.reverse), "\(name) shows no row")
      return
    }
    for ground in adapted.grounds {
      let far = CIELab(row).difference(to: CIELab(ground))
      #expect(far >= 8, "\(name), \(depth.name): the row under the cursor is \(far) from \(ground)")
    }
  }

  @Test(arguments: ThemeLibrary.builtIn, depths) func calmAndFaintTextsAreToldApart(_ name: String, _ depth: ColorDepth) throws {
    let theme = try ThemeLibrary().theme(named: name)
    let adapted = theme.adapted(to: depth, on: theme.ground)
    // The palette's nearest may be a step beside what was chosen.
    let share = depth == .direct ? 1 : 0.75
    for vision in Self.visions(of: name) {
      func difference(_ one: Role, _ other: Role) -> Double? {
        let colors = [one, other].compactMap { adapted.style($0).foreground.rgb.map { CIELab($0, seenBy: vision) } }
        return colors.count == 2 ? colors[0].difference(to: colors[1]) : nil
      }
      for (one, other, least) in [
        (Role.text, Role.dim, 12.0), (.running, .dim, 15), (.running, .text, 10), (.failed, .text, 20), (.warning, .text, 12),
        (.failed, .warning, 16), (.warning, .dim, 12),
      ] {
        guard let far = difference(one, other) else { continue }
        #expect(far >= least * share, "\(name), \(depth.name): \(one) and \(other) are \(far) apart")
      }
    }
    // What comes up has a hue beside what is off.
    if let running = adapted.style(.running).foreground.rgb, let dim = adapted.style(.dim).foreground.rgb {
      #expect(CIELab(running).chroma >= CIELab(dim).chroma + 12, "\(name), \(depth.name)")
    }
  }

  /// How far it is from the ground, lightness by half (as CMC 2:1 has it): hue is what catches the eye among text that is as light.
  private static func weight(_ color: RGB, on ground: RGB, seenBy vision: [Double]?) -> Double {
    let (color, ground) = (CIELab(color, seenBy: vision), CIELab(ground, seenBy: vision))
    let (l, a, b) = ((color.lightness - ground.lightness) / 2, color.a - ground.a, color.b - ground.b)
    return (l * l + a * a + b * b).squareRoot()
  }

  @Test(arguments: ThemeLibrary.builtIn, depths) func whatFailedCatchesTheEyeBeforeWhatOnlyWarns(_ name: String, _ depth: ColorDepth) throws
  {
    let theme = try ThemeLibrary().theme(named: name)
    let adapted = theme.adapted(to: depth, on: theme.ground)
    guard let failed = adapted.style(.failed).foreground.rgb else { return }
    #expect(adapted.style(.failed).attributes.contains(.bold))
    for vision in Self.visions(of: name) {
      for role: Role in [.late, .warning, .stale] {
        let other = try #require(adapted.style(role).foreground.rgb)
        for ground in adapted.grounds {
          let (one, two) = (Self.weight(failed, on: ground, seenBy: vision), Self.weight(other, on: ground, seenBy: vision))
          #expect(one >= two * (depth == .direct ? 1 : 0.8), "\(name), \(depth.name): failed has \(one), \(role) \(two)")
        }
      }
    }
    // Near black it is no colour any more.
    #expect(CIELab(failed).chroma >= 35)
  }
}
