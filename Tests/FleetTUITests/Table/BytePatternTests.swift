import Testing

@testable import FleetTUI

@Suite struct BytePatternTests {
  private func matches(_ pattern: String, _ text: String) throws -> Bool {
    let pattern = try BytePattern(pattern)
    return Array(text.utf8).withUnsafeBufferPointer { pattern.matches($0) }
  }

  @Test(
    "A pattern matches what it says",
    arguments: [
      ("abc", "xABCx", true), ("abc", "ab", false), ("a.c", "abc", true), ("a.c", "a\nc", false), ("^acme$", "one\nacme\ntwo", true),
      ("^acme$", "acme2", false), ("a|b|cd", "xcdx", true), ("^(a|b)+$", "abba", true), ("^(a|b)+$", "abca", false),
      ("^a{2,3}$", "aaa", true),
      ("^a{2,3}$", "aaaa", false), ("^a{2}$", "aa", true), ("^a{2,}$", "aaaaa", true), ("^a{2,}$", "a", false), ("x?y", "y", true),
      ("[0-9]+m", "5m", true), ("[^0-9]", "12", false), ("[^0-9]", "1é", true), ("\\d+\\.\\d", "10.5", true), ("\\d+\\.\\d", "10x5", false),
      ("^\\w+-\\w+$", "e2e-x", true), ("\\S", " ", false), ("^.{3}$", "aéb", true), ("^.$", "日", true), ("日本", "x日本y", true),
      ("[a-]b", "-b", true), ("[]]", "]", true), ("(a*)*b", "aaab", true), ("(?:ab)+c", "ababc", true), ("a*?b", "aab", true),
      ("", "x", true),
      ("$", "", true), ("a$b", "ab", false), ("(^x|y)z", "yz", true), ("(^x|y)z", "axz", false), ("K", "k", true), ("[A-C]", "b", true),
    ])
  func matching(_ pattern: String, _ text: String, _ isMatch: Bool) throws {
    #expect(try matches(pattern, text) == isMatch, "\(pattern) \(text)")
  }

  @Test(
    "A broken pattern says what is wrong", arguments: ["(", ")", "a)", "[a", "*a", "a{2", "a{3,2}", "a{1000}", "\\", "\\q", "(?=a)", "[é]"])
  func broken(_ pattern: String) { #expect(throws: FilterProblem.self) { _ = try BytePattern(pattern) } }

  @Test("A pattern that others hang on costs its length times the text's, and one that asks for too many states gives up")
  func catastrophicPatterns() throws {
    let text = String(repeating: "a", count: 20_000) + "!"
    for pattern in ["(a+)+$", "(a|a)*b", "(a*)*b", "(a|aa)+$x", "(.*)*=.*"] { #expect(try !matches(pattern, text)) }
    #expect(throws: FilterProblem.self) { _ = try BytePattern("((a{50}){50}){50}") }
    let wide = try BytePattern("[ab]*a[ab]{90}c")
    var random = SeededBits(state: 7)
    let noise = (0..<400_000).map { _ in random.next() ? UInt8(ascii: "a") : UInt8(ascii: "b") }
    for start in stride(from: 0, to: noise.count, by: 4000) where !wide.isExhausted {
      _ = noise[start..<start + 4000].withUnsafeBufferPointer { wide.matches($0) }
    }
    #expect(wide.isExhausted)
    wide.begin()
    #expect(!wide.isExhausted)
  }

  @Test("Hits are found where they are, each as long as it can be")
  func hits() throws {
    let pattern = try BytePattern("\\d+m|late")
    #expect(pattern.ranges(in: Array("late 12m, 5m".utf8)) == [0..<4, 5..<8, 10..<12])
    #expect(try BytePattern("^a").ranges(in: Array("aa".utf8)) == [0..<1])
    #expect(try BytePattern("x*").ranges(in: Array("ab".utf8)).isEmpty)
    #expect(try BytePattern("a$").ranges(in: Array("aa".utf8)) == [1..<2])
  }

  private struct SeededBits {
    var state: UInt64
    mutating func next() -> Bool {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 63 == 1
    }
  }
}
