import ArgumentParser
import Feeds
import FleetModel
import Glibc

struct ETACommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eta", abstract: "What was learned of how long boots take, and how well it foretells.",
    subcommands: [ETABacktestCommand.self, ETAStatsCommand.self, ETAExportCommand.self, ETAImportCommand.self])
}

struct ETABacktestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backtest",
    abstract: "Score the ETA on recorded boots: one JSON object a line, in time order; each is foretold from those before it.")

  @Argument(help: "The file; - is standard input.")
  var file: String
  @Flag(help: "Print each prediction, a line each, instead of the score.")
  var predictions = false
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let format = global.outputFormat
    let columns = ["boot", "phase", "elapsed", "p50", "p90", "n", "actual"]
    var backtest = ETABacktest()
    var table = TextTable(header: columns)
    var isHeard = true
    if predictions, format == .csv { isHeard = Output.line(table.csv) }
    var file = try RecordedBoots(path: file)
    while isHeard, let (boot, number) = try file.next() {
      var lines: [String] = []
      for prediction in backtest.take(boot, number: number) where predictions {
        let row = Self.json(prediction)
        switch format {
        case .json: lines.append(row.serialized())
        case .csv: lines.append(Self.cells(row, columns).joined(separator: ","))
        case .table: table.rows.append(Self.cells(row, columns))
        }
      }
      if !lines.isEmpty { isHeard = Output.line(lines.joined(separator: "\n")) }
    }
    if predictions {
      if format == .table { Output.document(format, json: .null, table: table) }
    } else {
      Self.print(backtest, format)
    }
    if file.broken > 0 {
      throw CommandFailure(code: 1, message: "eta backtest: \(file.broken) of the lines could not be read; the rest was used")
    }
  }

  private static func json(_ prediction: ETABacktest.Prediction) -> JSONValue {
    [
      "boot": JSONValue(prediction.boot), "phase": JSONValue(prediction.phase), "elapsed": JSONValue(prediction.elapsed, places: 3),
      "p50": JSONValue(prediction.forecast.p50, places: 3), "p90": JSONValue(prediction.forecast.p90, places: 3),
      "n": JSONValue(prediction.forecast.samples), "actual": JSONValue(prediction.actual, places: 3),
    ]
  }

  private static func print(_ backtest: ETABacktest, _ format: GlobalOptions.Format) {
    let score: [JSONValue.Member] = [
      .init("boots", JSONValue(backtest.boots)), .init("scored", JSONValue(backtest.scored)),
      .init("mae", JSONValue(backtest.meanAbsoluteError, places: 3)),
      .init("baseline_mae", JSONValue(backtest.baselineMeanAbsoluteError, places: 3)),
      .init("p90_coverage", JSONValue(backtest.p90Coverage, places: 4)),
    ]
    let columns = score.map(\.name)
    Output.document(
      format, json: Document.local(score, environment: nil),
      table: TextTable(header: columns, rows: [cells(.object(score), columns).map { $0.isEmpty ? TextTable.unknown : $0 }]))
  }

  /// Unknown is an empty cell.
  private static func cells(_ row: JSONValue, _ columns: [String]) -> [String] {
    columns.map { name in row[name].flatMap { $0.isNull ? nil : $0.serialized() } ?? "" }
  }
}
