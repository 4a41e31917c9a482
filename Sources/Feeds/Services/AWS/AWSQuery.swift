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
    try await RetryPolicy.awsQuery.ask(question, credentials: credentials, until: deadline) { used, left in
      await exchange(question, parameters, signedBy: used, within: left, read)
    }
  }

  private typealias Try<Item: Sendable> = Attempt<Result<AWSAnswer<Item>, AWSError>>

  private func exchange<Item: Sendable>(
    _ question: AWSQuestion, _ parameters: [(name: String, value: String)], signedBy credentials: AWSCredentials?, within left: Double,
    _ read: @escaping @Sendable (XMLElement) -> Item?
  ) async -> Try<Item> {
    let deadline = monotonicSeconds() + left
    var request = HTTPRequest(
      .post, question.endpoint, headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
      body: AWSEncoding.form(parameters), timeout: left)
    request.isQuery = true
    request.connectTimeout = 5
    let now = clock()
    if let credentials {
      let signature = Signature(region: question.region.rawValue, service: question.service)
      do { request.headers += try signature.headers(for: request, credentials: credentials, at: now) } catch {
        return Try(.failure(.transport(error, question: question)), .final)
      }
    }
    let receiver = AWSAnswerReceiver(question, now: now, clock: clock, read: read)
    let end = await http.stream(request, to: receiver)
    let ended = receiver.finish()
    let start = ended.start
    if let offset = start.clock { noteClock(offset) }
    switch (end, ended.answer) {
    case (.failed(let failure), _):
      // Whatever broke off at the end of its time was cut short by that.
      let verdict = monotonicSeconds() < deadline ? failure.verdict(within: left) : .timedOut(after: left)
      return Try(.failure(.transport(failure, question: question)), verdict)
    case (.stopped, _) where !ended.isRefused: return Try(.failure(.transport(.cancelled, question: question)), .final)
    case (_, .failure(let failure)): return unreadable(failure, start, question)
    case (_, .success(let answer)):
      if let (error, verdict) = refusal(answer, start, question, credentials) { return Try(.failure(error), verdict) }
      return Try(.success(AWSAnswer(items: ended.items, unreadable: ended.unreadable, nextToken: answer.nextToken)), .final)
    }
  }

  private func unreadable<Item>(_ failure: XMLFailure, _ start: AWSAnswerStart, _ question: AWSQuestion) -> Try<Item> {
    switch start.status {
    case 429, 503:
      let error = AWSError(.throttled, what: question.description, why: "\(question.endpoint) answered \(start.status) again and again")
      return Try(.failure(error), .throttled(retryAfter: start.retryAfter))
    case 200..<300 where start.hasElements && !start.isHTML:
      return Try(.failure(AWSError(.unreadable, what: question.description, why: "the answer is cut or broken: \(failure)")), .final)
    default:
      let error = AWSError.notAWS(start, question: question, why: failure.description)
      return Try(.failure(error), start.status >= 500 ? .passing(retryAfter: start.retryAfter) : .final)
    }
  }

  /// `nil` for an answer that is none.
  private func refusal(
    _ answer: XMLAnswer, _ start: AWSAnswerStart, _ question: AWSQuestion, _ credentials: AWSCredentials?
  ) -> (error: AWSError, verdict: RetryVerdict)? {
    if let (code, message) = answer.error {
      let error = AWSError.refused(
        code: code, message: message, status: start.status, question: question, credentials: credentials, clockError: start.clock?.ahead)
      return (error, AWSErrorCode(code, status: start.status).verdict(retryAfter: start.retryAfter))
    }
    guard start.status == 200 else {
      let error = AWSError.notAWS(start, question: question, why: "no error code in it")
      if start.status == 429 || start.status == 503 { return (error, .throttled(retryAfter: start.retryAfter)) }
      return (error, start.status >= 500 ? .passing(retryAfter: start.retryAfter) : .final)
    }
    guard answer.root == "\(question.action)Response", answer.hasList else {
      return (.notAWS(start, question: question, why: "a document <\(answer.root)> that is no answer to \(question.action)"), .final)
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
