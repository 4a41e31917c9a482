import FleetModel
import Foundation
import Glibc
import Synchronization
import TestSupport

@testable import Feeds

/// A control plane and EC2 for one org on a real socket, byte by byte, with the faults of a bad day. It knows the truth, and counts.
final class DeletionFakeFleet: Sendable {
  /// What becomes of one DELETE.
  struct Fault: Sendable {
    enum Answer: Sendable {
      case cascade
      case status(Int, String, type: String)
      case queued, nothing
    }
    var answer = Answer.cascade
    /// Whether the request reaches the cascade although the answer says otherwise.
    var starts = true
    /// Bytes of the request that are read before the connection is closed; `nil`: all.
    var requestCut: Int?
    /// Bytes of the answer that are sent before the connection is closed; `nil`: all.
    var answerCut: Int?
    var repeatsAnswer = false
    /// Seconds before the answer.
    var delay = 0.0
    /// The step at which the cascade fails.
    var failsAt: String?
  }

  struct Truth: Sendable {
    var orgStands = true
    /// Another org has the name.
    var namesake: String?
    var machines: [String: String] = ["i-0a": "running", "i-0b": "running"]
    /// Machines that the cascade forgets.
    var forgotten: Set<String> = []
    var purge: (status: String, step: String, completed: Timestamp?, attempts: Int)?
    var isRunning = false
    var cascades = 0
    /// DELETEs that came while a cascade ran.
    var doubled = 0
    var deletes: [String] = []
    var requests: [String] = []
    var offersPurges = true
    /// Seconds of one cascade.
    var cascadeSeconds = 0.01
    /// 200 without doing anything.
    var lies = false
    var faults: [Fault] = []
    var failsReads: Set<String> = []
  }

  static let org = OrgID("7c1e9b52-0000-4000-8000-0000a4d1a4d1")
  static let purgeID = "5f2c0000-0000-4000-8000-000000000001"
  let truth = Mutex(Truth())
  /// Tells of each cascade that begins.
  private let beginnings = AsyncStream<Void>.makeStream()
  let port: UInt16
  private let listener: Int32

  init() throws {
    (listener, port) = try Loopback.listen()
    Loopback.acceptAll(listener) { [weak self] connection in
      Thread.detachNewThread { [weak self] in
        self?.serve(connection)
        close(connection)
      }
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  /// Until the next cascade begins.
  func waitForCascade() async { for await _ in beginnings.stream { return } }

  var base: String { "http://127.0.0.1:\(port)" }

  var environment: FleetEnvironment {
    var environment = FleetEnvironment(name: "staging")
    environment.controlPlane = base
    environment.adminToken = .environment("TOKEN")
    environment.allowsWrites = true
    var aws = AWSSettings()
    aws.regions = ["us-east-2"]
    aws.endpoint = base + "/ec2/"
    environment.aws = aws
    return environment
  }

  static let variables = ["TOKEN": "cp-token", "AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "test"]

  var fleet: Fleet { Self.fleet }

  static var fleet: Fleet {
    var fleet = Fleet()
    let now = wallClock()
    fleet.apply(
      FleetEvent(
        source: .controlPlane, at: now, change: .roster([OrgRow(id: Self.org, slug: "acme", status: .running)], limit: 500, unreadable: 0)))
    let rows = ["i-0a", "i-0b"].map {
      InstanceRow(
        id: InstanceID($0), region: "us-east-2", state: .running, type: "t3.small",
        tags: ["OrgID": Self.org.rawValue, "ManagedBy": "molecule-cp"])
    }
    fleet.apply(FleetEvent(source: .ec2("us-east-2"), at: now, change: .instances(rows, complete: true, problem: nil)))
    return fleet
  }

  static var plan: DeletionPlan {
    let fleet = fleet
    return DeletionPlan(of: fleet.orgs[Self.org]!, in: fleet, environment: "staging", isProtected: false)
  }

  func order(within seconds: Double) -> DeletionRun.Order { Self.order(within: seconds) }

  static func order(within seconds: Double) -> DeletionRun.Order {
    let plan = plan
    let now = wallClock()
    return DeletionRun.Order(
      receiptID: ReceiptStore.newID(at: now) + "-\(UInt32.random(in: 0...UInt32.max))", plan: plan, planHash: contentHash(of: plan.body),
      operator: "op@host", startedAt: now,
      verifyWithin: seconds)
  }

  // MARK: - The wire

  private func serve(_ connection: Int32) {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    var fault: Fault?
    while true {
      if let cut = fault?.requestCut, bytes.count >= cut { return }
      let count = read(connection, &chunk, fault?.requestCut.map { max(1, min(chunk.count, $0 - bytes.count)) } ?? chunk.count)
      guard count > 0 else { return }
      bytes += chunk.prefix(count)
      if fault == nil, bytes.starts(with: Array("DELETE ".utf8)) {
        fault = truth.withLock { $0.faults.isEmpty ? Fault() : $0.faults.removeFirst() }
        if let cut = fault?.requestCut, cut <= bytes.count { return }
      }
      while let request = Self.request(in: bytes) {
        bytes.removeFirst(request.length)
        guard answer(request, fault ?? Fault(), connection) else { return }
        fault = nil
      }
    }
  }

  private struct Request {
    var method: String
    var path: String
    var body: String
    var length: Int
  }

  private static func request(in bytes: [UInt8]) -> Request? {
    guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
    let lines = head.components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ")
    guard words.count > 1 else { return nil }
    let length =
      lines.lazy.compactMap {
        $0.lowercased().hasPrefix("content-length:") ? Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) : nil
      }.first ?? 0
    guard bytes.count >= end.upperBound + length else { return nil }
    let body = String(decoding: bytes[end.upperBound..<(end.upperBound + length)], as: UTF8.self)
    return Request(method: String(words[0]), path: String(words[1]), body: body, length: end.upperBound + length)
  }

  /// - Returns: whether the connection stays open.
  private func answer(_ request: Request, _ fault: Fault, _ connection: Int32) -> Bool {
    let path = request.path.split(separator: "?").first.map(String.init) ?? request.path
    truth.withLock { $0.requests.append("\(request.method) \(path)") }
    if request.method == "DELETE" { return delete(request, fault, connection) }
    let truth = truth.withLock { $0 }
    if truth.failsReads.contains(path) { return write(500, #"{"error":"database is away"}"#, to: connection) }
    switch path {
    case "/cp/admin/orgs":
      var rows: [String] = []
      if truth.orgStands { rows.append(#"{"id":"\#(Self.org)","slug":"acme","instance_status":"running"}"#) }
      if let other = truth.namesake { rows.append(#"{"id":"\#(other)","slug":"acme","instance_status":"provisioning"}"#) }
      rows.append(#"{"id":"0000","slug":"globex","instance_status":"running"}"#)
      return write(200, #"{"orgs":[\#(rows.joined(separator: ","))]}"#, to: connection)
    case "/cp/admin/tenants/acme/boot-events":
      if let org = truth.orgStands ? Self.org.rawValue : truth.namesake {
        return write(200, #"{"slug":"acme","org_id":"\#(org)","events":[]}"#, to: connection)
      }
      return write(404, #"{"error":"org not found","slug":"acme"}"#, to: connection)
    case "/cp/admin/purges" where truth.offersPurges:
      let row = truth.purge.map { purge in
        let completed = purge.completed.map { "\"\($0)\"" } ?? "null"
        return
          #"{"id":"\#(Self.purgeID)","org_slug":"acme","org_id":"\#(Self.org)","status":"\#(purge.status)","last_step":"\#(purge.step)","attempts":\#(purge.attempts),"completed_at":\#(completed)}"#
      }
      return write(200, #"{"purges":[\#(row ?? "")]}"#, to: connection)
    case "/ec2/": return write(200, Self.instances(truth.machines), type: "text/xml", to: connection)
    default: return write(404, "404 page not found", type: "text/plain", to: connection)
    }
  }

  private static func instances(_ machines: [String: String]) -> String {
    let items = machines.sorted { $0.key < $1.key }.map { id, state in
      "<item><instancesSet><item><instanceId>\(id)</instanceId><instanceState><name>\(state)</name></instanceState><instanceType>t3.small</instanceType>"
        + "<tagSet><item><key>OrgID</key><value>\(org)</value></item><item><key>ManagedBy</key><value>molecule-cp</value></item></tagSet></item></instancesSet></item>"
    }
    return "<DescribeInstancesResponse><reservationSet>\(items.joined())</reservationSet></DescribeInstancesResponse>"
  }

  private func delete(_ request: Request, _ fault: Fault, _ connection: Int32) -> Bool {
    let body = try? JSONValue(parsing: request.body)
    let (starts, lies, seconds) = truth.withLock { truth -> (Bool, Bool, Double) in
      truth.deletes.append(request.path)
      if truth.isRunning { truth.doubled += 1 }
      let starts = fault.starts && truth.orgStands && !truth.isRunning && !truth.lies && body == ["confirm": "acme"]
      if starts {
        truth.isRunning = true
        truth.cascades += 1
        truth.purge = ("in_progress", truth.purge?.step ?? "stripe", nil, (truth.purge?.attempts ?? 0) + 1)
      }
      return (starts, truth.lies, truth.cascadeSeconds)
    }
    if starts {
      beginnings.continuation.yield()
      let waits: Bool = if case .queued = fault.answer { false } else { true }
      let run: @Sendable () -> Void = { [self] in
        usleep(UInt32(seconds * 1_000_000))
        end(fault.failsAt)
      }
      // A gateway's answer does not wait for the cascade.
      if waits, case .cascade = fault.answer { run() } else { Thread.detachNewThread(run) }
    }
    if fault.delay > 0 { usleep(UInt32(fault.delay * 1_000_000)) }
    let (status, text, type): (Int, String, String) =
      switch fault.answer {
      case .cascade:
        if !starts, !lies, truth.withLock({ !$0.orgStands }) {
          (404, #"{"error":"org not found","slug":"acme"}"#, "application/json")
        } else if fault.failsAt != nil {
          (500, #"{"error":"purge cascade failed; retry the request to resume","purge_id":"\#(Self.purgeID)"}"#, "application/json")
        } else {
          (200, #"{"deleted":true,"slug":"acme","purge_id":"\#(Self.purgeID)","org_id":"\#(Self.org)"}"#, "application/json")
        }
      case .status(let status, let text, let type): (status, text, type)
      case .queued: (202, #"{"status":"queued","slug":"acme","purge_id":"\#(Self.purgeID)"}"#, "application/json")
      case .nothing: (0, "", "")
      }
    guard status > 0 else { return false }
    return write(status, text, type: type, to: connection, cut: fault.answerCut, twice: fault.repeatsAnswer)
  }

  private func end(_ failsAt: String?) {
    truth.withLock { truth in
      truth.isRunning = false
      if let failsAt {
        truth.purge = ("failed", failsAt, nil, truth.purge?.attempts ?? 1)
        return
      }
      for id in truth.machines.keys where !truth.forgotten.contains(id) { truth.machines[id] = "terminated" }
      truth.orgStands = false
      truth.purge = ("completed", "completed", wallClock(), truth.purge?.attempts ?? 1)
    }
  }

  private func write(
    _ status: Int, _ body: String, type: String = "application/json", to connection: Int32, cut: Int? = nil, twice: Bool = false
  ) -> Bool {
    let wait = status == 409 ? "Retry-After: 0\r\n" : ""
    let text = "HTTP/1.1 \(status) X\r\n\(wait)Content-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    var bytes = Array((twice ? text + text : text).utf8)
    if let cut { bytes = Array(bytes.prefix(cut)) }
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { send(connection, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return false }
      sent += count
    }
    return cut == nil
  }
}

/// A state directory for one test.
final class TemporaryState: Sendable {
  let state: StateDirectory
  init() {
    var template = Array("/tmp/fleettui-state-XXXXXX".utf8CString)
    mkdtemp(&template)
    state = StateDirectory(path: String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self) + "/fleettui")
  }
  deinit { try? FileManager.default.removeItem(atPath: String(state.path.dropLast("/fleettui".count))) }
}
