import TestSupport
import Testing

@testable import FleetTUI

/// Whatever looks like a sequence is a key, or nothing at all: never text.
@Suite struct KeySequenceTests {
  private func keys(_ bytes: some Sequence<UInt8>) -> [Key] {
    var decoder = KeyDecoder()
    return decoder.keys(from: bytes) + decoder.settle()
  }

  private func keys(_ text: String) -> [Key] { keys(Array(text.utf8)) }

  // MARK: - Terminals

  /// The key that a capability names; `nil` where this program has none for it.
  private func key(of capability: String) -> Key? {
    let name = capability.prefix { !$0.isNumber }
    if name == "kf", let number = Int(capability.dropFirst(2)) { return .function(number) }
    return switch String(name) {
    case "kcuu", "kUP", "kri": .up
    case "kcud", "kDN", "kind": .down
    case "kcub", "kLFT": .left
    case "kcuf", "kRIT": .right
    case "khome", "kHOM": .home
    case "kend", "kEND": .end
    case "kpp", "kPRV": .pageUp
    case "knp", "kNXT": .pageDown
    case "kich", "kIC": .insert
    case "kdch", "kDC": .delete
    case "kcbt": .backTab
    case "kbs": .backspace
    case "kent": .enter
    case "kspd": .control("z")
    default: nil
    }
  }

  @Test func theKeysOfEveryTerminalAreThoseKeysAndNoneTypesAnything() {
    #expect(TerminfoKeys.all.count > 900)
    for entry in TerminfoKeys.all {
      let found = keys(entry.bytes)
      if let key = key(of: entry.capability) {
        #expect(found == [key], "\(entry.terminal) \(entry.capability)")
      } else {
        for key in found {
          switch key {
          case .character, .control, .alt, .paste, .click, .wheel, .escape, .enter:
            Issue.record("\(entry.terminal) \(entry.capability) is \(key)")
          default: break
          }
        }
      }
      // Cut anywhere, and with text after it.
      for cut in 0...entry.bytes.count {
        var decoder = KeyDecoder()
        let pieces = decoder.keys(from: entry.bytes[..<cut]) + decoder.keys(from: entry.bytes[cut...] + [0x78])
        #expect(pieces == found + [.character("x")], "\(entry.terminal) \(entry.capability) cut at \(cut)")
      }
    }
  }

  // MARK: - Protocols

  @Test func aKeyByItsCharacterIsThatKey() {
    #expect(keys("\u{1B}[99;5u\u{1B}[27;5;99~\u{1B}[67;6u") == [.control("c"), .control("c"), .control("c")])
    #expect(
      keys("\u{1B}[97u\u{1B}[97;2u\u{1B}[97:65;2u\u{1B}[49:33;2;33u\u{1B}[97;65u") == [
        .character("a"), .character("A"), .character("A"), .character("!"), .character("a"),
      ])
    #expect(
      keys("\u{1B}[27u\u{1B}[13;2u\u{1B}[9;2u\u{1B}[127;3u\u{1B}[120;3u\u{1B}[0;;229u") == [
        .escape, .enter, .backTab, .backspace, .alt("x"), .character("å"),
      ])
    #expect(keys("\u{1B}[57419u\u{1B}[57414u\u{1B}[57400u\u{1B}[57376u") == [.up, .enter, .character("1"), .function(13)])
    // A key that is let go, one that only modifies, and one with Super or Ctrl-Alt.
    #expect(keys("\u{1B}[97;1:3u\u{1B}[1;1:3A\u{1B}[57441;2u\u{1B}[97;9u\u{1B}[97;7u\u{1B}[57427u") == [])
    #expect(keys("\u{1B}[1;1:2A\u{1B}[5;1:1~") == [.up, .pageUp])
    // No control is typed.
    #expect(keys("\u{1B}[7u\u{1B}[155u\u{1B}[55296u\u{1B}[99999999u\u{1B}[97;;7u\u{1B}[u\u{1B}[27;1;2~\u{1B}[27~") == [])
  }

  @Test func reportsOfTheMouseAreClicksWhateverTheEncoding() {
    for report in ["\u{1B}[M !\"", "\u{1B}[32;1;2M", "\u{1B}[<0;1;2M", "\u{9B}<0;1;2M"] {
      #expect(keys(report + "x") == [.click(row: 1, column: 0), .character("x")], "\(report.debugDescription)")
    }
  }

  @Test func aReportThatNobodyAskedForIsNothing() {
    var decoder = KeyDecoder(takesMouse: false)
    #expect(decoder.keys(from: Array("\u{1B}[M dd\u{1B}[0;1;2M\u{1B}[<64;1;2Mx".utf8)) == [.character("x")])
  }

  @Test func aReportTakesItsThreeNumbersWithIt() {
    #expect(keys("\u{1B}[M dd") == [.click(row: 67, column: 67)])
    // A release, a motion, the other buttons.
    #expect(keys("\u{1B}[M#dd\u{1B}[M@dd\u{1B}[M\"qqx") == [.character("x")])
    #expect(keys("\u{1B}[M`!!\u{1B}[Ma!!") == [.wheel(-1, row: 0, column: 0), .wheel(1, row: 0, column: 0)])
    // Beyond column 95 as UTF-8, and beyond 161 as a byte.
    #expect(keys("\u{1B}[M \u{E9}!q") == [.click(row: 0, column: 0xE9 - 33), .character("q")])
    #expect(keys([0x1B, 0x5B, 0x4D, 0x20, 0xFF, 0x21, 0x71]) == [.click(row: 0, column: 0xFF - 33), .character("q")])
    #expect(keys([0x1B, 0x5B, 0x4D, 0x20, 0x21, 0xC3, 0x71]) == [.click(row: 0xC3 - 33, column: 0), .character("q")])
    // Half of one is nothing.
    #expect(keys("\u{1B}[M d") == [] && keys("\u{1B}[M") == [])
    #expect(keys("\u{1B}[M \u{03}") == [.control("c")])
    #expect(keys("\u{1B}[<0;0;5M\u{1B}[<99999999999999999999;1;1M\u{1B}[<M\u{1B}[<0;1M\u{1B}[1;2M") == [])
  }

  @Test func answersAndReportsVanishWhole() {
    let answers = [
      "\u{1B}[?1;2c", "\u{1B}[>41;354;0c", "\u{1B}[24;80R", "\u{1B}[0n", "\u{1B}[?997;1n", "\u{1B}[I", "\u{1B}[O", "\u{1B}[8;24;80t",
      "\u{1B}[?2026;2$y", "\u{1B}[4;2$y", "\u{1B}[?0u", "\u{1B}[2 q", "\u{1B}[!p", "\u{1B}[>4;2m", "\u{1B}[201~", "\u{1B}[3;4z",
      "\u{1B}]10;rgb:0000/0000/0000\u{1B}\\", "\u{1B}]52;c;cXF1aXQ=\u{07}", "\u{1B}P1$r0m\u{1B}\\", "\u{1B}_Gi=1;OK\u{1B}\\",
      "\u{1B}^quit\u{1B}\\",
      "\u{1B}Xquit\u{1B}\\", "\u{1B}\\", "\u{1B}Nq", "\u{1B}Oq", "\u{1B}O5q", "\u{1B}(B", "\u{1B}#8", "\u{1B}/Z", "\u{1B} F", "\u{1B}[[q",
      "\u{1B}[\(String(repeating: "1;", count: 200))q", "\u{9B}1;5q", "\u{90}quit\u{9C}", "\u{85}", "\u{8E}q", "\u{E04F}",
    ]
    for answer in answers {
      #expect(keys(answer + "x") == [.character("x")], "\(answer.debugDescription)")
      let bytes = Array(answer.utf8)
      for cut in 0...bytes.count {
        var decoder = KeyDecoder()
        #expect(decoder.keys(from: bytes[..<cut]) + decoder.keys(from: bytes[cut...]) == [], "\(answer.debugDescription) cut at \(cut)")
      }
    }
  }

  @Test func theEightBitFormsAreTheSame() {
    #expect(keys([0x9B, 0x41, 0x8F, 0x50, 0x9B, 0x36, 0x7E]) == [.up, .function(1), .pageDown])
    #expect(keys([0x9D, 0x30, 0x3B, 0x71, 0x9C, 0x6A]) == [.character("j")])
    #expect(keys([0x90, 0x71, 0x1B, 0x5C, 0x6A]) == [.character("j")])
    // Among UTF-8 the byte of an 8-bit end is part of a letter.
    #expect(keys("\u{1B}]0;Ü quit\u{07}j") == [.character("j")])
  }

  @Test func altAndALetterOfAnyAlphabetIsOneKey() {
    #expect(keys("\u{1B}é\u{1B}x\u{1B}7") == [.alt("é"), .alt("x"), .alt("7")])
    for letter in ["P", "X", "]", "^", "_", "[", "O", "N", " ", "(", "/"] { #expect(keys("\u{1B}" + letter) == [.alt(Character(letter))]) }
    #expect(keys("\u{1B}\u{7F}") == [.backspace])
  }

  @Test func bytesThatAreNoUTF8AreNothing() {
    for bytes: [UInt8] in [
      [0xFF], [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88], [0xC3], [0xE2, 0x82],
      [0xA0, 0xBF],
    ] {
      #expect(keys(bytes) == [], "\(bytes)")
      var decoder = KeyDecoder()
      _ = decoder.keys(from: bytes)
      _ = decoder.settle()
      #expect(decoder.keys(from: [0x71]) == [.character("q")], "\(bytes)")
    }
    #expect(keys([0xC3, 0x03]) == [.control("c")])
  }

  // MARK: - Nothing keeps the keyboard

  /// Beginnings of everything that has an end.
  private static let beginnings = [
    "\u{1B}P", "\u{1B}X", "\u{1B}]", "\u{1B}^", "\u{1B}_", "\u{1B}[", "\u{1B}O", "\u{1B}N", "\u{1B}(", "\u{1B}[1;5", "\u{1B}[[", "\u{1B}[M",
    "\u{1B}[M ", "\u{1B}O5",
    "\u{1B}Pq#0", "\u{1B}]11;rgb", "\u{1B}[<0;1", "\u{9B}1", "\u{90}x",
  ]

  @Test(arguments: beginnings) func silenceEndsIt(_ beginning: String) {
    var decoder = KeyDecoder()
    _ = decoder.keys(from: Array(beginning.utf8))
    if let patience = decoder.patience { #expect(patience <= 50) }
    _ = decoder.settle()
    #expect(decoder.patience == nil)
    #expect(decoder.keys(from: [0x71]) == [.character("q")])
  }

  @Test(arguments: beginnings) func theWaysOutGetThroughAtOnce(_ beginning: String) {
    for (byte, key) in [(UInt8(0x03), Key.control("c")), (0x0C, .control("l")), (0x1C, .control("\\"))] {
      var decoder = KeyDecoder()
      _ = decoder.keys(from: Array(beginning.utf8))
      #expect(decoder.keys(from: [byte]) == [key])
    }
    var decoder = KeyDecoder()
    _ = decoder.keys(from: Array(beginning.utf8))
    #expect(decoder.keys(from: [0x1B]) + decoder.settle() == [.escape])
  }

  @Test func aPasteWithoutAnEndIsOverAfterASilenceAndLetsOut() {
    for (pressed, key) in [("\u{03}", Key.control("c")), ("\u{0C}", .control("l")), ("\u{1B}", .escape)] {
      var decoder = KeyDecoder()
      #expect(decoder.keys(from: Array("\u{1B}[200~dem\(pressed)".utf8)) == [])
      #expect(decoder.patience == KeyDecoder.pastePatience)
      #expect(decoder.settle() == [.paste("dem" + pressed), key])
      #expect(decoder.keys(from: [0x71]) == [.character("q")])
    }
    var decoder = KeyDecoder()
    _ = decoder.keys(from: Array("\u{1B}[200~".utf8))
    #expect(decoder.settle() == [] && decoder.patience == nil)
  }

  @Test func pressingTheWayOutOfAPasteAgainAndAgainDoesNotProlongIt() {
    var decoder = KeyDecoder()
    #expect(decoder.isDisturbed(by: [0x03]))
    _ = decoder.keys(from: Array("\u{1B}[200~dem".utf8))
    #expect(decoder.isDisturbed(by: [0x6F]) && decoder.isDisturbed(by: [0x03, 0x6F]))
    for byte in [0x03, 0x0C, 0x1B] as [UInt8] { #expect(!decoder.isDisturbed(by: [byte, byte])) }
  }

  @Test func aSequenceThatIsTooLongMeansNothingToItsEnd() {
    let digits = [UInt8](repeating: 0x31, count: 100_000)
    #expect(keys([0x1B, 0x5B] + digits + [0x41, 0x6A]) == [.character("j")])
    #expect(keys([0x1B, 0x4F] + digits + [0x41, 0x6A]) == [.character("j")])
    #expect(keys([0x1B, 0x5D] + digits + [0x07, 0x6A]) == [.character("j")])
  }

  @Test(arguments: 0..<20) func noBytesKeepTheKeyboardOrTypeAControl(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let alphabet: [UInt8] =
      Array("\u{1B}[]O<;:~MmuP?$ \\_^X0279aAq".utf8) + [0x00, 0x07, 0x0D, 0x80, 0x9B, 0x9C, 0x90, 0xC3, 0xA9, 0xE2, 0xF0, 0xFF]
    for _ in 0..<100 {
      let bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in
        Bool.random(using: &random) ? alphabet.randomElement(using: &random) ?? 0 : UInt8.random(in: 0...255, using: &random)
      }
      var whole = KeyDecoder()
      var cut = KeyDecoder()
      var (found, pieces): ([Key], [Key]) = (whole.keys(from: bytes), [])
      for byte in bytes { pieces += cut.keys(from: [byte]) }
      #expect(found == pieces, "seed \(seed): \(bytes)")
      found += whole.settle()
      #expect(whole.patience == nil && whole.keys(from: [0x71]) == [.character("q")], "seed \(seed): \(bytes)")
      for case .character(let character) in found {
        #expect(character.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) }, "seed \(seed): \(bytes)")
      }
      #expect((cut.keys(from: [0x03]) + cut.settle()).last == .control("c"), "seed \(seed): \(bytes)")
    }
  }
}
