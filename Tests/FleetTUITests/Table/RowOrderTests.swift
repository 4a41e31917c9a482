import Testing

@testable import FleetTUI

@Suite struct RowOrderTests {
  @Test func everyChangeLeavesTheOrderThatASortWouldGive() {
    var random = SystemRandomNumberGenerator()
    var order = RowOrder<Int>()
    var keys: [Int: SortKey] = [:]
    for step in 0..<3000 {
      let id = Int.random(in: 0..<100, using: &random)
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<6:
        let key =
          [SortKey.number(Double(Int.random(in: 0..<20, using: &random))), .text("t\(id % 7)"), .unknown].randomElement(using: &random)
          ?? .unknown
        order.place(id, key: key)
        keys[id] = key
      case 6..<9:
        order.remove(id)
        keys[id] = nil
      default: order.reverse()
      }
      guard step % 50 == 0 else { continue }
      let sorted = keys.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
      let expected = order.isReversed ? sorted.reversed() : sorted
      #expect((0..<order.count).map { order[$0] } == expected)
      for (index, id) in expected.enumerated() { #expect(order.index(of: id) == index) }
    }
  }

  @Test func rowsThatAreNotKeptAreGone() {
    var order = RowOrder<Int>()
    order.rebuild(0..<100) { .number(Double(-$0)) }
    order.keep { $0 % 2 == 0 }
    #expect(order.count == 50)
    #expect(order[0] == 98)
    #expect(order.index(of: 3) == nil)
    #expect(order.index(of: 0) == 49)
  }

  @Test("Rows of one first key stand by the second, in its own order whichever way the first is turned, and what isn't known is last")
  func aSecondKey() {
    let rows: [Int: (SortKey, SortKey)] = [
      1: (.text("a"), .number(2)), 2: (.text("a"), .number(1)), 3: (.text("b"), .unknown), 4: (.text("b"), .number(9)),
      5: (.text("b"), .number(9)),
    ]
    var order = RowOrder<Int>()
    func key(_ id: Int) -> SortKey { rows[id]?.0 ?? .unknown }
    func second(_ id: Int) -> SortKey { rows[id]?.1 ?? .unknown }
    func shown() -> [Int] { (0..<order.count).map { order[$0] } }
    order.rebuild(rows.keys, isSecondReversed: false, key: key, second: second)
    #expect(shown() == [2, 1, 4, 5, 3])
    order.reverse()
    #expect(shown() == [5, 4, 3, 2, 1])
    order.rebuild(rows.keys, isReversed: false, isSecondReversed: true, key: key, second: second)
    #expect(shown() == [1, 2, 4, 5, 3])
    order.place(2, key: .text("a"), second: .number(3))
    #expect(shown() == [2, 1, 4, 5, 3])
    for (index, id) in shown().enumerated() { #expect(order.index(of: id) == index) }
    order.remove(4)
    #expect(order.filtered { $0 != 1 }.index(of: 5) == 1)
  }

  @Test func whatIsUnknownComesLast() {
    #expect(SortKey.number(1) < .text("a"))
    #expect(SortKey.text("z") < .unknown)
    #expect(SortKey(Double.nan) == .unknown)
    #expect(!(SortKey.unknown < .unknown))
  }
}
