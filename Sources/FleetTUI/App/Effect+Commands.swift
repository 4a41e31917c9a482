import Dispatch
import Feeds
import FleetModel

// Programs of the operator's own: they have what is told or selected on their standard input, and nothing that opens anything.

extension EffectRunner {
  /// Seconds.
  private static let hookLimit = 10.0
  private static let pluginLimit = 30.0
  /// Bytes of a plugin's output.
  private static let outputLimit = 256 << 10

  func run(_ plugin: Plugin, _ subject: Subject, _ item: JSONValue, _ session: Session) {
    let variables = ChildProcess.harmless(session.variables)
    DispatchQueue.global().async { [self] in
      let result: Result<[String], Answer.Problem>
      do throws(ChildProcess.Failure) {
        let run = try ChildProcess.run(
          plugin.command, input: item.serialized() + "\n", environment: variables, seconds: Self.pluginLimit, limit: Self.outputLimit)
        result = .success(ConsoleText.lines(of: run.output) + (run.ending.problem.map { ["", "\(plugin.name) \($0)"] } ?? []))
      } catch { result = .failure(.init(text: UntrustedText.clean(error.description, limit: 300))) }
      answer(.plugin(plugin.name, subject, result))
    }
  }

  func notify(_ command: [String], _ news: JSONValue, _ session: Session) {
    let variables = ChildProcess.harmless(session.variables)
    // It blocks, so not on the threads that all tasks share.
    DispatchQueue.global().async { [self] in
      let problem: String
      do throws(ChildProcess.Failure) {
        let run = try ChildProcess.run(
          command, input: news.serialized() + "\n", environment: variables, seconds: Self.hookLimit, limit: 64 << 10)
        guard let why = run.ending.problem else { return }
        problem = "the notification hook \(UntrustedText.clean(command.first ?? "", limit: 100)) \(why)"
      } catch { problem = "the notification hook: \(UntrustedText.clean(error.description, limit: 200))" }
      session.log.warn(problem)
      answer(.notNotified(.init(text: problem)))
    }
  }
}
