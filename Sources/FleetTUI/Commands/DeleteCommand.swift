import ArgumentParser

struct DeleteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Delete one org through the control plane's cascade, and prove that it went.",
    discussion: """
      On a terminal the phrase is typed by hand; scripts give --confirm ENVIRONMENT/ORG, and bind to the plan that they read with
      --plan-hash. Exit codes: 0 verified, 1 never accepted or no such org, 4 (--plan) a source could not tell, 5 accepted, or perhaps, but not
      verified, 6 refused here, nothing was sent.
      """)

  @Argument(help: "The org's name or id, exactly.")
  var org: String
  @Flag(help: "Print what would be removed and send nothing.")
  var plan = false
  @Option(help: "The phrase ENVIRONMENT/ORG, for scripts.")
  var confirm: String?
  @Option(help: "In a protected environment: the last 8 characters of the org's id.")
  var confirmProtected: String?
  @Option(help: "Go on only if the plan is still the one with this hash.")
  var planHash: String?
  @Option(help: "Resend at most so often when the cascade fails half-way.")
  var resume = 0
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard (0...20).contains(resume) else { throw ValidationError("--resume must be between 0 and 20") }
    if plan, confirm != nil { throw ValidationError("--plan sends nothing: leave --confirm out") }
  }

  func run() throws {
    let (_, environment) = try global.environment()
    if !plan {
      guard environment.allowsWrites else {
        throw CommandFailure(
          code: 6,
          message:
            "delete: environment \(environment.name) is read-only, nothing was sent: give --write, or set writes = true in \(global.configurationPath)"
        )
      }
    }
    let prompt = plan || confirm != nil ? nil : DeletePrompt()
    guard plan || confirm != nil || prompt != nil else {
      throw CommandFailure(
        code: 6, message: "delete: there is no terminal to type the phrase on, nothing was sent: give --confirm ENVIRONMENT/ORG")
    }
    let deletion = try DeletionFromCommandLine(command: self, environment: environment, prompt: prompt)
    try global.report(cleanup: { deletion.interrupted() }) {
      do { return try await deletion.document() } catch let failure as CommandFailure { throw failure } catch {
        throw CommandFailure(code: 1, message: "delete: \(error)")
      }
    }
  }
}
