import FleetModel
import Synchronization

/// One question to a Query API service, and how errors call it.
struct AWSQuestion: Sendable, CustomStringConvertible {
  /// `ec2` or `sts`: the name that signatures and permissions carry.
  let service: String
  let action: String
  let region: Region
  /// Where it is asked.
  let endpoint: String
  /// Where its items are; see ``XMLReader``.
  let path: [String]
  /// The children of an item that its reader looks at; `nil`: all.
  var wanted: Set<String>?

  var permission: String { "\(service):\(action)" }
  var description: String { "\(service.uppercased()) \(action) in \(region)" }
}

/// A whole answer that is one: what its items were read as.
struct AWSAnswer<Item: Sendable>: Sendable {
  var items: [Item]
  /// Items that could not be read as one.
  var unreadable: Int
  var nextToken: String?
}

/// What is kept of an answer besides what its reader made of it.
struct AWSAnswerStart: Sendable {
  var status = 0
  var retryAfter: Double?
  var clock: ClockOffset?
  var isHTML = false
  /// Whether a single element came: else it isn't XML at all.
  var hasElements = false
}

/// Asks Query API services: form in, XML out (EC2 API reference, "Query requests"). One question, with its repetitions.
struct AWSQuery: Sendable {
  /// Tries of a question that the server fails at or that doesn't get through. A throttled one is repeated until its time is over.
  static let triesOfFailures = 4
  /// Bytes of one answer; a page of 1,000 machines has a few million.
  static let answerLimit = 64 << 20

  let http: HTTPClient
  let clock: @Sendable () -> Timestamp
  /// Told what each answer, refusals too, says of the server's clock.
  var noteClock: @Sendable (ClockOffset) -> Void = { _ in }

  /// - Parameters:
  ///   - credentials: gives what to sign with, and is told when that has expired; `nil` for a question that isn't signed.
  ///   - deadline: ``monotonicSeconds()`` after which nothing is tried any more.
  ///   - read: makes of each item what is kept of it, as the item comes; `nil` for one that it can't read.
  /// - Throws: ``AWSError``.
  func ask<Item: Sendable>(
    _ question: AWSQuestion, _ parameters: [(name: String, value: String)], credentials: CredentialsProvider?, until deadline: Double,
    read: @escaping @Sendable (XMLElement) -> Item?
  ) async throws(AWSError) -> AWSAnswer<Item> {
    var schedule = RetrySchedule()
    schedule.firstDelay = 0.5
    var failures = 0
    var hasRenewed = false
    var known: AWSError?
    while true {
      var used: AWSCredentials?
      if let credentials { used = try await credentials.credentials(within: max(0.05, deadline - monotonicSeconds())) }
      let outcome = await exchange(question, parameters, signedBy: used, until: deadline, read)
      let left = deadline - monotonicSeconds()
      let random = Double.random(in: 0..<1)
      let failed: AWSError
      let delay: Double?
      switch outcome {
      case .answer(let answer): return answer
      case .expired(let error):
        // A session may have been renewed elsewhere: read it again, once.
        guard let credentials, let used, !hasRenewed else { throw error }
        hasRenewed = true
        credentials.forget(used)
        continue
      case .final(let error): throw error
      case .late(let error, let seconds): throw seconds < RetrySchedule.moments ? known ?? error : error
      case .throttled(let error, let retryAfter):
        failed = error
        delay = schedule.delay(status: 503, retryAfter: retryAfter, left: left, random: random)
      case .fault(let error, let retryAfter):
        failed = error
        failures += 1
        delay = failures < Self.triesOfFailures ? schedule.delay(status: 503, retryAfter: retryAfter, left: left, random: random) : nil
      }
      guard let delay else { throw failed }
      known = failed
      do { try await Task.sleep(seconds: delay) } catch { throw AWSError.transport(.cancelled, question: question) }
    }
  }

  private enum Outcome<Item: Sendable> {
    case answer(AWSAnswer<Item>)
    case expired(AWSError)
    case throttled(AWSError, retryAfter: Double?)
    /// Worth a few more tries.
    case fault(AWSError, retryAfter: Double?)
    case final(AWSError)
    /// Its time was over before an answer came; so many seconds it had.
    case late(AWSError, after: Double)
  }

  private func exchange<Item: Sendable>(
    _ question: AWSQuestion, _ parameters: [(name: String, value: String)], signedBy credentials: AWSCredentials?, until deadline: Double,
    _ read: @escaping @Sendable (XMLElement) -> Item?
  ) async -> Outcome<Item> {
    let left = deadline - monotonicSeconds()
    guard left > 0 else { return .late(AWSError(.transport, what: question.description, why: "its time is over"), after: 0) }
    var request = HTTPRequest(
      .post, question.endpoint, headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
      body: AWSEncoding.form(parameters), timeout: left)
    request.isQuery = true
    request.connectTimeout = 5
    let now = clock()
    if let credentials {
      let signature = Signature(region: question.region.rawValue, service: question.service)
      do { request.headers += try signature.headers(for: request, credentials: credentials, at: now) } catch {
        return .final(.transport(error, question: question))
      }
    }
    let receiver = AWSAnswerReceiver(question, now: now, clock: clock, read: read)
    let end = await http.stream(request, to: receiver)
    let ended = receiver.finish()
    let start = ended.start
    if let offset = start.clock { noteClock(offset) }
    switch (end, ended.answer) {
    case (.failed(let failure), _):
      let error = AWSError.transport(failure, question: question)
      guard monotonicSeconds() < deadline else { return .late(error, after: left) }
      return failure.isTransient ? .fault(error, retryAfter: nil) : .final(error)
    case (.stopped, _) where !ended.isRefused: return .final(.transport(.cancelled, question: question))
    case (_, .failure(let failure)): return unreadable(failure, start, question)
    case (_, .success(let answer)):
      if let outcome: Outcome<Item> = refusal(answer, start, question, credentials) { return outcome }
      return .answer(AWSAnswer(items: ended.items, unreadable: ended.unreadable, nextToken: answer.nextToken))
    }
  }

  private func unreadable<Item>(_ failure: XMLFailure, _ start: AWSAnswerStart, _ question: AWSQuestion) -> Outcome<Item> {
    switch start.status {
    case 429, 503:
      let error = AWSError(.throttled, what: question.description, why: "\(question.endpoint) answered \(start.status) again and again")
      return .throttled(error, retryAfter: start.retryAfter)
    case 200..<300 where start.hasElements && !start.isHTML:
      return .final(AWSError(.unreadable, what: question.description, why: "the answer is cut or broken: \(failure)"))
    case 500...: return .fault(.notAWS(start, question: question, why: failure.description), retryAfter: start.retryAfter)
    default: return .final(.notAWS(start, question: question, why: failure.description))
    }
  }

  /// `nil` for an answer that is none.
  private func refusal<Item>(
    _ answer: XMLAnswer, _ start: AWSAnswerStart, _ question: AWSQuestion, _ credentials: AWSCredentials?
  ) -> Outcome<Item>? {
    if let (code, message) = answer.error {
      let error = AWSError.refused(
        code: code, message: message, status: start.status, question: question, credentials: credentials, clockError: start.clock?.ahead)
      switch AWSErrorCode(code, status: start.status) {
      case .throttled: return .throttled(error, retryAfter: start.retryAfter)
      case .serverFault: return .fault(error, retryAfter: start.retryAfter)
      case .expired: return .expired(error)
      case .wrongKeys, .denied, .other: return .final(error)
      }
    }
    guard start.status == 200 else {
      let error = AWSError.notAWS(start, question: question, why: "no error code in it")
      if start.status == 429 || start.status == 503 { return .throttled(error, retryAfter: start.retryAfter) }
      return start.status >= 500 ? .fault(error, retryAfter: start.retryAfter) : .final(error)
    }
    guard answer.root == "\(question.action)Response", answer.hasList else {
      return .final(.notAWS(start, question: question, why: "a document <\(answer.root)> that is no answer to \(question.action)"))
    }
    return nil
  }
}

/// Feeds an answer to its reader as it comes, on the transport's thread.
private final class AWSAnswerReceiver<Item: Sendable>: StreamReceiver {
  struct Ended: Sendable {
    let start: AWSAnswerStart
    let answer: Result<XMLAnswer, XMLFailure>
    let items: [Item]
    let unreadable: Int
    /// Whether the receiver itself ended the transfer.
    let isRefused: Bool
  }

  private struct State {
    var start = AWSAnswerStart()
    let reader: XMLReader
    var items: [Item] = []
    var unreadable = 0
    var bytes = 0
    var isFirst = true
    var failure: XMLFailure?

    mutating func finish() -> Ended {
      start.hasElements = reader.hasElements
      if let failure { return ended(.failure(failure), isRefused: true) }
      do throws(XMLFailure) { return ended(.success(try reader.finish())) } catch { return ended(.failure(error)) }
    }

    private func ended(_ answer: Result<XMLAnswer, XMLFailure>, isRefused: Bool = false) -> Ended {
      Ended(start: start, answer: answer, items: items, unreadable: unreadable, isRefused: isRefused)
    }
  }

  private let state: Mutex<State>
  /// When the request left.
  private let now: Timestamp
  private let clock: @Sendable () -> Timestamp
  private let read: @Sendable (XMLElement) -> Item?

  init(
    _ question: AWSQuestion, now: Timestamp, clock: @escaping @Sendable () -> Timestamp, read: @escaping @Sendable (XMLElement) -> Item?
  ) {
    self.now = now
    self.clock = clock
    self.read = read
    state = Mutex(State(reader: XMLReader(path: question.path, wanted: question.wanted)))
  }

  func received(head: HTTPHead, control: StreamControl) -> Bool {
    state.withLock { state in
      state.start.status = head.status
      state.start.retryAfter = head.retryAfter(now: now.seconds)
      state.start.clock = head.clock(sent: now, received: clock())
      state.start.isHTML = head["content-type"]?.lowercased().contains("html") == true
    }
    return true
  }

  func received(bytes: UnsafeRawBufferPointer) -> StreamFlow {
    let bytes = [UInt8](bytes)
    return state.withLock { state in
      if state.isFirst {
        state.isFirst = false
        let first = String(decoding: bytes.prefix(256), as: UTF8.self).lowercased()
        if first.contains("<!doctype html") || first.contains("<html") { state.start.isHTML = true }
      }
      state.bytes += bytes.count
      guard state.bytes <= AWSQuery.answerLimit else {
        state.failure = XMLFailure(description: "it is larger than \(AWSQuery.answerLimit >> 20) MiB")
        return .stop
      }
      do throws(XMLFailure) { try state.reader.feed(bytes) } catch {
        state.failure = error
        return .stop
      }
      for item in state.reader.takeItems() {
        if let item = read(item) { state.items.append(item) } else { state.unreadable += 1 }
      }
      return .more
    }
  }

  /// What came, once the transfer has ended.
  func finish() -> Ended { state.withLock { $0.finish() } }
}
