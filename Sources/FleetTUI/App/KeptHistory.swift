import Feeds
import FleetModel
import Glibc

extension GlobalOptions {
  /// Where the history lies: the configuration may say, but needn't exist.
  private func historyPath() throws(ConfigurationError) -> String? {
    var configured: String?
    if config != nil || access(configurationPath, F_OK) == 0 {
      configured = try configuration().historyPath
    }
    return HistoryFile.path(configured: configured, variables: variables)
  }

  /// - Throws: ``CommandFailure``, ``ConfigurationError``.
  func history() throws -> HistoryFile {
    guard let path = try historyPath() else {
      throw CommandFailure(code: 2, message: "there is no place for the history: set HOME, XDG_STATE_HOME, or [history].path")
    }
    do throws(HistoryFailure) { return try HistoryFile(path: path) } catch { throw CommandFailure(code: 1, message: error.description) }
  }

  /// The history for whoever shows the fleet: what it can't use is said, and it goes on in memory alone.
  /// - Parameter makes: whether a missing file is made.
  func historyIfUsable(makes: Bool, environment: String, warn: (String) -> Void) -> KeptHistory? {
    do {
      guard let path = try historyPath(), makes || access(path, F_OK) == 0 else { return nil }
      let file = try HistoryFile(path: path)
      if file.isReadOnly { warn("history \(path): can't be written; new boots are not kept") }
      return KeptHistory(
        file: file, environment: environment, boots: try file.boots(newest: HistoryFile.learnedLimit), orgs: try file.orgs(of: environment))
    } catch {
      warn("\(error); going on without it")
      return nil
    }
  }
}

/// The history's file and its newest boots, oldest first.
struct KeptHistory: Sendable {
  let file: HistoryFile
  let environment: String
  let boots: [BootRecord]
  /// Every org that a roster of the environment was seen to hold.
  let orgs: [OrgSighting]

  /// What was in it when it was opened, as the fleet takes it in.
  func events(at now: Timestamp) -> [FleetEvent] {
    [.learned(boots), .sighted(orgs)].map { FleetEvent(source: .here, at: now, change: $0) }
  }
}
