import ArgumentParser
import Feeds
import FleetModel
import FleetSim
import Glibc

struct DashboardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "dashboard", abstract: "Open the dashboard (what fleettui does without a command).", shouldDisplay: false)

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let (configuration, environment) = try global.environment()
    _ = (configuration, environment)
  }
}

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "The dashboard on the embedded simulated fleet: real sockets on loopback, no configuration, no account.")

  @OptionGroup var simulation: SimulationArguments
  @OptionGroup var global: GlobalOptions

  func run() throws {
  }
}
