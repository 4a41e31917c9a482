import Feeds
import Synchronization

/// The process's recording: finished when the command is.
enum OpenRecording {
  private static let recorder = Mutex<EventRecorder?>(nil)

  static func keep(_ opened: EventRecorder) { recorder.withLock { $0 = opened } }

  /// Returns when all of it is in the file, or was found not to fit.
  static func finish() { recorder.withLock { $0 }?.finish() }
}
