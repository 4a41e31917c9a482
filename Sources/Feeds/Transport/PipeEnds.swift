import CGlibc
import Glibc

/// The two ends of a pipe. No program that is started meanwhile inherits them: it would hold the writing end open.
public struct PipeEnds: Sendable {
  /// -1 both, where the process has no descriptor left.
  public let reading: Int32
  public let writing: Int32

  public init(isBlocking: Bool) {
    var ends: [Int32] = [-1, -1]
    _ = fleet_pipe(&ends, O_CLOEXEC | (isBlocking ? 0 : O_NONBLOCK))
    (reading, writing) = (ends[0], ends[1])
  }
}
