import ArgumentParser
import Feeds
import FleetModel
import Glibc

struct ETACommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eta", abstract: "What was learned of how long boots take, and how well it foretells.",
    subcommands: [ETABacktestCommand.self, ETAStatsCommand.self, ETAExportCommand.self, ETAImportCommand.self])
}

struct ETABacktestCommand: ReportCommand {
  static let configuration = CommandConfiguration(
    commandName: "backtest",
    abstract: "Score the ETA on recorded boots: one JSON object a line, in time order; each is foretold from those before it.")

  @Argument(help: "The file; - is standard input.")
  var file: String
  @Flag(help: "Print each prediction, a line each, instead of the score.")
  var predictions = false
  @OptionGroup var global: GlobalOptions

  func run() throws {
    if predictions { try printPredictions() } else { try printReport() }
  }

  func document() async throws -> LocalDocument {
    var backtest = ETABacktest()
    var file = try RecordedBoots(path: file)
    while let (boot, number) = try file.next() { _ = backtest.score(boot, number: number) }
    let score: [JSONValue.Member] = [
      .init("boots", JSONValue(backtest.boots)), .init("scored", JSONValue(backtest.scored)),
      .init("mae", JSONValue(backtest.meanAbsoluteError, places: 3)),
      .init("baseline_mae", JSONValue(backtest.baselineMeanAbsoluteError, places: 3)),
      .init("p90_coverage", JSONValue(backtest.p90Coverage, places: 4)),
    ]
    let columns = score.map(\.name)
    let cells = Self.cells(.object(score), columns).map { $0.isEmpty ? TextTable.unknown : $0 }
    var document = LocalDocument(score, environment: nil, table: TextTable(header: columns, rows: [cells]))
    if file.broken > 0 { (document.messages, document.exitCode) = ([Self.broken(file.broken)], 1) }
    return document
  }

  /// Each as it is made: a file may hold any number of boots.
  private func printPredictions() throws {
    let format = format
    let columns = ["boot", "phase", "elapsed", "p50", "p90", "n", "actual"]
    var backtest = ETABacktest()
    var table = TextTable(header: columns)
    var isHeard = format != .csv || Output.line(table.csv)
    var file = try RecordedBoots(path: file)
    while isHeard, let (boot, number) = try file.next() {
      let rows = backtest.score(boot, number: number).map(Self.json)
      switch format {
      case .json: for row in rows where isHeard { isHeard = Output.line(row.serialized()) }
      case .csv: for row in rows where isHeard { isHeard = Output.line(Self.cells(row, columns).joined(separator: ",")) }
      case .table: table.rows += rows.map { Self.cells($0, columns) }
      }
    }
    if format == .table { Paging.print(table.table(columns: Output.columns) + "\n") }
    if file.broken > 0 { throw CommandFailure(code: 1, message: Self.broken(file.broken)) }
  }

  private static func broken(_ count: Int) -> String { "eta backtest: \(count) of the lines could not be read; the rest was used" }

  private static func json(_ prediction: ETABacktest.Prediction) -> JSONValue {
    [
      "boot": JSONValue(prediction.boot), "phase": JSONValue(prediction.phase), "elapsed": JSONValue(prediction.elapsed, places: 3),
      "p50": JSONValue(prediction.forecast.p50, places: 3), "p90": JSONValue(prediction.forecast.p90, places: 3),
      "n": JSONValue(prediction.forecast.samples), "actual": JSONValue(prediction.actual, places: 3),
    ]
  }

  /// Unknown is an empty cell.
  private static func cells(_ row: JSONValue, _ columns: [String]) -> [String] {
    columns.map { name in row[name].flatMap { $0.isNull ? nil : $0.serialized() } ?? "" }
  }
}
