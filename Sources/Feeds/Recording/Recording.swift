import FleetModel
import Foundation

/// A recording, read whole.
public struct Recording: Sendable {
  public let environment: String
  public let events: [FleetEvent]
  /// What could not be read of its end: a program that was killed leaves half a line.
  public let problem: String?

  public var start: Timestamp? { events.first?.at }
  public var end: Timestamp? { events.map(\.at).max() }

  /// - Throws: ``RecordingFailure`` when there is no such file, it is no recording, or a line before the last one is broken.
  public init(path: String) throws(RecordingFailure) {
    let data: Data
    do { data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe) } catch {
      throw RecordingFailure(description: "the recording \(path) can't be read: \(error.localizedDescription)")
    }
    try self.init(data, name: path)
  }

  init(_ data: Data, name: String) throws(RecordingFailure) {
    let decoder = JSONDecoder()
    var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)[...]
    guard let first = lines.popFirst(), let head = try? decoder.decode(RecordingHead.self, from: first) else {
      throw RecordingFailure(description: "\(name) is no recording of fleettui: its first line names none")
    }
    guard head.recording == RecordingHead.currentVersion else {
      throw RecordingFailure(
        description: "\(name) is a recording of version \(head.recording); this fleettui reads version \(RecordingHead.currentVersion)")
    }
    environment = UntrustedText.clean(head.environment, limit: 80)
    var read: [FleetEvent] = []
    read.reserveCapacity(lines.count)
    var problem: String?
    for (index, line) in lines.enumerated() {
      do { read.append(try decoder.decode(FleetEvent.self, from: line)) } catch {
        let text = "line \(index + 2) can't be read"
        guard index == lines.count - 1 else { throw RecordingFailure(description: "\(name), \(text): the recording was edited or damaged") }
        problem = text
      }
    }
    events = read
    self.problem = problem
  }

  /// Posts the events at the pace at which they came, `speed` times as fast; returns after the last one or when the task is cancelled.
  public func play(into queue: EventQueue, speed: Double) async {
    guard let start else { return }
    let begun = monotonicSeconds()
    let pause = Kick()
    for event in events {
      let due = begun + max(0, event.at - start) / speed
      while due > monotonicSeconds(), !Task.isCancelled { await pause.wait(due - monotonicSeconds()) }
      guard !Task.isCancelled else { return }
      queue.post(event)
    }
  }
}
