import Foundation
import TestSupport
import Testing

@testable import FleetTUI

@Suite struct ThemeTests {
  static let all: [Theme] = ThemeLibrary.builtIn.compactMap { try? ThemeLibrary().theme(named: $0) }

  @Test func everyStateHasAGlyphAndAWord() {
    for role in [Role.ok, .running, .late, .failed, .stale, .unknown, .danger, .warning, .info] {
      #expect(!role.meaning.isEmpty)
      #expect(TextWidth.columns(of: role.glyph(.unicode)) == 1)
      #expect(role.glyph(.ascii).unicodeScalars.allSatisfy(\.isASCII) && role.glyph(.ascii).count == 1)
    }
  }

  // MARK: - Those that are built in

  @Test func theBuiltInThemesAreTheFilesAndEachIsRead() throws {
    let folder = PackageRoot.url.appending(path: "themes")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".toml") }
    #expect(
      Set(files) == Set(ThemeLibrary.builtIn.map { $0 + ".toml" }) && Set(files) == Set(BuiltInThemes.files.keys.map { $0 + ".toml" }))
    for file in files {
      let name = String(file.dropLast(5))
      let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
      #expect(BuiltInThemes.files[name] == text, "\(file) was edited: run scripts/embed-themes")
      let theme = try ThemeLibrary().theme(named: name)
      // A theme says how each role looks, or takes over from one that does.
      let isWhole = name == "mono" || Role.allCases.allSatisfy { theme.styles[$0] != nil }
      #expect(isWhole && theme.name == name)
    }
  }

  @Test func olderNamesAreStillNames() throws {
    for (old, new) in [("contrast", "high-contrast"), ("colorblind", "colourblind")] {
      #expect(try ThemeLibrary().theme(named: old).name == new)
    }
  }

  // MARK: - Contrast

  /// WCAG 2.2, 1.4.3 and 1.4.6. Rules and the empty part of a bar lead the eye and are no text: they need to be seen, not read.
  @Test(arguments: ThemeLibrary.builtIn, [ColorDepth.direct, .palette])
  func everyPairOfTextAndGroundIsRead(_ name: String, _ depth: ColorDepth) throws {
    let theme = try ThemeLibrary().theme(named: name)
    #expect(theme.contrast == (name == "high-contrast" ? 7 : Theme.readable))
    let adapted = theme.adapted(to: depth, on: theme.ground)
    for role in Role.allCases {
      for isSelected in [false, true] {
        let style = adapted.style(role, isSelected: isSelected)
        guard let color = style.foreground.rgb else { continue }
        let grounds = style.background.rgb.map { [$0] } ?? adapted.grounds
        for ground in grounds {
          let contrast = color.contrast(to: ground)
          let isEnough = contrast >= (role.isRead ? theme.contrast : 1.25)
          #expect(isEnough, "\(theme.name), \(depth.name): \(role)\(isSelected ? " selected" : "") has \(contrast) on \(ground)")
        }
      }
    }
  }

  @Test(arguments: ThemeLibrary.builtIn, ColorDepth.allCases.filter { $0 > .mono })
  func aStateInTheRowUnderTheCursorLooksLikeItselfAndNotLikeText(_ name: String, _ depth: ColorDepth) throws {
    let theme = try ThemeLibrary().theme(named: name)
    guard theme.usesColor else { return }
    let adapted = theme.adapted(to: depth, on: theme.ground)
    let text = adapted.style(.text, isSelected: true).foreground
    let isReversed = adapted.selection.background == .terminal
    for role in Role.allCases where isReversed ? role.isTrouble : role.isState {
      let (own, selected) = (adapted.style(role).foreground, adapted.style(role, isSelected: true).foreground)
      #expect(selected != text, "\(name), \(depth.name): \(role)")
      guard let color = own.rgb?.lab, let shown = selected.rgb else {
        #expect(selected == own)
        continue
      }
      #expect(shown.lab.likeness(to: color) > 0.75, "\(name), \(depth.name): \(role) has another hue, \(own) \(selected)")
      guard let text = text.rgb, [.failed, .danger, .late, .warning].contains(role) else { continue }
      let far = CIELab(shown).difference(to: CIELab(text))
      #expect(far >= 10, "\(name), \(depth.name): \(role) is \(far) from text")
    }
  }

  @Test func whatIsNotReadIsLightenedOrDarkenedInItsHueAndAGreyIsNoHue() throws {
    let red = RGB(0xFF6E66)
    for (ground, contrast) in [(RGB(0xFFFFFF), 7.0), (RGB(0x504945), 4.5)] {
      for color in [Color.rgb(red), .palette(203)] {
        let read = try #require(color.read(on: ground, contrast: contrast)?.rgb)
        #expect(read.contrast(to: ground) >= contrast && read.lab.likeness(to: red.lab) > 0.8)
      }
    }
    #expect(Color.rgb(red).read(on: RGB(0), contrast: 7) == .rgb(red))
    #expect(Color.rgb(RGB(0x777777)).read(on: RGB(0x808080), contrast: 4.5) == nil)
    #expect(Color.terminal.read(on: RGB(0), contrast: 7) == .terminal)
  }

  @Test(arguments: ThemeLibrary.builtIn) func everyThemeIsReadOnTheOtherGroundToo(_ name: String) throws {
    let theme = try ThemeLibrary().theme(named: name)
    guard let ground = theme.ground else { return }
    let other: Ground = ground == .dark ? .light : .dark
    for depth in ColorDepth.allCases where depth > .mono {
      #expect(theme.adapted(to: depth, on: other).background != .terminal, "\(theme.name), \(depth.name) vanishes")
    }
    // Its own ground is left as it is.
    #expect(theme.adapted(to: .palette, on: ground).background == .terminal || theme.background != .terminal)
  }

  // MARK: - Colours that there are

  @Test func withoutColoursNothingIsColoured() {
    for role in Role.allCases {
      #expect(Theme.mono.style(role).foreground == .terminal && Theme.mono.style(role).background == .terminal)
      for theme in Self.all { #expect(theme.adapted(to: .mono, on: .light).style(role).foreground == .terminal) }
    }
  }

  @Test(arguments: [ColorDepth.eight, .sixteen], [Ground.dark, .light, nil])
  func withFewColoursNoneBeyondThemIsUsedNorOneThatVanishesOnTheGround(_ depth: ColorDepth, _ ground: Ground?) {
    for theme in Self.all {
      let adapted = theme.adapted(to: depth, on: ground)
      for role in Role.allCases {
        for isSelected in [false, true] {
          let style = adapted.style(role, isSelected: isSelected)
          for color in [style.foreground, style.background] {
            guard case .palette(let place) = color else {
              #expect(color == .terminal)
              continue
            }
            #expect(place < depth.rawValue)
          }
          // Yellow on white, blue on black.
          guard !isSelected, case .palette(let place) = style.foreground else { continue }
          let vanishing: Set<UInt8> = (theme.ground ?? ground) == .light ? [3, 10, 11, 14] : [4]
          #expect(!vanishing.contains(place), "\(theme.name): \(role)")
        }
      }
    }
  }

  @Test func theSelectionIsSeenInEveryTheme() {
    for theme in Self.all {
      for depth in ColorDepth.allCases {
        let adapted = theme.adapted(to: depth, on: theme.ground)
        for role in Role.allCases where role != .protected {
          #expect(adapted.style(role) != adapted.style(role, isSelected: true), "\(theme.name), \(depth.name): \(role)")
        }
      }
    }
  }

  @Test func aColourIsMappedToTheOneThatLooksMostLikeItAndNeverToTheUsersOwn() {
    for place in UInt8(16)...255 { #expect(RGB(place: RGB(place: place).nearestPlace) == RGB(place: place)) }
    #expect(RGB(0xFE8019).nearestPlace == 208 && RGB(0x2E3440).nearestPlace >= 16)
    // What is read on black and on white has few places.
    let brown = RGB(place: RGB(0xB06018).nearestPlace(readOn: [RGB(0), RGB(0xFFFFFF)], contrast: Theme.readable))
    #expect(min(brown.contrast(to: RGB(0)), brown.contrast(to: RGB(0xFFFFFF))) >= Theme.readable)
    #expect(abs(RGB(0).contrast(to: RGB(0xFFFFFF)) - 21) < 0.001)
  }

  /// Machado, Oliveira and Fernandes (2009), at full severity.
  private static let deficiencies: [[Double]] = [
    [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
    [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881],
    [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900],
  ]

  @Test(arguments: ["colourblind", "colourblind-light"]) func whatIsWellIsToldFromWhatIsNotByWhoSeesFewerColours(_ name: String) throws {
    let theme = try ThemeLibrary().theme(named: name)
    func seen(_ role: Role, _ matrix: [Double]) throws -> RGB.Lab {
      let color = try #require(theme.style(role).foreground.rgb)
      let linear = [color.red, color.green, color.blue].map { pow(Double($0) / 255, 2.2) }
      let mixed = (0..<3).map { row in (0..<3).reduce(0.0) { $0 + matrix[row * 3 + $1] * linear[$1] } }
      let bytes = mixed.map { UInt8(clamping: Int(pow(min(1, max(0, $0)), 1 / 2.2) * 255)) }
      return RGB(red: bytes[0], green: bytes[1], blue: bytes[2]).lab
    }
    for matrix in Self.deficiencies {
      for (well, other) in [(Role.ok, Role.failed), (.ok, .late), (.ok, .warning), (.running, .failed), (.running, .late)] {
        let distance = try seen(well, matrix).distance(to: seen(other, matrix)).squareRoot()
        #expect(distance > 0.07, "\(name): \(well) and \(other), \(distance)")
      }
    }
  }
}
