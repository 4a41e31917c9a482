import FleetModel
import Foundation

/// A recording on disk. What is kept of it is its outline; its events are read while they are played, so that its length costs no memory.
public struct Recording: Sendable {
  public let environment: String
  /// What was configured, by which everything in it was judged; `nil` in a recording that doesn't say.
  public let settings: FleetSettings?
  /// When its first event was received; `nil` when it holds none.
  public let start: Timestamp?
  /// The latest moment at which one was.
  public let end: Timestamp?
  /// What can't be read of it, as far as its outline tells: a program that was killed leaves half a line.
  public let problem: String?
  private let file: RecordingFile

  /// Looks through the file once.
  /// - Throws: ``RecordingFailure`` when there is no such file, it can't be read, or it is no recording.
  public init(path: String) throws(RecordingFailure) {
    file = try RecordingFile(path: path)
    environment = UntrustedText.clean(try file.head().environment, limit: 80)
    var outline = RecordingOutline()
    var lines = file.lines
    do throws(LineReader.Failure) {
      _ = try lines.next()
      while let line = try lines.next() { outline.note(line, number: lines.number) }
    } catch { throw RecordingFailure(description: "the recording \(path) can't be read: \(error)") }
    settings = outline.settings
    start = outline.first
    end = outline.latest
    problem = outline.problem
  }

  /// What is read of the file, in order.
  enum Part {
    case event(FleetEvent)
    /// Lines that are no events.
    case damaged(ClosedRange<Int>)
  }

  /// Calls `body` with one part after the other, until it returns `false`.
  func forEach(_ body: (Part) async -> Bool) async {
    var lines = file.lines
    var damaged: ClosedRange<Int>?
    _ = try? lines.next()
    // A file that can't be read any further ends there.
    while let line = try? lines.next() {
      guard !RecordingOutline.isEmpty(line) else { continue }
      guard let event = FleetEvent(recordedAs: line) else {
        damaged = (damaged?.lowerBound ?? lines.number)...lines.number
        continue
      }
      if let lost = damaged, await !body(.damaged(lost)) { return }
      damaged = nil
      guard await body(.event(event)) else { return }
    }
    if let damaged { _ = await body(.damaged(damaged)) }
  }

  /// Posts the events at the pace at which they came, `speed` times as fast, never more than the queue has room for; returns after the last
  /// one or when the task is cancelled.
  public func play(into queue: EventQueue, speed: Double) async {
    guard let start else { return }
    let begun = monotonicSeconds()
    let pause = Kick()
    var now = start
    await forEach { part in
      switch part {
      case .damaged(let lines):
        let what = lines.count == 1 ? "line \(lines.lowerBound)" : "lines \(lines.lowerBound) to \(lines.upperBound)"
        queue.post(FleetEvent(source: .controlPlane, at: now, change: .gap("\(what) of the recording can't be read", nil)))
      case .event(let event):
        now = event.at
        let due = begun + max(0, event.at - start) / speed
        while due > monotonicSeconds(), !Task.isCancelled { await pause.wait(due - monotonicSeconds()) }
        while queue.isFull(resume: { pause.kick() }), !Task.isCancelled { await pause.wait(60) }
        guard !Task.isCancelled else { return false }
        queue.post(event)
      }
      return true
    }
  }
}

extension FleetEvent {
  /// The event of one line; `nil` for anything else.
  fileprivate init?(recordedAs line: ArraySlice<UInt8>) {
    let limit = RecordingHead.limit
    guard line.count <= limit.bytes, let event = try? JSONCoding.value(FleetEvent.self, from: line, valueLimit: limit.values) else {
      return nil
    }
    self = event
  }
}

/// From when to when a recording goes, and which of its lines are no objects: found without decoding them.
private struct RecordingOutline {
  private(set) var first: Timestamp?
  private(set) var latest: Timestamp?
  /// Of the first event: it stands before all others.
  private(set) var settings: FleetSettings?
  private var damaged = 0
  private var firstDamaged = 0

  static func isEmpty(_ line: ArraySlice<UInt8>) -> Bool { line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }

  mutating func note(_ line: ArraySlice<UInt8>, number: Int) {
    guard !Self.isEmpty(line) else { return }
    guard line.count <= RecordingHead.limit.bytes, let at = Self.moment(of: line) else {
      damaged += 1
      if damaged == 1 { firstDamaged = number }
      return
    }
    if first == nil, case .configured(let settings)? = FleetEvent(recordedAs: line)?.change {
      self.settings = settings
    }
    first = first ?? at
    latest = max(latest ?? at, at)
  }

  var problem: String? {
    switch damaged {
    case 0: nil
    case 1: "line \(firstDamaged) can't be read"
    default: "\(damaged) lines can't be read, the first is line \(firstDamaged)"
    }
  }

  /// When the line's event was received; `nil` when it is no event.
  private static func moment(of line: ArraySlice<UInt8>) -> Timestamp? {
    line.withUnsafeBufferPointer { bytes in
      guard var members = JSONMembers(bytes) else { return nil }
      var moment: Timestamp?
      do throws(FeedEnvelopeProblem) {
        // To the end: half a line is none.
        while let member = try members.next() {
          if member.name == "at" { moment = try JSONMembers.value(member.value).integer.map(Timestamp.init(milliseconds:)) }
        }
      } catch { return nil }
      return moment
    }
  }
}

/// The file itself, open as long as somebody may play it.
private final class RecordingFile: Sendable {
  private let path: String
  private let descriptor: Int32

  init(path: String) throws(RecordingFailure) {
    self.path = path
    descriptor = try Self.opened(path)
  }

  deinit { close(descriptor) }

  /// All lines from the first on; many may read at once.
  var lines: LineReader { LineReader(descriptor: descriptor, limit: RecordingHead.limit.bytes, from: 0) }

  /// - Throws: ``RecordingFailure`` when the first line isn't that of a recording which this program reads.
  func head() throws(RecordingFailure) -> RecordingHead {
    var lines = lines
    let line: ArraySlice<UInt8>?
    do throws(LineReader.Failure) { line = try lines.next() } catch {
      throw RecordingFailure(description: "the recording \(path) can't be read: \(error)")
    }
    guard let line, let head = try? JSONCoding.value(RecordingHead.self, from: line) else {
      throw RecordingFailure(description: "\(path) is no recording of fleettui: its first line names none")
    }
    guard (1...RecordingHead.currentVersion).contains(head.recording) else {
      throw RecordingFailure(
        description:
          "\(path) is a recording of version \(head.recording); this fleettui reads up to version \(RecordingHead.currentVersion)")
    }
    return head
  }

  private static func opened(_ path: String) throws(RecordingFailure) -> Int32 {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure(path) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return file }
    defer { close(file) }
    return try copied(file, path)
  }

  /// What can't be read twice, a pipe, is read into a file without a name.
  private static func copied(_ file: Int32, _ path: String) throws(RecordingFailure) -> Int32 {
    var template = Array("\(NSTemporaryDirectory())/fleettui-replay-XXXXXX".utf8CString)
    let copy = mkstemp(&template)
    guard copy >= 0 else { throw failure(path) }
    _ = fcntl(copy, F_SETFD, FD_CLOEXEC)
    unlink(template)
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(file, &chunk, chunk.count)
      if count == 0 { return copy }
      if count < 0, errno == EINTR { continue }
      var written = 0
      while count > 0, written < count {
        let more = chunk.withUnsafeBytes { write(copy, $0.baseAddress.map { $0 + written }, count - written) }
        if more < 0, errno != EINTR { break }
        written += max(0, more)
      }
      guard count > 0, written == count else {
        let problem = failure(path)
        close(copy)
        throw problem
      }
    }
  }

  private static func failure(_ path: String) -> RecordingFailure {
    RecordingFailure(description: "the recording \(path) can't be read: \(String(cString: strerror(errno)))")
  }
}
