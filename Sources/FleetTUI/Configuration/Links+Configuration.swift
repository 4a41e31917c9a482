import FleetModel

extension Links {
  /// `[links]`: `console = false`, `terminal = false`, `runbook.wedged = "https://…/{slug}"`.
  init(_ reader: inout TableReader) throws(ConfigurationError) {
    hasConsole = try reader.flag("console") ?? true
    inTerminal = try reader.flag("terminal")
    if var table = try reader.table("runbook") {
      runbooks = try table.texts()
      for (code, address) in runbooks.sorted(by: { $0.key < $1.key }) {
        guard Finding.Code(rawValue: code) != nil else {
          let near = NearestName.of(code, among: Finding.Code.allCases.map(\.rawValue)).map { ": did you mean \($0)?" } ?? ""
          throw table.failure(code, "is no finding's code\(near)")
        }
        guard address.hasPrefix("https://") || address.hasPrefix("http://"),
          !address.contains(where: { $0 == " " || $0 == "<" || $0 == ">" })
        else { throw table.failure(code, "must be an address that begins with https://") }
        if let word = Links.unknownPlaceholder(in: address) {
          throw table.failure(
            code, "{\(word)} stands for nothing: known are \(Links.placeholders.map { "{\($0)}" }.joined(separator: ", "))")
        }
      }
    }
    try reader.refuseUnknownKeys()
  }
}
