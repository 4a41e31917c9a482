import FleetModel
import TestSupport
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

  // MARK: - Their text

  private static let texts = [
    "0b0a4e0c-6d1b-4f55-9d8e-3c1f6f0e2a77", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "0B0A4E0C-6D1B-4F55-9D8E-3C1F6F0E2A77", "0b0a4e0c-6d1b-4f55-9d8e-3c1f6f0e2a7", "0b0a4e0c-6d1b-4f55-9d8e-3c1f6f0e2a777",
    "0b0a4e0c+6d1b-4f55-9d8e-3c1f6f0e2a77", "0b0a4e0c-6d1b-4f55-9d8e-3c1f6f0e2a7g", "0b0a4e0c6d1b4f559d8e3c1f6f0e2a77",
    "i-0123456789abcdef0", "i-0a1b2c3d", "i-00000000", "i-0", "i-", "i", "", "I-0a1b2c3d", "i-0A1B2C3D", "i-0123456789abcdef01234567890123",
    "i-0123456789abcdef012345678901234", "i-xyz", "vol-0123456789abcdef0", "sg-0a1b2c3d", "sg-", "sgr-0a1b2c3d", "vol-0A", "eni-0f",
    "eni-attach-0f",
    "eni-attach-", "eipalloc-0f", "eipassoc-0f", "subnet-0f", "subnet-0123456789abcdef01234567890123",
    "subnet-0123456789abcdef012345678901234", "org-1", "w\u{e9}", "e\u{301}\u{301}", "\u{1F4A9}", "a b\nc",
  ]

  @Test("an id's text comes back exactly as it was written, capitals, leading zeroes and all", arguments: texts)
  func text(_ text: String) {
    #expect(Array(WorkspaceID(text).rawValue.utf8) == Array(text.utf8))
    #expect(Array(InstanceID(text).rawValue.utf8) == Array(text.utf8))
    #expect(OrgID(text) == OrgID(text))
    #expect(OrgID(text).hashValue == OrgID(text).hashValue)
  }

  @Test("ids are the same where their texts are, and in the order of their texts, whatever shape each has")
  func order() {
    var random = SeededGenerator(seed: 7)
    func digits(_ count: Int) -> String {
      String((0..<count).map { _ in "0123456789abcdef".randomElement(using: &random) ?? "0" })
    }
    var texts = Self.texts
    for _ in 0..<60 {
      texts.append([8, 4, 4, 4, 12].map(digits).joined(separator: "-"))
      texts.append("i-" + digits(.random(in: 1...30, using: &random)))
      texts.append(digits(.random(in: 1...40, using: &random)))
    }
    for left in texts {
      for right in texts {
        #expect((WorkspaceID(left) == WorkspaceID(right)) == (left == right), "\(left) and \(right)")
        #expect((WorkspaceID(left) < WorkspaceID(right)) == (left < right), "\(left) and \(right)")
      }
    }
    #expect(Set(texts.map { WorkspaceID($0) }).count == Set(texts).count)
  }
}
