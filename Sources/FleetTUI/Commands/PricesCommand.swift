import ArgumentParser
import Feeds
import Glibc

struct PricesCommand: ReportCommand {
  static let configuration = CommandConfiguration(
    commandName: "prices", abstract: "The price book in use, its source and date; --refresh rereads AWS's price list.",
    discussion: "--refresh asks for the machine and volume types that the environment uses (pricing:GetProducts, ec2:DescribeInstances).")

  @Flag(help: "Reread the prices of the types in use from AWS's price list.")
  var refresh = false
  @OptionGroup var global: GlobalOptions

  func document() async throws -> PricesDocument {
    let environment = try chosenEnvironment()
    let code = refresh ? try await refreshed(environment) : 0
    return PricesDocument(.inUse(environment, variables: global.variables), of: environment, exitCode: code)
  }

  /// - Returns: 1 when the old prices stay.
  private func refreshed(_ environment: FleetEnvironment?) async throws -> Int32 {
    guard let environment, let settings = environment.aws else {
      throw CommandFailure(
        code: 2, message: "prices --refresh needs an environment with AWS: its regions, its credentials, and the types it uses")
    }
    guard let file = PriceListFile(variables: global.variables) else {
      throw CommandFailure(code: 1, message: "prices: neither XDG_CACHE_HOME nor HOME says where to keep the prices")
    }
    let http = HTTPClient(of: environment)
    return await PriceRefresh(settings: settings, http: http, variables: global.variables).run(into: file)
  }

  /// Without a configuration the book is the built-in one; one that is named or broken is an error as ever.
  private func chosenEnvironment() throws -> FleetEnvironment? {
    if global.config == nil, global.env == nil, access(global.configurationPath, F_OK) != 0 { return nil }
    return try global.environment().1
  }
}
