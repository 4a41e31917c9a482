import Feeds
import FleetModel

extension PriceBook {
  /// The built-in table, what was refreshed since, and the configuration's own figures over both. A broken file of refreshed prices is told
  /// on standard error and left out.
  static func inUse(_ environment: FleetEnvironment?, variables: [String: String]) -> PriceBook {
    var book = PriceBook.builtin
    do throws(PriceListFile.Failure) {
      if let refreshed = try PriceListFile(variables: variables)?.read() { book = book.updated(by: refreshed) }
    } catch { Output.message("\(error); the built-in prices are used") }
    guard let aws = environment?.aws else { return book }
    return book.overridden(by: aws.prices, in: aws.regions)
  }
}
