import ArgumentParser
import Feeds
import FleetModel

/// A command that prints one document and ends as that says: it is its options and how the document is come by.
protocol ReportCommand: ParsableCommand, Sendable {
  associatedtype Report: Document
  var global: GlobalOptions { get }
  /// How it is printed.
  var format: GlobalOptions.Format { get }

  /// - Throws: ``CommandFailure``, `ConfigurationError`: there is no document then.
  func document() async throws -> Report
}

extension ReportCommand {
  var format: GlobalOptions.Format { global.outputFormat }

  func run() throws { try printReport() }

  func printReport() throws { try global.report(as: format) { try await document() } }
}

extension GlobalOptions {
  /// Comes by a document, prints it and ends as it says, or as a signal does that comes before.
  /// - Parameters:
  ///   - cleanup: runs after such a signal.
  /// - Throws: ``CommandFailure``, and what `document` throws: there is none then.
  func report(
    as format: Format? = nil, cleanup: @escaping @Sendable () -> Void = {},
    _ document: @escaping @Sendable () async throws -> some Document
  ) throws {
    let format = format ?? outputFormat
    let code = try Interruption.run(cleanup: cleanup) {
      let document = try await document()
      document.print(as: format)
      return document.exitCode
    }
    if code != 0 { throw CommandFailure(code: code) }
  }

  /// The chosen environment with its feeds.
  ///
  /// - Parameter choose: what is asked beside what always is.
  /// - Throws: ``CommandFailure``, `ConfigurationError`.
  func session(
    _ choose: (inout FleetFeeds.Options, Configuration, FleetEnvironment) throws -> Void = { _, _, _ in }
  ) throws -> Session {
    let (configuration, environment) = try environment()
    var options = FleetFeeds.Options()
    try choose(&options, configuration, environment)
    return try Session(environment: environment, global: self, options: options)
  }

  /// The chosen environment, where everything is asked that the dashboard asks.
  func wholeSession() throws -> Session {
    try session { options, configuration, environment in options = .ofEverything(neighbours: configuration.neighbours(of: environment)) }
  }
}
