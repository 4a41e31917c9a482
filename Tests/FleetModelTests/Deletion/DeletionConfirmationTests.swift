import FleetModel
import Testing

@Suite struct DeletionConfirmationTests {
  let opened = Timestamp(seconds: 1_795_000_000)

  /// Types by hand: 120 ms a key. - Returns: the time after the last key.
  @discardableResult
  func type(_ text: String, into confirmation: inout TypedConfirmation, from start: Timestamp) -> Timestamp {
    var now = start
    for key in text {
      now = now + 0.12
      #expect(confirmation.handle(.key(key), at: now) == .typing)
    }
    return now
  }

  func confirmation(word: String? = nil) -> TypedConfirmation {
    TypedConfirmation(phrase: "staging/acme", protectedWord: word, openedAt: opened)
  }

  @Test func thePhraseTypedByHandConfirmsWithEnterAlone() {
    var confirmation = confirmation()
    let now = type("staging/acme", into: &confirmation, from: opened + 1)
    #expect(confirmation.matches)
    #expect(confirmation.handle(.enter, at: now + 0.2) == .confirmed)
  }

  @Test func whatEnterDoesIsKnownAsSoonAsThePhraseIsRightAndNotBefore() {
    var confirmation = confirmation(word: "0a1b2c3d")
    var now = type("staging/acm", into: &confirmation, from: opened + 3)
    #expect(confirmation.next == nil)
    now = type("e", into: &confirmation, from: now)
    #expect(confirmation.next == "asks for the second word")
    confirmation.setBlock("control-plane is stale")
    #expect(confirmation.next == nil)
    confirmation.setBlock(nil)
    _ = confirmation.handle(.enter, at: now + 1)
    #expect(confirmation.next == nil)
    type("0a1b2c3d", into: &confirmation, from: now + 1)
    #expect(confirmation.next == "deletes it for good")
  }

  @Test func enterDoesNothingBeforeTwoSeconds() {
    var confirmation = confirmation()
    let now = type("staging/acme", into: &confirmation, from: opened)
    #expect(now - opened < TypedConfirmation.dwell)
    #expect(confirmation.handle(.enter, at: now + 0.1) == .typing)
    #expect(confirmation.notice == .tooSoon)
    #expect(confirmation.handle(.enter, at: opened + 2) == .confirmed)
  }

  @Test(arguments: ["staging/acm", "staging/acme2", "production/acme", "staging/Acme", "acme", "staging/acme ", "staging\u{2215}acme"])
  func anythingButTheExactPhraseDoesNothingAndBacksOff(text: String) {
    var confirmation = confirmation()
    let now = type(text, into: &confirmation, from: opened + 3)
    #expect(confirmation.handle(.enter, at: now) == .typing)
    #expect(confirmation.notice == .wrong && confirmation.closedFor(at: now) == 1)
    // Keys meanwhile are nothing.
    #expect(confirmation.handle(.key("x"), at: now + 0.5) == .typing)
    #expect(confirmation.text == text)
    _ = confirmation.handle(.enter, at: now + 1.1)
    #expect(confirmation.closedFor(at: now + 1.1) == 2)
  }

  @Test func aPasteIsRefusedWhole() {
    var confirmation = confirmation()
    type("sta", into: &confirmation, from: opened + 3)
    #expect(confirmation.handle(.paste, at: opened + 5) == .typing)
    #expect(confirmation.text.isEmpty && confirmation.notice == .pasted)
  }

  @Test func aBurstFasterThanAHandIsRefusedLikeAPaste() {
    var confirmation = confirmation()
    for (index, key) in "staging/acme".enumerated() { _ = confirmation.handle(.key(key), at: opened + 3 + Double(index) * 0.001) }
    #expect(!confirmation.matches && confirmation.text.isEmpty)
    #expect(confirmation.handle(.enter, at: opened + 30) == .typing)
  }

  @Test func escapeLeavesFromEverywhereEvenWhileBackingOff() {
    var confirmation = confirmation()
    _ = confirmation.handle(.paste, at: opened + 3)
    #expect(confirmation.handle(.escape, at: opened + 3.1) == .left)
  }

  @Test func aProtectedEnvironmentAsksForTheSecondWord() {
    var confirmation = confirmation(word: "a4d1a4d1")
    var now = type("staging/acme", into: &confirmation, from: opened + 1)
    #expect(confirmation.handle(.enter, at: now + 0.1) == .typing)
    #expect(confirmation.stage == .protectedWord && confirmation.text.isEmpty)
    now = type("a4d1a4d2", into: &confirmation, from: now + 1)
    #expect(confirmation.handle(.enter, at: now) == .typing)
    for _ in 0..<1 { _ = confirmation.handle(.erase(.character), at: now + 2) }
    now = type("1", into: &confirmation, from: now + 2)
    #expect(confirmation.handle(.enter, at: now + 0.1) == .confirmed)
  }

  @Test func staleDataKeepsItFromBeingConfirmed() {
    var confirmation = confirmation()
    let now = type("staging/acme", into: &confirmation, from: opened + 1)
    confirmation.setBlock("ec2:us-east-2 is stale")
    #expect(confirmation.handle(.enter, at: now + 1) == .typing)
    confirmation.setBlock(nil)
    #expect(confirmation.handle(.enter, at: now + 2) == .confirmed)
  }

  @Test func whyAKeyCountedForNothingIsSaidAlthoughTheDataGoesStaleMeanwhile() {
    var confirmation = confirmation()
    _ = confirmation.handle(.paste, at: opened + 3)
    confirmation.setBlock("control-plane is failed")
    confirmation.setBlock(nil)
    #expect(confirmation.notice == .pasted && confirmation.closedFor(at: opened + 3) > 0)
  }

  @Test func aChangedPlanForgetsWhatWasTyped() {
    var confirmation = confirmation()
    let now = type("staging/acme", into: &confirmation, from: opened + 1)
    _ = confirmation.handle(.planChanged(phrase: "staging/acme", protectedWord: nil), at: now)
    #expect(confirmation.text.isEmpty && confirmation.notice == .planChanged)
    #expect(confirmation.handle(.enter, at: now + 5) == .typing)
  }
}
