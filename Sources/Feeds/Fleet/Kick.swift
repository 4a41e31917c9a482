/// A wait that can be cut short.
final class Kick: Sendable {
  private let stream: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

  func kick() { continuation.yield() }

  /// Returns after `seconds`, at the first kick, or when the task is cancelled. For one task at a time.
  func wait(_ seconds: Double) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [stream] in
        for await _ in stream { return }
      }
      group.addTask { try? await Task.sleep(for: .seconds(seconds)) }
      await group.next()
      group.cancelAll()
    }
  }
}
