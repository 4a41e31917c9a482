import FleetModel
import Synchronization

/// A question to a source as it leaves: when, and which. Its number only grows within this process, whoever asks whom, so that no later question
/// of a source ever looks older than one before it (`docs/freshness.md`).
public struct Question: Sendable {
  private static let count = Atomic<UInt64>(0)

  public let asked: Timestamp
  let epoch: UInt64

  /// Leaves now.
  public init() {
    asked = wallClock()
    epoch = Self.count.wrappingAdd(1, ordering: .relaxed).newValue
  }
}

extension FleetEvent {
  /// What came from `source`, now. - Parameter question: what it answers; `nil`: it came unasked.
  public init(from source: Source, answering question: Question? = nil, _ change: Change) {
    self.init(source: source, at: wallClock(), asked: question?.asked, epoch: question?.epoch, change: change)
  }
}
