import CNcurses
import Feeds
import Glibc

/// A signal that the loop answers.
enum HeardSignal: Hashable, Sendable {
  case terminate, hangUp, interrupt, quit, stop, resume, resize

  /// 128 plus the number of a signal that ends the program; `nil` for the others.
  var exitCode: Int32? {
    switch self {
    case .terminate: 128 + SIGTERM
    case .hangUp: 128 + SIGHUP
    case .interrupt: 128 + SIGINT
    case .quit: 128 + SIGQUIT
    case .stop, .resume, .resize: nil
    }
  }

  fileprivate init?(number: UInt8) {
    switch Int32(number) {
    case SIGTERM: self = .terminate
    case SIGHUP: self = .hangUp
    case SIGINT: self = .interrupt
    case SIGQUIT: self = .quit
    case SIGTSTP: self = .stop
    case SIGCONT: self = .resume
    case SIGWINCH: self = .resize
    default: return nil
    }
  }
}

/// Signals as something to poll for: C handlers write their numbers into a pipe.
final class SignalPipe {
  /// Readable when a signal waits.
  let descriptor: Int32
  private let signalEnd: Int32

  init() {
    let ends = PipeEnds(isBlocking: false)
    (descriptor, signalEnd) = (ends.reading, ends.writing)
    signals_install(signalEnd)
  }

  deinit {
    signals_remove()
    close(descriptor)
    close(signalEnd)
  }

  /// Takes what waits, in order.
  func take() -> [HeardSignal] {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &bytes, bytes.count)
    guard count > 0 else { return [] }
    return bytes.prefix(count).compactMap { number in
      signals_taken(Int32(number))
      return HeardSignal(number: number)
    }
  }
}
