import FlyingFox
import Foundation
import Synchronization
import Testing

@testable import Feeds
@testable import FleetModel

@Suite struct ControlPlaneAccessTests {
  private final class Clock: Sendable {
    let seconds = Mutex(1000.0)
    func pass(_ time: Double) { seconds.withLock { $0 += time } }
  }

  /// A control plane that takes one token alone.
  private func withPlane(taking token: String, _ body: (String) async throws -> Void) async throws {
    try await withServer(
      { request in
        let isRight = request.headers[.authorization] == "Bearer \(token)"
        let text = isRight ? #"{"orgs":[{"id":"o1","slug":"acme","instance_status":"running"}]}"# : #"{"error":"unauthorized"}"#
        return FlyingFox.HTTPResponse(
          statusCode: isRight ? .ok : .unauthorized, headers: [.contentType: "application/json"], body: Data(text.utf8))
      }, body)
  }

  private func write(_ token: String, to path: String) throws {
    try? FileManager.default.removeItem(atPath: path)
    #expect(FileManager.default.createFile(atPath: path, contents: Data(token.utf8), attributes: [.posixPermissions: 0o600]))
  }

  @Test func aTokenThatWasRotatedIsReadAgainOnceItWasRefused() async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-token-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try write("old", to: path)
    try await withPlane(taking: "new") { base in
      let clock = Clock()
      let access = ControlPlaneAccess(
        http: HTTPClient(), base: base + "/", token: .file(path), variables: [:], clock: { clock.seconds.withLock { $0 } })
      func ask() async -> Int? {
        do throws(FeedError) { return try await access.client().roster(within: 30).rows.count } catch {
          access.note(error)
          return nil
        }
      }
      #expect(access.base == base && access.headers == nil)
      #expect(await ask() == nil)
      try write("new", to: path)
      // Not at every question: the source may be a program.
      #expect(await ask() == nil)
      clock.pass(61)
      #expect(await ask() == 1)
      #expect(access.headers?.contains { $0.value == "Bearer new" } == true)
      // One that is taken stays, whatever the file says.
      try write("another", to: path)
      clock.pass(1000)
      #expect(await ask() == 1)
    }
  }

  @Test func aTokenThatCouldNotBeReadIsReadAgainLater() async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-token-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let clock = Clock()
    let access = ControlPlaneAccess(
      http: HTTPClient(), base: "http://127.0.0.1:9", token: .file(path), variables: [:], clock: { clock.seconds.withLock { $0 } })
    await #expect { _ = try await access.client() } throws: { "\($0)".contains(path) && "\($0)".contains("can't be read") }
    try write("t", to: path)
    await #expect(throws: FeedError.self) { _ = try await access.client() }
    clock.pass(61)
    #expect(try await access.client().base == "http://127.0.0.1:9")
  }

  @Test func manyWhoAskAtOnceShareOneReading() async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-runs-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let access = ControlPlaneAccess(
      http: HTTPClient(), base: "http://127.0.0.1:9", token: .command(["/bin/sh", "-c", "echo run >>\(path); echo token"]), variables: [:])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 { group.addTask { _ = try await access.client() } }
      try await group.waitForAll()
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "run\n")
  }
}
