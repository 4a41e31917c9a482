import Testing

@testable import FleetTUI

@Suite struct KeyDecoderTests {
  private func keys(_ text: String) -> [Key] {
    var decoder = KeyDecoder()
    return decoder.keys(from: Array(text.utf8)) + decoder.settle()
  }

  @Test func bothCursorKeyModesAreUnderstood() {
    #expect(keys("\u{1B}[A\u{1B}OA\u{1B}[B\u{1B}OB\u{1B}[C\u{1B}OD") == [.up, .up, .down, .down, .right, .left])
    #expect(keys("\u{1B}[H\u{1B}OF\u{1B}[1~\u{1B}[4~\u{1B}[5~\u{1B}[6~") == [.home, .end, .home, .end, .pageUp, .pageDown])
  }

  @Test func aKeyWithModifiersIsStillTheKey() {
    #expect(keys("\u{1B}[1;5A\u{1B}[5;3~") == [.up, .pageUp])
  }

  @Test func aLoneEscapeIsTheEscapeKeyOnceNothingFollows() {
    var decoder = KeyDecoder()
    #expect(decoder.keys(from: [0x1B]) == [])
    #expect(decoder.patience == KeyDecoder.sequencePatience)
    #expect(decoder.settle() == [.escape])
    #expect(decoder.patience == nil)
    #expect(decoder.settle() == [])
  }

  @Test func aSequenceCutAnywhereIsTheSameKey() {
    let bytes = Array("\u{1B}[6~é\u{1B}OPx".utf8)
    for cut in 0...bytes.count {
      var decoder = KeyDecoder()
      let found = decoder.keys(from: bytes[..<cut]) + decoder.keys(from: bytes[cut...])
      #expect(found == [.pageDown, .character("é"), .function(1), .character("x")])
    }
  }

  @Test func controlKeysAndAlt() {
    #expect(
      keys("\u{03}\u{0C}\u{1C}\r\n\t\u{7F}\u{08}") == [
        .control("c"), .control("l"), .control("\\"), .enter, .enter, .tab, .backspace, .backspace,
      ])
    #expect(keys("\u{1B}x\u{1B}[Z") == [.alt("x"), .backTab])
  }

  @Test func aPasteIsOneKeyWhateverItHolds() {
    #expect(keys("\u{1B}[200~q\r\u{1B}[Ad\u{1B}[201~j") == [.paste("q\r\u{1B}[Ad"), .character("j")])
  }

  @Test func aPasteWithoutEndIsBounded() {
    var decoder = KeyDecoder()
    #expect(decoder.keys(from: Array("\u{1B}[200~".utf8)) == [])
    #expect(decoder.keys(from: [UInt8](repeating: 0x61, count: 100_000)) == [])
    let found = decoder.keys(from: Array("\u{1B}[201~j".utf8))
    guard case .paste(let text)? = found.first else {
      Issue.record("no paste came")
      return
    }
    #expect(text.utf8.count <= KeyDecoder.pasteLimit)
    #expect(found.last == .character("j"))
  }

  @Test func anAnswerOfTheTerminalIsNoKey() {
    #expect(keys("\u{1B}]11;rgb:0000/0000/0000\u{1B}\\q") == [.ground(.dark), .character("q")])
    #expect(keys("\u{1B}]0;q\u{07}j") == [.character("j")])
    #expect(keys("\u{1B}P1$r0m\u{1B}\\j\u{1B}[?62;22c\u{1B}[?2026;2$yk") == [.character("j"), .character("k")])
  }

  @Test(arguments: [
    ("rgb:ffff/ffff/ffff", Ground.light), ("rgb:fd/f6/e3", .light), ("rgb:0/0/0", .dark), ("rgba:1e1e/1e1e/1e1e/ffff", .dark),
    ("#ffffff", .light),
    ("rgb:2e2e/3434/4040", .dark), ("rgb:ff/ff", nil), ("rgb:fffff/0/0", nil), ("rgb:-1/0/0", nil), ("rgb:/0/0", nil), ("?", nil),
    ("", nil),
    ("rgb:qq/dd/qq", nil), ("rgb:ff/ff/ff/ff", nil), (String(repeating: "f", count: 1000), nil),
  ]) func itsGroundIsToldAndNothingOfItIsTyped(_ answer: String, _ ground: Ground?) {
    let told = ground.map { [Key.ground($0)] } ?? []
    for end in ["\u{07}", "\u{1B}\\"] {
      #expect(keys("j\u{1B}]11;\(answer)\(end)k") == [.character("j")] + told + [.character("k")])
    }
    #expect(keys("\u{9D}11;\(answer)\u{07}") == told || keys("\u{9D}") == [])
  }

  @Test func anAnswerInPiecesIsWaitedForWhileItMayComeAndOneThatNeverEndsKeepsNoKey() {
    let answer = Array("\u{1B}]11;rgb:ffff/ffff/ffff\u{1B}\\".utf8)
    for cut in 1..<answer.count {
      var decoder = KeyDecoder()
      decoder.awaitsGround = true
      var found = decoder.keys(from: answer[..<cut])
      #expect(decoder.patience ?? 0 >= KeyDecoder.answerPatience.escape || cut == answer.count - 1)
      found += decoder.keys(from: answer[cut...]) + decoder.keys(from: [0x71])
      #expect(found == [.ground(.light), .character("q")])
    }
    var decoder = KeyDecoder()
    decoder.awaitsGround = true
    #expect(decoder.keys(from: answer.prefix(12)) + decoder.settle() == [])
    #expect(decoder.keys(from: [0x71]) == [.character("q")])
    // The Escape key is slow only while an answer may come.
    decoder.awaitsGround = false
    _ = decoder.keys(from: [0x1B])
    #expect(decoder.patience == KeyDecoder.sequencePatience)
  }

  @Test func mouseReportsAreClicksAndWheelSteps() {
    #expect(
      keys("\u{1B}[<0;150;40M\u{1B}[<0;150;40m\u{1B}[<64;1;2M\u{1B}[<65;1;2M") == [
        .click(row: 39, column: 149), .wheel(-1, row: 1, column: 0), .wheel(1, row: 1, column: 0),
      ])
  }

  @Test func noBytesWhateverBreakTheDecoder() {
    var random = SystemRandomNumberGenerator()
    let alphabet: [UInt8] = [0x1B, 0x5B, 0x4F, 0x3B, 0x7E, 0x4D, 0x3C, 0x30, 0x39, 0xC3, 0xA9, 0xFF, 0x80, 0xF0, 0x00, 0x9B, 0x61, 0x07]
    for _ in 0..<500 {
      var decoder = KeyDecoder()
      let bytes = (0..<200).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      _ = decoder.keys(from: bytes)
      _ = decoder.settle()
      // Whatever came before, the end of a paste and of a string bring it back.
      _ = decoder.keys(from: Array("\u{1B}[201~\u{1B}\\\u{07}".utf8))
      _ = decoder.settle()
      #expect(decoder.keys(from: [0x71]) + decoder.settle() == [.character("q")])
    }
  }

  @Test func everyKeyOfTheTableIsFoundByItsName() {
    for entry in Action.table { for key in entry.keys { #expect(Key(named: key.name) == key) } }
    #expect(Key(named: "hyper-x") == nil)
    #expect(Key(named: "f25") == nil)
  }
}

@Suite struct KeyMapTests {
  @Test func everyActionHasAPlaceANameOfItsOwnAndAWayToIt() {
    #expect(Set(Action.table).count == Action.table.count)
    for action in Action.table {
      #expect(!action.help.isEmpty, "\(action.name)")
      // Without a key it is asked for by name, with or without words behind it: that is a page's.
      let isSomewhere = Action.Place.allCases.contains { action.has($0) } || action.argument != nil
      #expect(!action.keys.isEmpty || action.has(.page) || action.argument != nil, "nothing leads to \(action.name)")
      #expect(isSomewhere, "\(action.name) does nothing anywhere")
      for key in action.keys where action.isOfText { #expect(!key.isCharacter, "\(action.name): \(key.name) is text where it is typed") }
    }
    #expect(Action.table.filter { $0.danger == .destructive } == [.delete])
  }

  @Test(arguments: Action.Place.allCases) func noKeyMeansTwoThingsInOnePlace(_ place: Action.Place) {
    var seen: [Key: Action] = [:]
    for action in Action.table where action.has(place) {
      for key in action.keys where KeyMap.standard.action(for: key, in: place) == action {
        #expect(seen.updateValue(action, forKey: key) == nil, "\(key.name) is used twice")
      }
      // Where text is typed Ctrl and a letter is the line's.
      for key in action.keys where !place.takesText || action.isOfText || !key.hasLetter {
        #expect(seen[key] == action, "\(key.name) is not \(action.name)'s")
      }
    }
  }

  @Test func aConfiguredKeyReplacesTheStandardOnes() throws {
    let map = try KeyMap(overrides: ["quit": "Q", "down": "ctrl-n"])
    #expect(map.action(for: .character("Q"), in: .page) == .quit)
    #expect(map.action(for: .character("q"), in: .page) == nil)
    #expect(map.action(for: .down, in: .page) == nil)
    #expect(map.action(for: .control("n"), in: .page) == .down)
    #expect(map.action(for: .up, in: .page) == .up)
  }

  @Test func aKeyMeansInEachPlaceWhatIsDoneThere() throws {
    let map = try KeyMap(overrides: ["sort": "n", "erase-line": "ctrl-k", "down": "ctrl-w"])
    // No text is sorted, and no page is searched.
    #expect(map.action(for: .character("n"), in: .page) == .sort && map.action(for: .character("n"), in: .pager) == .findNext)
    #expect(map.action(for: .control("u"), in: .page) == .pageUp && map.action(for: .control("u"), in: .line) == nil)
    #expect(map.action(for: .control("k"), in: .line)?.inLine == .erase(.line))
    // Where text is typed Ctrl and a letter is the line's, and the arrows stay what they were.
    #expect(map.action(for: .control("w"), in: .page) == .down && map.action(for: .control("w"), in: .line)?.inLine == .erase(.word))
    #expect(map.action(for: .down, in: .page) == nil && map.action(for: .down, in: .dialog) == .down)
  }

  @Test func aKeyTakenFromAnActionWithOthersIsNoConflict() throws {
    let map = try KeyMap(overrides: ["quit": "k"])
    #expect(map.action(for: .character("k"), in: .page) == .quit)
    #expect(map.keys(for: .up) == [.up])
  }

  @Test(arguments: [
    (["quti": "x"], "did you mean quit?"), (["quit": "hyper-x"], "is no key"), (["quit": "x", "help": "x"], "to both"),
    (["quit": "?"], "only key of help"), (["quit": "n"], "only key of find-next"), (["erase-line": "x"], "would be text"),
    (["confirm": "f5", "erase": "f5"], "to both"),
  ])
  func whatIsWrongIsNamed(_ overrides: [String: String], _ words: String) {
    let error = #expect(throws: KeyMapError.self) { try KeyMap(overrides: overrides) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }
}
