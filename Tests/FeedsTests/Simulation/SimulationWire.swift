import FleetModel
import FleetSim
import FlyingSocks
import Foundation
import Glibc

import enum FleetModel.JSONValue

/// A plain HTTP/1.1 client of the simulation's own tests: one connection a request, bytes as they came.
struct SimulationWire: Sendable {
  let endpoints: SimulatedEndpoints

  private var port: UInt16 { UInt16(endpoints.controlPlane.split(separator: ":").last ?? "0") ?? 0 }

  struct Reply: Sendable {
    var status: Int
    var headers: [String: String]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
    func header(_ name: String) -> String? { headers[name.lowercased()] }
  }

  func get(_ path: String, bearer: String? = nil, headers: [String: String] = [:]) async throws -> Reply {
    try await send("GET", path, bearer: bearer, headers: headers)
  }

  func admin(_ path: String) async throws -> Reply { try await get(path, bearer: endpoints.adminToken) }

  func delete(_ slug: String, confirm: String) async throws -> Reply {
    try await send(
      "DELETE", "/cp/admin/tenants/\(slug)", bearer: endpoints.adminToken, headers: ["Content-Type": "application/json"],
      body: #"{"confirm":"\#(confirm)"}"#)
  }

  /// A Query API call with an unverified signature.
  func ec2(_ form: String, region: String = "us-east-2", key: String? = nil) async throws -> Reply {
    let credential = "\(key ?? endpoints.accessKeyID)/20261123/\(region)/ec2/aws4_request"
    let signature = String(repeating: "0", count: 64)
    return try await send(
      "POST", "/ec2/",
      headers: [
        "Authorization": "AWS4-HMAC-SHA256 Credential=\(credential), SignedHeaders=host;x-amz-date, Signature=\(signature)",
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
      ], body: form + "&Version=2016-11-15")
  }

  func send(
    _ method: String, _ path: String, bearer: String? = nil, headers: [String: String] = [:], body: String = ""
  ) async throws -> Reply {
    var stream = try await open(method, path, bearer: bearer, headers: headers, body: body)
    defer { stream.close() }
    let all = try await stream.readToEnd()
    return Self.reply(from: all)
  }

  /// A connection whose answer is read bit by bit.
  struct Stream {
    private let socket: AsyncSocket
    private var bytes: AsyncSocketReadSequence
    private(set) var received: [UInt8] = []
    private(set) var isEnded = false

    init(socket: AsyncSocket) {
      self.socket = socket
      bytes = socket.bytes
    }

    var text: String { String(decoding: received, as: UTF8.self) }

    mutating func read() async throws {
      do {
        if let more = try await bytes.nextBuffer(suggested: 65_536) { received.append(contentsOf: more) } else { isEnded = true }
      } catch SocketError.disconnected {
        isEnded = true
      }
    }

    mutating func readToEnd() async throws -> [UInt8] {
      while !isEnded { try await read() }
      return received
    }

    /// Reads until `isEnough` of what came, or until the end.
    mutating func read(until isEnough: (Self) -> Bool) async throws {
      while !isEnded, !isEnough(self) { try await read() }
    }

    func close() { try? socket.close() }

    /// The JSON of every `data:` line so far, chunk framing ignored.
    var events: [JSONValue] {
      text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("data: ") }.compactMap {
        try? JSONValue(parsing: String($0.dropFirst(6)))
      }
    }

    /// The ids so far; a last line without its end may be cut anywhere.
    var ids: [Int] {
      let text = text
      return text[..<(text.lastIndex(where: \.isNewline) ?? text.startIndex)].split(whereSeparator: \.isNewline)
        .filter { $0.hasPrefix("id: ") }.compactMap { Int($0.dropFirst(4)) }
    }
  }

  func open(
    _ method: String, _ path: String, bearer: String? = nil, headers: [String: String] = [:], body: String = ""
  ) async throws -> Stream {
    let socket = try await AsyncSocket.connected(to: sockaddr_in.inet(ip4: "127.0.0.1", port: port))
    var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
    if let bearer { head += "Authorization: Bearer \(bearer)\r\n" }
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    head += "Content-Length: \(body.utf8.count)\r\n\r\n"
    try await socket.write(Data((head + body).utf8))
    return Stream(socket: socket)
  }

  static func reply(from bytes: [UInt8]) -> Reply {
    let separator = Array("\r\n\r\n".utf8)
    let end = bytes.indices.first { bytes[$0...].starts(with: separator) } ?? bytes.count
    let lines = String(decoding: bytes[..<end], as: UTF8.self).components(separatedBy: "\r\n")
    let status = lines.first.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 0
    let fields = lines.dropFirst().compactMap { line -> (String, String)? in
      let halves = line.split(separator: ":", maxSplits: 1)
      return halves.count == 2 ? (halves[0].lowercased(), halves[1].trimmingCharacters(in: .whitespaces)) : nil
    }
    let headers = Dictionary(fields) { _, last in last }
    let body = Array(bytes[min(bytes.count, end + 4)...])
    return Reply(status: status, headers: headers, body: headers["transfer-encoding"] == "chunked" ? unchunked(body) : body)
  }

  private static func unchunked(_ bytes: [UInt8]) -> [UInt8] {
    var rest = bytes[...]
    var out: [UInt8] = []
    while let line = rest.firstIndex(of: 13), let size = Int(String(decoding: rest[..<line], as: UTF8.self), radix: 16), size > 0,
      line + 2 <= rest.endIndex
    {
      out += rest[(line + 2)...].prefix(size)
      rest = rest[(line + 2)...].dropFirst(size + 2)
    }
    return out
  }
}

/// Runs `body` against a fleet that is started for it and stopped after it.
func withSimulation(
  _ scenario: String = "default", speed: Double = 1, orgs: Int? = nil, offersFleetFeed: Bool = true, feedCapacity: Int = 4096,
  _ body: (FleetSimulation, SimulationWire) async throws -> Void
) async throws {
  var options = SimulationOptions()
  options.scenario = scenario
  options.speed = speed
  options.orgs = orgs
  options.offersFleetFeed = offersFleetFeed
  options.feedCapacity = feedCapacity
  let simulation = try FleetSimulation(options)
  let wire = SimulationWire(endpoints: try await simulation.start())
  do {
    try await body(simulation, wire)
  } catch {
    await simulation.stop()
    throw error
  }
  await simulation.stop()
}
