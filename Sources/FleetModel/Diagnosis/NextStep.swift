/// What to do about a finding, in words. A command of this program in it is told apart: who has a command line types it, a dashboard has a key.
public struct NextStep: Hashable, Sendable, ExpressibleByStringInterpolation {
  public enum Command: Hashable, Sendable {
    /// Of an org by its name, or of `org/workspace`.
    case explain(String)
    case check(String)
    case orphans, dns, doctor

    /// As it is typed.
    var line: String {
      switch self {
      case .explain(let target): "fleettui explain \(target)"
      case .check(let org): "fleettui check \(org)"
      case .orphans: "fleettui orphans"
      case .dns: "fleettui dns"
      case .doctor: "fleettui doctor"
      }
    }
  }

  fileprivate enum Piece: Hashable, Sendable {
    case words(String)
    case command(Command)
  }

  private let pieces: [Piece]

  /// Words without a command.
  public init(_ text: String) { pieces = [.words(text)] }
  public init(stringLiteral text: String) { self.init(text) }
  public init(stringInterpolation interpolation: StringInterpolation) { pieces = interpolation.pieces }

  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var pieces: [Piece] = []

    public init(literalCapacity: Int, interpolationCount: Int) {}
    public mutating func appendLiteral(_ text: String) { pieces.append(.words(text)) }
    public mutating func appendInterpolation(_ value: some CustomStringConvertible) { pieces.append(.words(value.description)) }
    public mutating func appendInterpolation(_ step: NextStep) { pieces += step.pieces }
    public mutating func appendInterpolation(by command: Command) { pieces.append(.command(command)) }
  }

  /// As documents have it.
  public var text: String { text { _ in nil } }

  /// - Parameter way: how a command is given where it isn't typed; `nil`: it is.
  public func text(by way: (Command) -> String?) -> String {
    pieces.map { piece in
      switch piece {
      case .words(let text): text
      case .command(let command): way(command) ?? "`\(command.line)`"
      }
    }.joined()
  }
}
