/// Why the history can't be used. The dashboard goes on with what it learns itself.
public struct HistoryFailure: Error, Hashable, CustomStringConvertible {
  public let path: String
  public let problem: String

  public var description: String { "history \(path): \(problem)" }
}
