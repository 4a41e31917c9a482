import ArgumentParser
import Feeds
import FleetModel
import Glibc

/// What the history holds, group by group.
struct ETAStatsCommand: ReportCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats", abstract: "What has been learned: groups of boots, their phases, and how long each usually takes.")

  @OptionGroup var global: GlobalOptions

  func document() async throws -> LocalDocument {
    let file = try global.history()
    let summaries: [BootHistory.Summary]
    let count: Int
    do throws(HistoryFailure) {
      let boots = try file.boots()
      count = boots.count
      var history = BootHistory()
      for boot in boots { history.learn(boot) }
      summaries = history.summaries
    } catch { throw CommandFailure(code: 1, message: error.description) }
    let body: [JSONValue.Member] = [
      .init("path", .string(file.path)), .init("boots", JSONValue(count)), .init("groups", .array(summaries.map(Self.json))),
    ]
    return LocalDocument(body, environment: global.env, table: Self.table(summaries))
  }

  private static func json(_ summary: BootHistory.Summary) -> JSONValue {
    let isKnown = summary.successes > 0
    return [
      "group": .string(summary.group), "boots": JSONValue(summary.successes), "failed": JSONValue(summary.failures),
      "p50": JSONValue(isKnown ? summary.plan.median : nil, places: 1), "p95": JSONValue(isKnown ? summary.plan.lateAfter : nil, places: 1),
      "phases": .array(
        summary.plan.phases.map {
          [
            "name": .string($0.name), "p50": JSONValue($0.median, places: 1), "p95": JSONValue($0.lateAfter, places: 1),
            "n": JSONValue($0.samples),
          ]
        }),
    ]
  }

  private static func table(_ summaries: [BootHistory.Summary]) -> TextTable {
    func seconds(_ value: Double) -> String { JSONValue(value, places: 1).serialized() }
    var table = TextTable(header: ["group", "phase", "boots", "failed", "p50", "p95"])
    for summary in summaries {
      let plan = summary.plan
      table.rows.append([
        summary.group, "all", "\(summary.successes)", "\(summary.failures)",
        summary.successes > 0 ? seconds(plan.median) : TextTable.unknown,
        summary.successes > 0 ? seconds(plan.lateAfter) : TextTable.unknown,
      ])
      for phase in plan.phases {
        table.rows.append([summary.group, phase.name, "\(phase.samples)", "", seconds(phase.median), seconds(phase.lateAfter)])
      }
    }
    return table
  }
}

struct ETAExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write every boot of the history, one JSON object a line, oldest first: what `eta import` and `eta backtest` read.")

  @Argument(help: "The file to write, mode 0600; - is standard output.")
  var file = "-"
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let history = try global.history()
    let boots: [BootRecord]
    do throws(HistoryFailure) { boots = try history.boots() } catch { throw CommandFailure(code: 1, message: error.description) }
    var document = BootsDocument(boots)
    guard file != "-" else { return try document.print(as: .json) }
    do {
      let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw Output.WriteFailure(number: errno) }
      try document.write(closing: descriptor)
    } catch { throw CommandFailure(code: 1, message: "\(UntrustedText.clean(file, limit: 300)): can't be written: \(error)") }
    Output.message("\(boots.count) boots written")
  }
}

/// The history's boots in the form that is read again: always a line each, in whatever format other documents are asked for.
private struct BootsDocument: LineDocument {
  let columns: [String] = []
  let end: (code: Int32, message: String) = (0, "")
  private var rest: ArraySlice<BootRecord>

  /// Boots written at once.
  private static let batch = 1000

  init(_ boots: [BootRecord]) { rest = boots[...] }

  mutating func next() -> [JSONValue]? {
    guard !rest.isEmpty else { return nil }
    defer { rest = rest.dropFirst(Self.batch) }
    return rest.prefix(Self.batch).map(\.json)
  }
}

struct ETAImportCommand: ReportCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Add recorded boots to the history, in time order; those that it holds already are passed over.")

  @Argument(help: "The file, one JSON object a line; - is standard input.")
  var file: String
  @OptionGroup var global: GlobalOptions

  /// Boots written at once.
  private static let batch = 1000

  func document() async throws -> LocalDocument {
    let history = try global.history()
    var file = try RecordedBoots(path: file)
    var read = 0
    var added = 0
    var waiting: [BootRecord] = []
    func write() throws {
      do throws(HistoryFailure) { added += try history.add(waiting) } catch { throw CommandFailure(code: 1, message: error.description) }
      waiting = []
    }
    while let (boot, _) = try file.next() {
      read += 1
      waiting.append(boot)
      if waiting.count == Self.batch { try write() }
    }
    try write()
    let counts = [("imported", added), ("known", read - added), ("broken", file.broken)]
    var document = LocalDocument(
      counts.map { .init($0.0, JSONValue($0.1)) }, environment: global.env,
      table: TextTable(header: counts.map(\.0), rows: [counts.map { "\($0.1)" }]),
      words: "\(added) imported, \(read - added) known already")
    if file.broken > 0 {
      document.messages = ["eta import: \(file.broken) of the lines could not be read; the rest was imported"]
      document.exitCode = 1
    }
    return document
  }
}
