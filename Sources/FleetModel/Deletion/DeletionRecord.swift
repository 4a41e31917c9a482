/// One line of a deletion's journal. Replayed, the lines bring a run to where it stood.
public enum DeletionRecord: Hashable, Sendable {
  case begun(DeletionRun.Order)
  /// Written before the request leaves; `before` are the audit's rows on the org until then.
  case sending(before: [PurgeRow], at: Timestamp)
  case answered(DeletionAnswer, status: Int, at: Timestamp)
  case unanswered(String, mayHaveArrived: Bool, at: Timestamp)
  /// A run of the cascade that was found instead of started.
  case following(PurgeID, at: Timestamp)
  case ended(DeletionOutcome, at: Timestamp)
}

extension DeletionRun {
  /// The run as its journal left it, ready to be followed: what it did is known, and what it had sent without an answer is ambiguous.
  /// - Parameter order: of whoever would begin it now, for a journal whose own beginning can't be read.
  /// - Returns: `nil` when the journal says that nothing had been sent or followed, or has no beginning.
  public init?(resuming records: [DeletionRecord], at now: Timestamp, as order: Order? = nil) {
    let begun: Order? = if case .begun(let order)? = records.first { order } else { nil }
    guard let order = begun ?? order else { return nil }
    self.init(order)
    for record in records {
      switch record {
      case .begun: break
      case .sending(let rows, let at):
        before = rows
        state = .sending
        requests.append(DeletionReceipt.Request(at: at, path: path))
      case .answered(let answer, let status, let at): _ = hear(answer, status, at: at)
      case .unanswered(let why, let mayHaveArrived, let at): _ = missAnswer(why, mayHaveArrived, at: at)
      case .following(let id, let at):
        purge = id
        word = .underWay
        lastWordAt = at
      case .ended: break
      }
    }
    // A line that can't be read is taken for a request, so there is one.
    if case .lost = word, requests.isEmpty { requests.append(DeletionReceipt.Request(at: order.startedAt, path: path)) }
    switch word {
    case .none where requests.isEmpty: return nil
    case .none where state == .waiting: word = .refused("answered 409, and the program ended before it asked again")
    case .none: word = .lost("the program ended before an answer came")
    case .failedHalfway where state == .sending: word = .lost("the program ended before an answer to the resend came")
    case .lost, .underWay, .queued, .failedHalfway, .done, .absent, .refused: break
    }
    state = .following
    outcome = nil
    // Followed as long as if the word had just come: nobody did meanwhile.
    lastWordAt = now
  }

  /// What to do first after ``init(resuming:at:as:)``: to look, whatever stood.
  public mutating func resume() -> [Action] { [.read] }

  /// What stood, in words.
  public var standing: String {
    switch word {
    case .none: "nothing was sent"
    case .lost(let why): "a request was sent, and \(why)"
    case .underWay: "the cascade was under way" + (purge.map { " (run \($0))" } ?? "")
    case .queued: "the cascade was queued" + (purge.map { " (run \($0))" } ?? "")
    case .failedHalfway: "the cascade had failed half-way" + (purge.map { " (run \($0))" } ?? "")
    case .done: "the control plane had said that it was done"
    case .absent: "the control plane had said that there was no such org"
    case .refused(let why): "the request was never accepted: \(why)"
    }
  }
}

// MARK: - As a line

extension DeletionRecord {
  public var json: JSONValue {
    switch self {
    case .begun(let order): return ["record": "begun", "order": order.json]
    case .sending(let rows, let at):
      return ["record": "sending", "at": .integer(at.milliseconds), "before": .array(rows.map(\.journalled))]
    case .answered(let answer, let status, let at):
      return ["record": "answered", "at": .integer(at.milliseconds), "status": JSONValue(status), "answer": answer.json]
    case .unanswered(let why, let mayHaveArrived, let at):
      return ["record": "unanswered", "at": .integer(at.milliseconds), "why": .string(why), "may_have_arrived": .bool(mayHaveArrived)]
    case .following(let id, let at): return ["record": "following", "at": .integer(at.milliseconds), "purge_id": JSONValue(id)]
    case .ended(let outcome, let at): return ["record": "ended", "at": .integer(at.milliseconds), "outcome": .string(outcome.rawValue)]
    }
  }

  public init?(_ json: JSONValue) {
    let at = Timestamp(milliseconds: json["at"]?.integer ?? 0)
    switch json["record"]?.text {
    case "begun":
      guard let order = json["order"].flatMap(DeletionRun.Order.init) else { return nil }
      self = .begun(order)
    case "sending": self = .sending(before: (json["before"]?.array ?? []).compactMap(PurgeRow.init(journalled:)), at: at)
    case "answered":
      guard let answer = json["answer"].flatMap(DeletionAnswer.init), let status = json["status"]?.count
      else { return nil }
      self = .answered(answer, status: status, at: at)
    case "unanswered":
      // A line that says less than it should is read as the worse of both.
      self = .unanswered(json["why"]?.string ?? "", mayHaveArrived: json["may_have_arrived"]?.bool ?? true, at: at)
    case "following":
      guard let id = json["purge_id"]?.text else { return nil }
      self = .following(PurgeID(id), at: at)
    case "ended":
      guard let outcome = json["outcome"]?.text.flatMap(DeletionOutcome.init) else { return nil }
      self = .ended(outcome, at: at)
    default: return nil
    }
  }
}

extension DeletionAnswer {
  fileprivate var json: JSONValue {
    switch self {
    case .done(let purge, let org): ["is": "done", "purge_id": JSONValue(purge), "org_id": JSONValue(org)]
    case .queued(let purge): ["is": "queued", "purge_id": JSONValue(purge)]
    case .absent: ["is": "absent"]
    case .busy(let retryAfter): ["is": "busy", "retry_after": JSONValue(retryAfter)]
    case .failedHalfway(let purge, let why): ["is": "failed", "purge_id": JSONValue(purge), "why": .string(why)]
    case .refused(let why): ["is": "refused", "why": .string(why)]
    case .unclear(let why): ["is": "unclear", "why": .string(why)]
    }
  }

  fileprivate init?(_ json: JSONValue) {
    let purge = json["purge_id"]?.text.map(PurgeID.init)
    let why = json["why"]?.string ?? ""
    switch json["is"]?.text {
    case "done": self = .done(purge, org: json["org_id"]?.text.map(OrgID.init))
    case "queued": self = .queued(purge)
    case "absent": self = .absent
    case "busy": self = .busy(retryAfter: json["retry_after"]?.duration)
    case "failed":
      guard let purge else { return nil }
      self = .failedHalfway(purge, why: why)
    case "refused": self = .refused(why: why)
    case "unclear": self = .unclear(why: why)
    default: return nil
    }
  }
}

extension PurgeRow {
  fileprivate var journalled: JSONValue {
    [
      "id": JSONValue(id), "org_id": JSONValue(orgID), "slug": JSONValue(slug), "status": .string(status.text),
      "last_step": JSONValue(lastStep),
      "last_error": JSONValue(lastError), "attempts": JSONValue(attempts), "created_at": JSONValue(createdAt?.milliseconds),
      "completed_at": JSONValue(completedAt?.milliseconds),
    ]
  }

  fileprivate init?(journalled json: JSONValue) {
    guard let id = json["id"]?.text else { return nil }
    func time(_ name: String) -> Timestamp? { json[name]?.integer.map(Timestamp.init(milliseconds:)) }
    self.init(
      id: PurgeID(id), orgID: json["org_id"]?.text.map(OrgID.init), slug: json["slug"]?.text.map(Slug.init),
      status: Status(json["status"]?.string ?? ""), lastStep: json["last_step"]?.text, lastError: json["last_error"]?.text,
      attempts: json["attempts"]?.count, createdAt: time("created_at"), completedAt: time("completed_at"))
  }
}

extension JSONValue {
  fileprivate init(_ value: Int64?) { self = value.map(JSONValue.integer) ?? .null }
}
