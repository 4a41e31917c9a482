import FleetModel
import Testing

@Suite("Identities")
struct IdentityTests {
  @Test(
    "a slug of 3 to 32 lower-case letters, digits and hyphens that begins with a letter is well-formed (contract §1.3)",
    arguments: ["abc", "acme", "a-b", "a1-", "e2e-20261123-7f", "a" + String(repeating: "b", count: 31)])
  func wellFormed(text: String) { #expect(Slug(text).isWellFormed) }

  @Test(
    "anything else is not a slug that could stand in a host or a path",
    arguments: [
      "", "a", "ab", "1ab", "-ab", "Abc", "abC", "a b", "a_b", "a.b", "a/b", "a/../b", "abc\n", "abc\0", "äbc", "abć", "ab%2f", "abc?x",
      "a" + String(repeating: "b", count: 32),
    ])
  func malformed(text: String) { #expect(!Slug(text).isWellFormed) }

  @Test("a source is written as the JSON documents name it")
  func sources() {
    let sources: [Source] = [.controlPlane, .feed, .tenant("acme"), .ec2("us-east-2"), .database, .dns]
    #expect(sources.map(\.description) == ["control-plane", "feed", "tenant:acme", "ec2:us-east-2", "database", "dns"])
  }

  @Test("a status that nobody knows is kept as it was written")
  func unknownStatus() {
    #expect(OrgStatus("melting").text == "melting")
    #expect(WorkspaceStatus("melting").text == "melting")
    #expect(InstanceState("melting").text == "melting")
  }

  @Test(
    "each known status is written as it was read",
    arguments: ["provisioning", "running", "failed", "abandoned", "stopped", "suspended", "purged"])
  func orgStatus(text: String) {
    #expect(OrgStatus(text).text == text)
    #expect(OrgStatus(text) != .unknown(text))
  }

  @Test(
    "each workspace status, also the two that the enum of contract §2.2 lacks, is written as it was read",
    arguments: [
      "provisioning", "online", "offline", "degraded", "failed", "removed", "paused", "hibernating", "hibernated", "awaiting_agent",
    ])
  func workspaceStatus(text: String) {
    #expect(WorkspaceStatus(text).text == text)
    #expect(WorkspaceStatus(text) != .unknown(text))
  }

  @Test("pending and running machines are live, and only those that are shutting down or terminated are ending")
  func instanceStates() {
    let states = ["pending", "running", "stopping", "stopped", "shutting-down", "terminated"].map(InstanceState.init)
    #expect(states.filter(\.isLive).map(\.text) == ["pending", "running"])
    #expect(states.filter(\.isEnding).map(\.text) == ["shutting-down", "terminated"])
  }
}
