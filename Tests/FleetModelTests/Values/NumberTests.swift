import Foundation
import HostileNumbers
import Testing

@testable import FleetModel

@Suite("Figures from outside")
struct NumberTests {
  private static let figures: [Double] = [
    .nan, .infinity, -.infinity, 1e308, -1e308, 1e30, 0x1p63, -0x1p63, 0x1p64, 0x1p53, .leastNonzeroMagnitude, -0.0, 0.9, -0.9, -1,
    2_147_483_648,
  ]

  @Test("a figure becomes a whole number, the nearest where it doesn't fit, 0 where it is none")
  func wholeNumbers() {
    #expect(
      Self.figures.map { Int(clamping: $0) } == [0, .max, .min, .max, .min, .max, .max, .min, .max, 1 << 53, 0, 0, 0, 0, -1, 1 << 31])
    #expect(Int32(clamping: 2_147_483_648.0) == .max && Int32(clamping: -2_147_483_649.0) == .min && Int32(clamping: -7.9) == -7)
    #expect(UInt64(clamping: -1.0) == 0 && UInt64(clamping: 0x1p64) == .max && UInt64(clamping: 0x1p63) == 1 << 63)
    #expect(Int64(clamping: 9_007_199_254_740_993.0) == 9_007_199_254_740_992)
  }

  @Test("a wait is as long as a clock can count, and none for what is none")
  func waits() {
    for figure in Self.figures {
      let wait = Duration.seconds(clamping: figure)
      #expect(wait >= .zero && wait <= .seconds(10_000_000_000))
      #expect((0...3_600_000).contains(pollTimeout(figure)))
    }
    #expect(Duration.seconds(clamping: 1.5) == .milliseconds(1500))
    #expect(pollTimeout(0.0001) == 1 && pollTimeout(15) == 15_000 && pollTimeout(-3) == 0)
  }

  @Test("counts, durations and rates are believed within their bounds alone")
  func plausible() {
    #expect(JSONValue.integer(7).count == 7 && JSONValue.number(7).count == 7)
    for absurd: JSONValue in [-1, .integer(.max), .integer(.min), .number(1e308), .number(.nan), "7", nil] { #expect(absurd.count == nil) }
    #expect(JSONValue.number(1.5).duration == 1.5 && JSONValue.number(1.5).rate == 1.5)
    for absurd: JSONValue in [-1, .integer(.max), .number(1e308), .number(.infinity), .number(.nan), "7"] {
      #expect(absurd.duration == nil)
    }
    #expect(JSONValue.number(-0.1).rate == nil && JSONValue.number(.infinity).rate == nil)
  }

  @Test("spoken and summed, no figure ends the program")
  func words() {
    for figure in Self.figures {
      #expect(!Spoken.duration(figure).isEmpty)
      #expect(!JSONValue.number(figure).serialized().isEmpty && !JSONValue(figure).serialized().isEmpty)
    }
  }

  @Test("whatever numbers and moments the events hold, the fleet takes them in and is judged", arguments: 1...150 as ClosedRange<UInt64>)
  func events(seed: UInt64) throws {
    var hostile = HostileNumbers(seed: seed)
    var fleet = Fleet()
    var now = SampleEvents.start
    for event in SampleEvents.all {
      let events = try HostileNumbersTests.spoiled(event, &hostile)
      for event in events { fleet.apply(event) }
      if hostile.next() % 4 == 0 { now = Timestamp(milliseconds: Int64(bitPattern: hostile.next())) }
      fleet.judge(at: now, limits: Triage.Limits(vcpuQuota: .max))
      _ = fleet.takeChanges()
    }
    #expect(fleet.checkInvariants().isEmpty)
    for moment in [now, SampleEvents.start, Timestamp(milliseconds: .min), Timestamp(milliseconds: .max)] {
      HostileNumbersTests.look(at: fleet, moment)
    }
  }

  @Test("a stream's moment from days ahead counts for none: what is told after it is not older than it")
  func fromTheFuture() throws {
    var fleet = Fleet()
    for event in SampleEvents.all.prefix(10) { fleet.apply(event) }
    let ahead = StreamedEvent(type: .workspaceHeartbeat, timestamp: Timestamp(milliseconds: .max), workspaceID: "w-1")
    fleet.apply(FleetEvent(source: .tenant("acme"), at: SampleEvents.start + 5, change: .streamed(ahead)))
    #expect(fleet.workspaces["w-1"]?.lastHeartbeat == SampleEvents.start + 5)
  }
}

enum HostileNumbersTests {
  /// The event with some of its numbers replaced; none where it is no event then.
  static func spoiled(_ event: FleetEvent, _ hostile: inout HostileNumbers) throws -> [FleetEvent] {
    let json = try JSONValue(parsing: Array(JSONEncoder().encode(event)))
    return [try? JSONCoding.value(FleetEvent.self, from: Array(hostile.spoil(json).utf8))].compactMap { $0 }
  }

  /// Everything that is made of a fleet's numbers.
  static func look(at fleet: Fleet, _ now: Timestamp) {
    _ = OrphanJudgement(of: fleet, settings: OrphanSettings(), at: now)
    var fleet = fleet
    fleet.judge(at: now)
    _ = OrphanReport(of: fleet, at: now)
    let costs = CostReport(of: fleet, at: now)
    #expect(costs.total.hourly.known.isFinite)
    _ = VCPUQuota(of: fleet, configured: nil).fits("t3.large")
    _ = fleet.vcpuLimit
    _ = fleet.zoneReport(at: now)
    _ = fleet.findings(at: now)
    _ = fleet.clockFinding(at: now)
    for org in fleet.orgs.values {
      _ = fleet.findings(within: org.id, at: now)
      _ = LLMSpend(of: org, in: fleet)
      check(fleet.progress(of: .tenant(org.id), at: now))
      for workspace in fleet.workspaces(of: org.id) { check(fleet.progress(of: .workspace(workspace.id), at: now)) }
    }
    for source in fleet.sources.keys { _ = fleet.freshness(of: source, at: now) }
  }

  private static func check(_ progress: FleetModel.Progress?) {
    guard let progress else { return }
    #expect(progress.fraction.map { (0...1).contains($0) } ?? true)
    #expect(progress.eta.map { $0.p50 >= 0 && $0.p90 >= $0.p50 && $0.p90.isFinite } ?? true, "\(progress)")
  }
}
