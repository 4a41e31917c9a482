import FleetModel
import Glibc
import Logging
import Synchronization

/// What happened, in a file for whoever looks later: `--log FILE`. Never the terminal, never a secret: events are clean when they get here.
struct FleetLog: Sendable {
  private let logger: Logger?

  /// Logs nothing.
  init() { logger = nil }

  /// - Throws: ``CommandFailure`` when the file can't be written.
  init(path: String, isVerbose: Bool) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw CommandFailure(code: 1, message: "the log \(path) can't be written: \(String(cString: strerror(errno)))") }
    var logger = Logger(label: "fleettui") { _ in LogFile(path: path, descriptor: file) }
    logger.logLevel = isVerbose ? .debug : .info
    self.logger = logger
    logger.info("fleettui \(FleetTUI.version) started")
  }

  func warn(_ text: String) { logger?.warning("\(text)") }

  func note(_ event: FleetEvent) {
    guard let logger else { return }
    let source = event.source.description
    switch event.change {
    case .failed(let reason), .lacking(_, let reason): logger.warning("\(source): \(reason)")
    case .streamRefused(let workspace, let reason): logger.warning("\(source) \(workspace): its streams are refused: \(reason)")
    case .tokenRead: logger.debug("\(source): token read")
    case .tokenRefused: logger.info("\(source): token refused")
    case .gap(let reason, let workspace): logger.notice("\(source)\(workspace.map { " \($0)" } ?? ""): gap: \(reason)")
    case .notOffered(let reason): logger.info("\(source): \(reason)")
    case .roster(let rows, _, let unreadable): logger.debug("\(source): roster of \(rows.count) orgs, \(unreadable) unreadable")
    case .instances(let rows, let complete, let problem):
      logger.debug("\(source): \(rows.count) instances\(complete ? "" : ", incomplete: \(problem ?? "")")")
    case .workspaces(_, let rows): logger.debug("\(source): \(rows.count) workspaces")
    case .streamOpened(let workspace): logger.debug("\(source)\(workspace.map { " \($0)" } ?? ""): stream opened")
    case .streamClosed(let workspace): logger.debug("\(source)\(workspace.map { " \($0)" } ?? ""): stream closed")
    case .streamed(let streamed):
      logger.debug("\(source): \(streamed.type) \(streamed.workspaceID?.rawValue ?? streamed.slug?.rawValue ?? "")")
    default: break
    }
  }
}

/// swift-log's door to one file. A full disk loses lines, never the program, and never without a word.
private struct LogFile: LogHandler {
  let path: String
  let descriptor: Int32
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .info

  init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let now = Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    let line = "\(now) \(event.level.rawValue) \(UntrustedText.clean(event.message.description, limit: 4000))\n"
    do throws(Output.WriteFailure) { try Output.write(line, to: descriptor) } catch {
      Unwritten.lose("the log \(path) lacks lines: \(error)", fails: true)
    }
  }
}
