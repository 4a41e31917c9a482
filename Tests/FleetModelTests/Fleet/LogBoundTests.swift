import Testing

@testable import FleetModel

@Suite("The log's bounds")
struct LogBoundTests {
  private func fleet(lines: Int, bytes: Int) -> Fleet {
    var fleet = Fleet()
    fleet.eventLog.byteLimit = 100_000
    let data: JSONValue = ["text": .string(String(repeating: "x", count: bytes))]
    for index in 0..<lines {
      let event = StreamedEvent(type: "X", timestamp: nil, data: data, id: UInt64(index + 1))
      fleet.apply(FleetEvent(source: .feed, at: Timestamp(milliseconds: Int64(index)), change: .streamed(event)))
    }
    return fleet
  }

  @Test("large lines push the oldest out before there are many of them, and the newest stays")
  func bytes() {
    let lines = 300
    let fleet = fleet(lines: lines, bytes: 1000)
    #expect(fleet.log.count < 100 && fleet.log.count > 90 && fleet.log.last?.sequence == UInt64(lines))
    #expect(fleet.log.first.map { $0.sequence + UInt64(fleet.log.count) - 1 } == UInt64(lines))
    #expect(fleet.checkInvariants().isEmpty)
  }

  @Test("a log that was taken begins anew")
  func forgotten() {
    var fleet = fleet(lines: 10, bytes: 10)
    fleet.forgetLog()
    #expect(fleet.log.isEmpty && fleet.checkInvariants().isEmpty)
  }
}
