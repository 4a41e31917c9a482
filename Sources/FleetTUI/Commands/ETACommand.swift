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
    guard predictions else { return try printReport() }
    var document = try PredictionsDocument(path: file)
    try document.print(as: format)
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
    let cells = PredictionsDocument.cells(.object(score), columns).map { $0.isEmpty ? TextTable.unknown : $0 }
    var document = LocalDocument(score, environment: nil, table: TextTable(header: columns, rows: [cells]))
    if file.broken > 0 { (document.messages, document.exitCode) = ([PredictionsDocument.broken(file.broken)], 1) }
    return document
  }
}

/// `fleettui eta backtest --predictions`: each as it is made, since a file may hold any number of boots.
private struct PredictionsDocument: LineDocument, ~Copyable {
  let columns = ["boot", "phase", "elapsed", "p50", "p90", "n", "actual"]
  private var backtest = ETABacktest()
  private var file: RecordedBoots

  /// - Throws: ``CommandFailure`` when the file can't be opened.
  init(path: String) throws { file = try RecordedBoots(path: path) }

  mutating func next() throws -> [JSONValue]? {
    guard let (boot, number) = try file.next() else { return nil }
    return backtest.score(boot, number: number).map(Self.json)
  }

  var end: (code: Int32, message: String) { file.broken > 0 ? (1, Self.broken(file.broken)) : (0, "") }

  static func broken(_ count: Int) -> String { "eta backtest: \(count) of the lines could not be read; the rest was used" }

  private static func json(_ prediction: ETABacktest.Prediction) -> JSONValue {
    [
      "boot": JSONValue(prediction.boot), "phase": JSONValue(prediction.phase), "elapsed": JSONValue(prediction.elapsed, places: 3),
      "p50": JSONValue(prediction.forecast.p50, places: 3), "p90": JSONValue(prediction.forecast.p90, places: 3),
      "n": JSONValue(prediction.forecast.samples), "actual": JSONValue(prediction.actual, places: 3),
    ]
  }
}
