/// Typing to confirm: the phrase by hand, then in a protected environment the second word. Keys and time go in; it tells whether a hand
/// typed the right thing.
///
/// Refused are bracketed pastes and bursts faster than a hand; Enter does nothing before the text matches exactly and the dialog has been
/// open for two seconds; wrong tries make it wait, longer each time; Esc leaves from everywhere.
public struct TypedConfirmation: Hashable, Sendable {
  public enum Stage: Hashable, Sendable { case phrase, protectedWord }

  public enum Event: Hashable, Sendable {
    case key(Character)
    case erase(LineEditor.Part)
    case enter
    case escape
    /// Bracketed paste, however long.
    case paste
    /// The plan is another one: what was typed was typed for the old one.
    case planChanged(phrase: String, protectedWord: String?)
  }

  public enum Result: Hashable, Sendable { case typing, left, confirmed }

  /// Why the last key changed nothing.
  public enum Notice: Hashable, Sendable {
    case pasted, tooFast, tooSoon, wrong
    case planChanged
    /// The data is stale, or the org is gone.
    case blocked(String)
  }

  /// Seconds before anything can be confirmed.
  public static let dwell = 2.0
  /// So many keys within ``burstSeconds`` are no hand's.
  static let burstKeys = 4
  static let burstSeconds = 0.06
  static let longestText = 200
  static let longestBackOff = 30.0

  public private(set) var stage = Stage.phrase
  private var line = LineEditor(limit: Self.longestText, isExact: true)
  /// What is typed of the present stage's word.
  public var text: String { line.text }
  public private(set) var notice: Notice?
  public private(set) var wrongTries = 0
  /// Keys are ignored until then.
  public private(set) var closedUntil: Timestamp?
  /// Why it can't be confirmed whatever is typed; `nil` when it can.
  public private(set) var block: String?
  private var phrase: String
  private var protectedWord: String?
  private var openedAt: Timestamp
  private var recentKeys: [Timestamp] = []

  /// - Parameter protectedWord: the second word, where the environment asks for one.
  public init(phrase: String, protectedWord: String?, openedAt: Timestamp) {
    self.phrase = phrase
    self.protectedWord = protectedWord
    self.openedAt = openedAt
  }

  /// What is confirmed is only now shown whole: the time to read it begins here. What was typed meanwhile stays.
  public mutating func completed(at now: Timestamp) { openedAt = now }

  /// Seconds until keys are taken again, 0 when they are.
  public func closedFor(at now: Timestamp) -> Double { closedUntil.map { max(0, $0 - now) } ?? 0 }

  /// Whether what is typed is the word, exactly: the same bytes, not merely text that looks the same.
  public var matches: Bool { text.utf8.elementsEqual(wanted.utf8) }

  /// What Enter does now, as a prompt says it; `nil` while it does nothing.
  public var next: String? {
    guard matches, !text.isEmpty, block == nil else { return nil }
    return stage == .phrase && protectedWord != nil ? "asks for the second word" : "deletes it for good"
  }

  private var wanted: String {
    switch stage {
    case .phrase: phrase
    case .protectedWord: protectedWord ?? ""
    }
  }

  /// The data went stale or came back. Why the last key counted for nothing stays said: ``block`` speaks for itself.
  public mutating func setBlock(_ reason: String?) {
    block = reason
    switch notice {
    case nil, .blocked: notice = reason.map(Notice.blocked)
    case .pasted, .tooFast, .tooSoon, .wrong, .planChanged: break
    }
  }

  public mutating func handle(_ event: Event, at now: Timestamp) -> Result {
    // Whatever else is wrong, leaving works.
    if event == .escape { return .left }
    if case .planChanged(let phrase, let word) = event {
      self = TypedConfirmation(phrase: phrase, protectedWord: word, openedAt: now)
      notice = .planChanged
      return .typing
    }
    guard closedFor(at: now) <= 0 else { return .typing }
    closedUntil = nil
    switch event {
    case .key(let key): type(key, at: now)
    case .erase(let part):
      line.erase(part)
      notice = nil
    case .paste:
      notice = .pasted
      fail(at: now)
    case .enter: return enter(at: now)
    case .escape, .planChanged: break
    }
    return .typing
  }

  private mutating func type(_ key: Character, at now: Timestamp) {
    recentKeys.append(now)
    if recentKeys.count > Self.burstKeys { recentKeys.removeFirst() }
    if recentKeys.count == Self.burstKeys, let first = recentKeys.first, now - first < Self.burstSeconds {
      notice = .tooFast
      return fail(at: now)
    }
    notice = nil
    line.insert(String(key))
  }

  private mutating func enter(at now: Timestamp) -> Result {
    guard !text.isEmpty else { return .typing }
    guard matches else {
      notice = .wrong
      wrongTries += 1
      close(at: now)
      return .typing
    }
    if let block {
      notice = .blocked(block)
      return .typing
    }
    guard now - openedAt >= Self.dwell else {
      notice = .tooSoon
      return .typing
    }
    if stage == .phrase, protectedWord != nil {
      stage = .protectedWord
      line.erase(.line)
      recentKeys = []
      return .typing
    }
    return .confirmed
  }

  /// What came wasn't typed: none of it stays.
  private mutating func fail(at now: Timestamp) {
    line.erase(.line)
    recentKeys = []
    wrongTries += 1
    close(at: now)
  }

  private mutating func close(at now: Timestamp) {
    closedUntil = now + min(Self.longestBackOff, Double(1 << min(wrongTries - 1, 5)))
  }
}
