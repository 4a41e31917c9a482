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
      default: order.isReversed.toggle()
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

  @Test func whatIsUnknownComesLast() {
    #expect(SortKey.number(1) < .text("a"))
    #expect(SortKey.text("z") < .unknown)
    #expect(SortKey(Double.nan) == .unknown)
    #expect(!(SortKey.unknown < .unknown))
  }
}
