import ArgumentParser
import Feeds
import FleetModel
import Glibc

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Where the configuration is read from, a commented one, the effective one.",
    subcommands: [Path.self, Init.self, Show.self])

  /// Unless another format is asked for, the path alone wherever it goes: `$EDITOR "$(fleettui config path)"`.
  private static func document(of path: String, _ global: GlobalOptions) -> LocalDocument {
    LocalDocument(
      [.init("path", .string(path))], environment: global.env, table: TextTable(header: ["PATH"], rows: [[path]]), words: path)
  }

  struct Path: ReportCommand {
    static let configuration = CommandConfiguration(abstract: "Print where the configuration is read from.")
    @OptionGroup var global: GlobalOptions

    var format: GlobalOptions.Format { global.format ?? .table }
    func document() async throws -> LocalDocument { ConfigCommand.document(of: global.configurationPath, global) }
  }

  struct Init: ReportCommand {
    static let configuration = CommandConfiguration(abstract: "Write a commented configuration, unless there is one.")
    @OptionGroup var global: GlobalOptions

    var format: GlobalOptions.Format { global.format ?? .table }

    func document() async throws -> LocalDocument {
      let path = global.configurationPath
      try Self.makeDirectory(of: path)
      let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      guard file >= 0 else {
        let why = errno
        throw CommandFailure(
          code: 1,
          message: why == EEXIST
            ? "\(path) exists already; nothing was changed" : "\(path) can't be written: \(String(cString: strerror(why)))")
      }
      do throws(Output.WriteFailure) { try Output.write(ConfigurationTemplate.text, closing: file) } catch {
        // Half a configuration would be taken for one.
        unlink(path)
        throw CommandFailure(code: 1, message: "\(path) could not be written: \(error)")
      }
      return ConfigCommand.document(of: path, global)
    }

    private static func makeDirectory(of path: String) throws {
      var made = path.hasPrefix("/") ? "/" : ""
      for part in path.split(separator: "/").dropLast() {
        made += (made.isEmpty || made == "/" ? "" : "/") + part
        if mkdir(made, 0o700) != 0, errno != EEXIST {
          throw CommandFailure(code: 1, message: "the directory \(made) can't be made: \(String(cString: strerror(errno)))")
        }
      }
    }
  }

  struct Show: ReportCommand {
    static let configuration = CommandConfiguration(abstract: "Print the effective configuration, secrets masked.")
    @Flag(help: "Say where each value comes from.")
    var origin = false
    @OptionGroup var global: GlobalOptions

    func document() async throws -> LocalDocument {
      let (configuration, environment) = try global.environment()
      let rows = EffectiveConfiguration.rows(of: environment, in: configuration, options: global)
      let values = rows.map { row in
        JSONValue.object(
          [.init("key", .string(row.key)), .init("value", JSONValue(row.value))] + (origin ? [.init("origin", .string(row.origin))] : []))
      }
      return LocalDocument(
        [.init("path", .string(configuration.path)), .init("values", .array(values))], environment: environment.name,
        table: TextTable(
          header: ["KEY", "VALUE"] + (origin ? ["ORIGIN"] : []),
          rows: rows.map { [$0.key, $0.value ?? TextTable.none] + (origin ? [$0.origin] : []) }))
    }
  }
}
