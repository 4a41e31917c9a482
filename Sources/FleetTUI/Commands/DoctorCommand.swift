import ArgumentParser
import Feeds

struct DoctorCommand: ReportCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Check configuration, credentials, reachability, permissions, clock skew and terminal.")

  @OptionGroup var global: GlobalOptions

  func document() async throws -> DoctorDocument {
    let environment: FleetEnvironment
    do throws(ConfigurationError) { environment = try global.environment().1 } catch {
      let config = DoctorCheck(
        "config", .fail, error.description, nextStep: "correct the file, or write a commented one with `fleettui config init`")
      return DoctorDocument([config, .terminal(global.variables)], environment: global.env)
    }
    let examination = Examination(environment: environment, variables: global.variables)
    let checks = await examination.checks()
    return DoctorDocument(
      [DoctorCheck("config", .pass, global.configurationPath)] + checks + [.terminal(global.variables)], environment: environment.name)
  }
}
