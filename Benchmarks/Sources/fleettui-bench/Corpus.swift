import FleetModel

/// What is read in a benchmark; the same bytes go to the peers.
struct Corpus {
  /// A roster of 200 orgs, as the control plane answers it (contract §1.3).
  let roster: [UInt8]
  /// 40,000 events of a tenant's stream (contract §3.1).
  let stream: [UInt8]
  static let streamEvents = 40_000
  /// Lines as consoles and errors have them; one in fifty holds a secret.
  let lines: [String]
  /// 20,000 RFC 3339 moments.
  let moments: [String]

  init() {
    let started = Timestamp(milliseconds: 1_795_438_040_162)
    let orgs = (0..<200).map { index -> JSONValue in
      [
        "id": .string(Self.uuid(index)), "slug": .string("org-\(index)"), "name": .string("Org \"\(index)\" GmbH"), "plan": "team",
        "member_count": .integer(Int64(index % 17)),
        "instance_status": index % 9 == 0 ? "provisioning" : "running", "last_error": "",
        "created_at": .string((started + Double(index * 3600)).description),
        "updated_at": .string((started + Double(index * 7200)).description),
      ]
    }
    roster = Array(JSONValue.object([.init("orgs", .array(orgs))]).serialized().utf8)

    var stream = Array(": ping\n\n".utf8)
    for index in 0..<Self.streamEvents {
      let data: JSONValue =
        index % 3 == 0
        ? ["current_task": .string("reading file \(index) of the plan"), "active_tasks": .integer(Int64(index % 4))]
        : ["active_tasks": .integer(Int64(index % 4)), "uptime_seconds": .integer(Int64(index * 30))]
      let event: JSONValue = [
        "type": index % 3 == 0 ? "TASK_UPDATED" : "WORKSPACE_HEARTBEAT", "timestamp": .integer(started.milliseconds + Int64(index * 40)),
        "org_id": .string(Self.uuid(index % 200)), "slug": .string("org-\(index % 200)"),
        "workspace_id": .string(Self.uuid(10_000 + index % 4000)), "data": data,
      ]
      stream += Array("id: \(index)\ndata: ".utf8)
      event.write(to: &stream)
      stream += Array("\n\n".utf8)
    }
    self.stream = stream

    lines = (0..<20_000).map { index in
      index % 50 == 0
        ? "2026-11-23T13:42:07Z deploy[\(index)]: request failed, Authorization: Bearer abcdef\(index)"
        : "2026-11-23T13:42:07Z cloud-init[\(index)]: Setting up python3.11 (3.11.2-6+deb12u4) step \(index) of the image"
    }
    moments = (0..<20_000).map { (started + Double($0) * 977.123).description }
  }

  static func uuid(_ index: Int) -> String {
    let digits = String(index, radix: 16)
    return "7c1e9b52-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
  }
}
