import FleetModel
import FleetSim
import Testing

import enum FleetModel.JSONValue

@Suite("Simulated fleet feed", .timeLimit(.minutes(5)))
struct SimulationFeedTests {
  private static let path = "/cp/admin/events/stream"

  private func open(_ wire: SimulationWire, after id: String? = nil) async throws -> SimulationWire.Stream {
    try await wire.open("GET", Self.path, bearer: wire.endpoints.adminToken, headers: id.map { ["Last-Event-ID": $0] } ?? [:])
  }

  @Test("A fresh connection gets retry first, replays nothing, and ids only grow")
  func fresh() async throws {
    try await withSimulation(speed: 200) { _, wire in
      var stream = try await open(wire)
      defer { stream.close() }
      try await stream.read { $0.ids.count >= 12 }
      let reply = SimulationWire.reply(from: stream.received)
      #expect(reply.header("Content-Type") == "text/event-stream")
      #expect(reply.text.hasPrefix("retry: 2000\n\nid: "))
      let ids = stream.ids
      #expect(ids == ids.sorted())
      #expect(Set(ids).count == ids.count)
      for event in stream.events {
        #expect(event["type"]?.text != nil)
        #expect(event["timestamp"]?.integer != nil)
        #expect(event["slug"]?.text != nil)
        #expect(event["org_id"]?.text != nil)
        #expect(event["data"]?.members != nil)
      }
    }
  }

  @Test("Resuming replays exactly what came after the last event, in order")
  func resume() async throws {
    try await withSimulation(speed: 200) { simulation, wire in
      var first = try await open(wire)
      try await first.read { $0.ids.count >= 6 }
      simulation.cutFeed()
      _ = try await first.readToEnd()
      first.close()
      #expect(!first.text.hasSuffix("0\r\n\r\n"), "a cut feed ends without the last chunk")
      let seen = first.ids
      let last = try #require(seen.dropLast(2).last)
      var second = try await open(wire, after: String(last))
      defer { second.close() }
      try await second.read { $0.ids.count >= 8 }
      #expect(second.ids == Array((last + 1)..<(last + 1 + second.ids.count)))
      #expect(second.events.first?["type"]?.string != "FEED_RESET")
      #expect(Array(second.events.prefix(2)) == Array(first.events.suffix(2)))
    }
  }

  @Test("A point that is no longer held, lies ahead or is no number gets FEED_RESET first")
  func reset() async throws {
    try await withSimulation(feedCapacity: 5) { _, wire in
      for id in ["1", "99999999", "18446744073709551615", "-5", "abc"] {
        var stream = try await open(wire, after: id)
        defer { stream.close() }
        try await stream.read { $0.text.contains("FEED_RESET") }
        let event = try #require(stream.events.first)
        #expect(event["type"]?.string == "FEED_RESET")
        #expect(event["data"]?["oldest_id"]?.integer ?? 0 > 1)
        #expect(event["timestamp"]?.integer != nil)
      }
    }
  }

  @Test("It tells of a boot phase by phase, of a cascade step by step, and of its end")
  func story() async throws {
    try await withSimulation(speed: 600) { _, wire in
      // From the simulation's first event on, however late the connection is.
      var stream = try await open(wire, after: "48000")
      defer { stream.close() }
      async let receipt = wire.delete("globex", confirm: "globex")
      try await stream.read { stream in
        let text = stream.text
        return text.contains("WORKSPACE_ONLINE")
          && text.contains(#""slug":"globex","data":{"purge_id""#) && text.contains("completed_at")
          && text.contains("\"instance_status\":\"failed\"") && text.contains("WORKSPACE_PROVISION_FAILED")
      }
      let purge = try await receipt.json["purge_id"]
      try await stream.read { stream in stream.events.contains { $0["type"]?.string == "ORG_PURGED" && $0["data"]?["purge_id"] == purge } }
      try await stream.read { stream in
        stream.events.contains {
          $0["slug"]?.string == "cinder" && $0["data"]?["event"]?.string == "adapter" && $0["data"]?["status"]?.string == "ok"
        }
      }
      let events = stream.events
      let steps = events.filter { $0["data"]?["purge_id"] == purge && $0["type"]?.string == "PURGE_STEP" }
      let told = steps.compactMap { step in step["data"]?["step"]?.string.map { "\($0) \(step["data"]?["status"]?.string ?? "")" } }
      #expect(told == ["stripe", "redis", "infra", "db_rows"].flatMap { ["\($0) started", "\($0) ok"] })

      let boots = events.filter { $0["type"]?.string == "BOOT_EVENT" && $0["slug"]?.string == "cinder" }
      let phases = boots.compactMap { $0["data"]?["event"]?.string }
      #expect(phases.contains("adapter"))
      #expect(
        boots.allSatisfy { $0["workspace_id"]?.text != nil && $0["data"]?["step"]?.integer != nil && $0["data"]?["total"]?.integer != nil })
      let failed = events.first { $0["type"]?.string == "WORKSPACE_PROVISION_FAILED" }
      #expect(failed?["data"]?["error"]?.text != nil)
      #expect(!events.contains { $0["type"]?.string == "WORKSPACE_HEARTBEAT" }, "heartbeats are the tenants' own streams' matter")
    }
  }

  @Test("Where the feed is not offered its path is 404; while silent it sends not even a comment")
  func notOffered() async throws {
    try await withSimulation(offersFleetFeed: false) { _, wire in
      let reply = try await wire.admin(Self.path)
      #expect(reply.status == 404)
      #expect(reply.text == "404 page not found")
    }
    try await withSimulation(speed: 600) { simulation, wire in
      simulation.set(.feedSilent, on: true)
      var silent = try await open(wire)
      defer { silent.close() }
      try await silent.read { $0.text.contains("\r\n\r\n") }
      simulation.cutFeed()
      _ = try await silent.readToEnd()
      #expect(SimulationWire.reply(from: silent.received).status == 200)
      #expect(silent.events.isEmpty)
      #expect(!silent.text.contains("retry:"))
    }
  }
}
