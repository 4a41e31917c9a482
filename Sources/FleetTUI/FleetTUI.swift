import ArgumentParser
import FleetModel
import Glibc

/// The entry point: synchronous, on the initial thread, where the terminal's loop waits too (`docs/decisions/0007-ui-on-the-initial-thread.md`).
@main
enum FleetTUI {
  static let version = "0.1.0"
  /// What `--version` says: the optimised program is the one to install, and the one that the tests want.
  static var title: String {
    #if DEBUG
      "fleettui \(version) (debug build)"
    #else
      "fleettui \(version)"
    #endif
  }

  static func main() {
    prepare()
    leave(run(Array(CommandLine.arguments.dropFirst())))
  }

  private static func prepare() {
    ProgramMemory.begin()
    // A reader that is gone and a file that may not grow are answers to a write, no reason to die of it.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    HelpWidth.impose()
    // The first file or socket that is opened gets the number of a closed standard one, and results would be written into it.
    for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
      _ = open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// The one way out: what was lost is told, and nothing else runs.
  ///
  /// Never `exit(3)`: that runs the destructors of libraries (OpenSSL's, GnuTLS's, those of C++ statics) under the threads that still use
  /// them, and a command that was done ends with a crash. The program buffers nothing that they would write.
  private static func leave(_ code: Int32) -> Never {
    OpenRecording.finish()
    Paging.finish()
    _exit(Unwritten.tell(endingWith: code))
  }

  /// - Returns: the exit code.
  private static func run(_ arguments: [String]) -> Int32 {
    if arguments.prefix(while: { $0 != "--" }).contains("--version") {
      Output.line(title)
      return 0
    }
    if arguments == [ManualPage.option] {
      Output.print(ManualPage.text)
      return 0
    }
    if let problem = CommandName.problem(in: arguments) {
      Output.message(problem)
      return 2
    }
    do {
      var command = try RootCommand.parseAsRoot(arguments)
      try command.run()
      return 0
    } catch let failure as CommandFailure {
      if !failure.message.isEmpty { Output.message(failure.message) }
      return failure.code
    } catch let error as ConfigurationError {
      Output.message(error.description)
      return 2
    } catch {
      let code = RootCommand.exitCode(for: error)
      let text = RootCommand.fullMessage(for: error)
      if code == .success {
        if !text.isEmpty { Output.line(text) }
        return 0
      }
      if !text.isEmpty { Output.tell(text + "\n") }
      return code == .validationFailure ? 2 : code.rawValue
    }
  }
}

/// How a command ends when not with 0 (`docs/json.md`).
struct CommandFailure: Error {
  var code: Int32
  var message = ""
}

struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fleettui",
    abstract: "A terminal dashboard for the people who run a SaaS fleet.",
    usage: "fleettui [<options>] [<command>]",
    discussion: "Without a command it opens the dashboard on the default environment. `fleettui demo` needs no configuration.",
    version: FleetTUI.title,
    subcommands: [
      DashboardCommand.self, DemoCommand.self, SimCommand.self, ReplayCommand.self, SnapshotCommand.self, TriageCommand.self,
      ProvisioningCommand.self, DeletionsCommand.self, EventsCommand.self, WatchCommand.self, OrphansCommand.self,
      DNSCommand.self, CostsCommand.self, PricesCommand.self, ExplainCommand.self, CheckCommand.self, PostureCommand.self, WaitCommand.self,
      DeleteCommand.self, ReceiptsCommand.self, ETACommand.self, FeedCommand.self, DoctorCommand.self, ConfigCommand.self,
    ],
    defaultSubcommand: DashboardCommand.self)

  @OptionGroup(title: "Global options, before or after the command") var global: GlobalOptions
}

/// The command that the arguments name. The parser alone would take a misspelt one for an argument of the dashboard.
enum CommandName {
  /// What the arguments say beside the options that every command takes.
  private struct Words: ParsableArguments {
    @OptionGroup var global: GlobalOptions
    @Argument(parsing: .allUnrecognized) var words: [String] = []
  }

  /// Why there is no such command; `nil` when there is, or none is named.
  static func problem(in arguments: [String]) -> String? {
    // What is wrong with the options is told by who parses them in earnest.
    guard let arguments = try? Words.parse(arguments).words else { return nil }
    var command: any ParsableCommand.Type = RootCommand.self
    var path: [String] = []
    let isForHelp = arguments.first == "help"
    for word in arguments.dropFirst(isForHelp ? 1 : 0) {
      let children = command.configuration.subcommands
      guard !children.isEmpty, !word.hasPrefix("-") else { return nil }
      guard let next = children.first(where: { $0._commandName == word }) else {
        let shown = children.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
        let near = NearestName.of(word, among: shown).map { " did you mean \((path + [$0]).joined(separator: " "))?" } ?? ""
        let name = UntrustedText.clean((path + [word]).joined(separator: " "), limit: 80)
        let help = (["fleettui"] + path + ["--help"]).joined(separator: " ")
        return "there is no command \"\(name)\";\(near) `\(help)` lists them"
      }
      command = next
      path.append(word)
    }
    return nil
  }
}
