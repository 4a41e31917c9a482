import Feeds
import FleetModel
import Glibc

/// What the program itself takes and does, at one moment.
struct Vitals: Sendable {
  /// Seconds since the dashboard was opened.
  var uptime: Double
  /// Seconds of CPU, all threads, since the start of the process.
  var processor: Double
  /// 0…, of one CPU, since the reading before; `nil` with the first.
  var load: Double?
  /// Bytes of memory in use (`RSS`).
  var resident: Int?
  /// Bytes since the start.
  var written: Int
  var frames: Int
  var events: Int
  /// A second, since the reading before.
  var eventRate: Double?
  var requests: [HTTPTally.Row]
  var requestRate: Double?
  /// What the terminal is, in words.
  var terminal: String
}

/// Reads them, once a second at most, and only while somebody looks.
struct VitalsReader {
  private(set) var last: (vitals: Vitals, at: Double)?

  /// - Parameter counted: what the dashboard counts, with CPU and memory still unknown.
  mutating func read(_ counted: () -> Vitals) -> Vitals {
    let now = monotonicSeconds()
    if let last, now - last.at < 0.9 { return last.vitals }
    var vitals = counted()
    vitals.processor = Self.processor
    vitals.resident = Self.resident
    if let last {
      let seconds = now - last.at
      vitals.load = (vitals.processor - last.vitals.processor) / seconds
      vitals.eventRate = Double(vitals.events - last.vitals.events) / seconds
      vitals.requestRate = Double(vitals.asked - last.vitals.asked) / seconds
    }
    last = (vitals, now)
    return vitals
  }

  private static var processor: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  /// The second number of `/proc/self/statm`, in pages (proc(5)).
  private static var resident: Int? {
    let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = Glibc.read(file, &bytes, bytes.count)
    guard count > 0 else { return nil }
    let fields = String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? Int(fields[1]).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) } : nil
  }
}

extension Vitals {
  var asked: Int { requests.reduce(0) { $0 + $1.requests } }

  init(uptime: Double, written: Int, frames: Int, events: Int, requests: [HTTPTally.Row], terminal: String) {
    self.init(
      uptime: uptime, processor: 0, load: nil, resident: nil, written: written, frames: frames, events: events, eventRate: nil,
      requests: requests, requestRate: nil, terminal: terminal)
  }
}
