import Dispatch
import FleetModel
import Glibc
import Synchronization

/// Why a recording can't be written or read.
public struct RecordingFailure: Error, CustomStringConvertible, Sendable {
  public let description: String
}

/// The first line of a recording.
struct RecordingHead: Codable {
  /// 1: without what is configured and remembered. It is read still.
  static let currentVersion = 2

  /// What one event may be: more is neither written nor read.
  static let limit = JSONCoding.Limit(bytes: 64 << 20, values: 2 << 20)

  var recording: Int
  var environment: String
}

/// Writes every event down as it is taken in, one JSON object a line, so that the same reducer can be fed again (`docs/recording.md`).
///
/// Events hold no secrets when they get here. Writing is not the reader's business: it happens on a queue of its own, in order. A disk that
/// can't keep up costs the recording, never memory: what there is no room for is left out, and the recording says so where it is missing.
public final class EventRecorder: Sendable {
  /// What waits to be written, and what was left out since.
  private struct Backlog {
    var weight = 0
    var missed: [Source: Int] = [:]
    var latest = Timestamp(milliseconds: 0)
    var isTold = false

    mutating func miss(_ event: FleetEvent) {
      missed[event.source, default: 0] += 1
      latest = event.at
    }

    /// A gap for each source of which something is missing.
    mutating func takeGaps() -> [FleetEvent] {
      defer { missed = [:] }
      return missed.sorted { $0.key < $1.key }.map { source, count in
        let what = count == 1 ? "1 event was" : "\(count) events were"
        return FleetEvent(source: source, at: latest, change: .gap("\(what) not recorded: the disk could not keep up", nil))
      }
    }
  }

  private let path: String
  private let descriptor: Int32
  private let work = DispatchQueue(label: "fleettui.recorder")
  private let failure = Mutex<String?>(nil)
  private let backlog = Mutex(Backlog())
  private let backlogLimit: Int
  private let lineLimit: JSONCoding.Limit
  /// Bytes that are written at once.
  private static let chunk = 64 << 10
  /// Told once when something is left out, and once when no more can be written.
  private let onFailure: @Sendable (RecordingFailure) -> Void

  /// - Parameters:
  ///   - backlogLimit: bytes of events, roughly, that wait to be written when no more are taken in.
  ///   - lineLimit: what one event may be.
  /// - Throws: ``RecordingFailure`` when the file can't be made, or has something in it already: a recording is never written over.
  public init(
    path: String, environment: String, backlogLimit: Int = 64 << 20, lineLimit: JSONCoding.Limit? = nil,
    onFailure: @escaping @Sendable (RecordingFailure) -> Void
  ) throws(RecordingFailure) {
    self.path = path
    self.backlogLimit = backlogLimit
    self.lineLimit = lineLimit ?? RecordingHead.limit
    self.onFailure = onFailure
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      do { try StateDirectory.make(String(path[..<slash])) } catch { throw RecordingFailure(description: "the recording \(error)") }
    }
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw RecordingFailure(description: "the recording \(path) can't be written: \(String(cString: strerror(errno)))")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_size == 0 else {
      close(descriptor)
      throw RecordingFailure(description: "\(path) exists already: name another file, or remove it first")
    }
    if status.st_mode & S_IFMT == S_IFREG { fchmod(descriptor, 0o600) }
    write([RecordingHead(recording: RecordingHead.currentVersion, environment: environment)])
  }

  deinit { close(descriptor) }

  func record(_ events: some Collection<FleetEvent> & Sendable) {
    guard !events.isEmpty else { return }
    let weight = events.reduce(0) { $0 + $1.weight }
    let (gaps, isNews) = backlog.withLock { backlog -> ([FleetEvent]?, Bool) in
      guard backlog.weight < backlogLimit else {
        for event in events { backlog.miss(event) }
        defer { backlog.isTold = true }
        return (nil, !backlog.isTold)
      }
      backlog.weight += weight
      return (backlog.takeGaps(), false)
    }
    if isNews {
      onFailure(RecordingFailure(description: "the recording \(path) has gaps: the disk could not keep up with what happened"))
    }
    guard let gaps else { return }
    work.async {
      self.write(gaps)
      self.write(events)
      self.backlog.withLock { $0.weight -= weight }
    }
  }

  /// Returns when everything that was taken in is in the file.
  public func finish() {
    let gaps = backlog.withLock { $0.takeGaps() }
    work.sync { write(gaps) }
  }

  /// A line each, as they come: of a long list no more than a chunk is in memory as text.
  private func write(_ values: some Sequence<some Encodable>) {
    guard failure.withLock({ $0 == nil }) else { return }
    do throws(RecordingFailure) {
      var text: [UInt8] = []
      for value in values {
        append(value, to: &text)
        guard text.count >= Self.chunk else { continue }
        try write(text)
        text.removeAll(keepingCapacity: text.capacity <= 4 * Self.chunk)
      }
      try write(text)
    } catch {
      failure.withLock { $0 = "\(error)" }
      onFailure(RecordingFailure(description: "the recording \(path) ends here: \(error)"))
    }
  }

  /// What no replay would read is missing, and the recording says so in its place.
  private func append(_ value: some Encodable, to text: inout [UInt8]) {
    do {
      try JSONCoding.append(value, to: &text, limit: lineLimit)
    } catch {
      let what = value as? FleetEvent
      let gap = FleetEvent(
        source: what?.source ?? .here, at: what?.at ?? Timestamp(milliseconds: 0), change: .gap("1 event was not recorded: \(error)", nil))
      try? JSONCoding.append(gap, to: &text)
      let isNews = backlog.withLock { backlog in
        defer { backlog.isTold = true }
        return !backlog.isTold
      }
      if isNews { onFailure(RecordingFailure(description: "the recording \(path) has gaps: an event was not recorded: \(error)")) }
    }
    text.append(UInt8(ascii: "\n"))
  }

  private func write(_ text: [UInt8]) throws(RecordingFailure) {
    var rest = text[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw RecordingFailure(description: String(cString: strerror(errno)))
      }
      rest = rest.dropFirst(count)
    }
  }
}
