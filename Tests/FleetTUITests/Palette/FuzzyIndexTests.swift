import Testing

@testable import FleetTUI

@Suite struct FuzzyIndexTests {
  private func best(_ text: String, _ names: [String]) -> [String] {
    var index = FuzzyIndex()
    for name in names { index.add(name) }
    return index.best(10, for: text).hits.map { names[$0.place] }
  }

  @Test("What is named whole comes first, then what begins so, then what holds the letters in their order")
  func theOrder() {
    #expect(best("orphans", ["orphans-by-cost", "more-orphans", "orphans", "or-ph-an-s"]).first == "orphans")
    #expect(best("sort", ["resort", "sort-left", "so-x-rt"]) == ["sort-left", "resort", "so-x-rt"])
    #expect(best("sl", ["else", "sort-left", "slow"]) == ["slow", "sort-left"])
    #expect(best("ac/sup", ["acme/support-7", "backup", "acme/other"]) == ["acme/support-7"])
    #expect(best("xyz", ["abc"]).isEmpty)
  }

  @Test("Every word must be there, whatever the case, and those of one score stay in their order")
  func words() {
    #expect(best("THEME nord", ["theme nord", "theme mono", "nord"]) == ["theme nord"])
    #expect(best("a", ["a1", "a2", "a3"]) == ["a1", "a2", "a3"])
    #expect(best("", ["a", "b"]) == ["a", "b"])
  }

  @Test("Only the best are kept, and all are counted")
  func theLimit() {
    var index = FuzzyIndex()
    for number in 0..<1000 { index.add("org-\(number)") }
    index.add("org")
    let (hits, count) = index.best(5, for: "org")
    #expect(count == 1001 && hits.count == 5 && hits[0].place == 1000)
    #expect(hits.dropFirst().map(\.place) == [0, 1, 2, 3])
  }
}
