import Feeds
import FleetModel
import Synchronization

/// What the dashboard takes up again at its next start, as the operator left it. What was never chosen is `nil`; what a flag or the configuration says
/// goes before it.
struct RememberedScreen: Codable, Equatable, Sendable {
  var theme: String?
  /// What is shown of the selected row beside the table or under it; `nil`: its detail.
  var pane: PaneKind?
  var paneColumns: Int?
  var paneRows: Int?
  /// The columns of each page by its name, where they were chosen.
  var columns: [String: [String]]?
  /// What was asked for in the palette, the last first.
  var commands: [String]?
}

/// Where it is kept: `screen.json` in the state's directory. A file that can't be read or that is none is as good as none.
final class ScreenFile: Sendable {
  let path: String
  private let directory: String
  private let wanted = Mutex<RememberedScreen?>(nil)
  /// Held while it is written: one draft at a time, and the newest screen last.
  private let disk = Mutex(())

  init(_ directory: StateDirectory) {
    self.directory = directory.path
    path = directory.path + "/screen.json"
  }

  func read() -> RememberedScreen {
    guard let bytes = try? StateDirectory.read(path),
      let screen = try? JSONCoding.value(RememberedScreen.self, from: bytes, valueLimit: 10_000)
    else { return RememberedScreen() }
    return screen
  }

  /// Away from the caller's thread: a disk may take its time. What can't be written is told once.
  func write(_ screen: RememberedScreen) {
    wanted.withLock { $0 = screen }
    Task.detached { self.finish() }
  }

  /// Waits until what was last given is written, or can't be.
  func finish() {
    disk.withLock { _ in
      let screen = wanted.withLock { wanted in
        defer { wanted = nil }
        return wanted
      }
      guard let screen else { return }
      do {
        var bytes: [UInt8] = []
        try JSONCoding.append(screen, to: &bytes)
        try StateDirectory.make(directory)
        try StateDirectory.replace(path, with: bytes)
      } catch { Unwritten.lose("how the screen was left is not remembered: \(error)", fails: false) }
    }
  }
}
