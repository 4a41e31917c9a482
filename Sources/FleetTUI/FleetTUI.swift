import ArgumentParser
import FleetModel
import Glibc

/// The entry point: synchronous, on the initial thread, where the terminal's loop waits too (`docs/decisions/0007-ui-on-the-initial-thread.md`).
@main
enum FleetTUI {
  static let version = "0.1.0"
  /// What `--version` says: the optimised program is the one to install, and the one that the tests want.
  private static var title: String {
    #if DEBUG
      "fleettui \(version) (debug build)"
    #else
      "fleettui \(version)"
    #endif
  }

  static func main() {
    signal(SIGPIPE, SIG_IGN)
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.prefix(while: { $0 != "--" }).contains("--version") {
      Output.line(title)
      leave(0)
    }
    if arguments == [ManualPage.option] {
      Output.write(ManualPage.text, to: STDOUT_FILENO)
      leave(0)
    }
    let code = run(GlobalOptions.hoisted(arguments))
    if let problem = OpenRecording.finish() {
      Output.message(problem)
      leave(code == 0 ? 1 : code)
    }
    leave(code)
  }

  /// Not `exit`, whose handlers take away what threads that still run are using: a digest over OpenSSL's state ended one run in fifty with
  /// SEGV. ``Output`` buffers nothing, so nothing is lost.
  private static func leave(_ code: Int32) -> Never { _exit(code) }

  private static func run(_ arguments: [String]) -> Int32 {
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
      if !text.isEmpty { Output.write(text + "\n", to: STDERR_FILENO) }
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
    discussion: "Without a command it opens the dashboard on the default environment. `fleettui demo` needs no configuration.",
    subcommands: [
      DashboardCommand.self, DemoCommand.self, SimCommand.self, ReplayCommand.self, SnapshotCommand.self, WatchCommand.self,
      OrphansCommand.self,
      DNSCommand.self, CostsCommand.self, PricesCommand.self, ExplainCommand.self, CheckCommand.self, PostureCommand.self, WaitCommand.self,
      DeleteCommand.self, ReceiptsCommand.self, ETACommand.self, FeedCommand.self, DoctorCommand.self, ConfigCommand.self,
    ],
    defaultSubcommand: DashboardCommand.self)
}
