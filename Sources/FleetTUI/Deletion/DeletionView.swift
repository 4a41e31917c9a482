import Feeds
import FleetModel

/// One deletion in lines: its steps as they go, its machines as they disappear, what was read back, and its receipt.
struct DeletionView {
  private static let nameWidth = 12
  private var list: FieldLines

  private init(width: Int) { list = FieldLines(width: width, nameWidth: Self.nameWidth) }

  static func lines(of entry: DeletionEntry, _ fleet: Fleet, width: Int, _ context: inout DrawingContext) -> [Line] {
    var view = DeletionView(width: width)
    view.head(entry, hasLeft: DeletionsContent.hasLeftMachines(entry, fleet), &context)
    if entry.report?.end == nil { view.cascade(entry, fleet, &context) }
    view.machines(entry, fleet, context)
    view.identity(entry)
    // What was read before anything was sent is no news of what is left.
    if let report = entry.report, report.run.looks > 0, report.end == nil || report.end == .watched, let legs = report.run.legs {
      view.legs(legs.json, context.glyphs)
    }
    if let receipt = entry.receipt { view.receipt(receipt, isOnly: entry.receipts.count < 2, context.glyphs) }
    for older in entry.receipts.dropLast().reversed() {
      view.list.field(
        "earlier", "\(Self.text(older["outcome"])) at \(Self.text(older["ended_at"])), receipt \(Self.text(older["id"]))", .dim)
    }
    return view.list.lines
  }

  private static func text(_ value: JSONValue?) -> String { UntrustedText.clean(value?.string ?? "-", limit: 1000) }

  // MARK: - How it stands

  private mutating func head(_ entry: DeletionEntry, hasLeft: Bool, _ context: inout DrawingContext) {
    let standing = entry.standing
    var spans = Wording.state(standing.word, hasLeft ? .failed : standing.role, context.glyphs)
    if case .ended(.verified) = standing { spans = [Span("\(context.glyphs.ok) VERIFIED GONE", .ok)] }
    if let from = entry.report?.run.order.startedAt ?? entry.beganAt {
      if let report = entry.report, report.end == nil {
        context.moment.changesEverySecond()
        spans.append(Span("  \(Moment.elapsed(context.moment.now - from))", .text))
        spans.append(Span("  \(Self.doing(report.run))", .dim))
      } else if let end = entry.endedAt {
        spans.append(Span(" in \(Moment.elapsed(end - from))", .dim))
      } else {
        spans.append(Span("  for \(context.moment.age(since: from))", .dim))
      }
    }
    list.field("state", spans)
    if case .refused(let why)? = entry.report?.end { list.field("why", why + "; nothing was sent", .warning) }
    if case .resumed(let stood)? = entry.report?.origin { list.field("resumed", "an earlier start was cut off: \(stood)", .info) }
    if entry.report?.origin == .followed { list.field("by", "another fleettui on this machine; this one only looks", .info) }
    if entry.isAnotherOperators { list.field("by", "another operator; nothing is sent from here, and no receipt is kept", .info) }
    if let age = entry.age(at: context.moment.now) { list.field("age", age.text, age.role) }
    list.field("its error", entry.purge?.lastError, .failed)
    if standing == .failed || standing == .ended(.stalled) {
      list.field(
        "next",
        entry.isFailedHalfway
          ? "the same request resumes it after its last step: d, and the phrase again"
          : "it may have been accepted: d, and the phrase again, asks and finds out", .info)
    }
    if hasLeft { list.field("next", "delete it again: it was called completed, and EC2 still has machines of it", .failed) }
  }

  private mutating func identity(_ entry: DeletionEntry) {
    if let purge = entry.purge {
      list.field("run", "\(purge.id)" + (purge.attempts.map { ", \($0) \($0 == 1 ? "attempt" : "attempts")" } ?? ""), .dim)
    }
    list.field("org", [Span([entry.slug, entry.orgID?.rawValue].compactMap { $0 }.joined(separator: "  "), .dim)])
  }

  private static func doing(_ run: DeletionRun) -> String {
    switch run.state {
    case .checking: "looking at the roster and the list of runs before anything is sent"
    case .sending: "the control plane deletes it"
    case .waiting: "its own provision or deprovision holds it (409): asked again within a minute"
    case .following:
      switch run.word {
      case .lost: "the answer was lost: the list of runs decides"
      case .queued: "queued, not gone"
      case .done, .absent: "reading back what is left"
      case .none, .underWay, .failedHalfway, .refused: "following the cascade"
      }
    case .ended: ""
    }
  }

  // MARK: - Steps

  /// What was heard of the cascade: the fleet feed's times are the server's, those of looks are coarser.
  private static func states(_ entry: DeletionEntry, _ fleet: Fleet) -> [(step: Cascade.Step, state: Cascade.State)]? {
    guard let row = entry.purge ?? entry.report?.run.row else { return nil }
    return (fleet.cascades[row.id] ?? entry.report?.run.cascade ?? Cascade()).states(of: row)
  }

  /// The four steps in a row: `● stripe ● redis ◌ infra 38s · db_rows`.
  static func steps(_ entry: DeletionEntry, _ fleet: Fleet, _ context: inout DrawingContext) -> [Span] {
    guard let states = states(entry, fleet) else { return [] }
    return states.flatMap { step, state -> [Span] in
      let (sign, role, time) = sign(of: state, &context)
      // The time of the one that runs; the others' are in the detail.
      let shown = role == .running || role == .failed ? time : ""
      return [Span("\(sign) \(step.rawValue)\(shown.isEmpty ? "" : " " + shown)", role), Span(" ", .dim)]
    }
  }

  private static func sign(of state: Cascade.State, _ context: inout DrawingContext) -> (sign: String, role: Role, time: String) {
    switch state {
    case .waiting: return (context.glyphs.none, .dim, "")
    case .running(let since):
      guard let since else { return (context.glyphs.coming, .running, "") }
      context.moment.changesEverySecond()
      return (context.glyphs.coming, .running, Moment.elapsed(context.moment.now - since))
    case .done(let seconds): return (context.glyphs.ok, .dim, seconds.map(Self.short) ?? "")
    case .failed: return (context.glyphs.failed, .failed, "")
    }
  }

  /// Steps of seconds are told by tenths.
  private static func short(_ seconds: Double) -> String { seconds < 10 ? "\((seconds * 10).rounded() / 10)s" : Moment.elapsed(seconds) }

  private mutating func cascade(_ entry: DeletionEntry, _ fleet: Fleet, _ context: inout DrawingContext) {
    guard let states = Self.states(entry, fleet) else { return }
    let usual = fleet.usualCascade
    list.space()
    let steps = states.map { step, state -> (name: String, state: [Span], history: String, seen: String) in
      var (sign, role, time) = Self.sign(of: state, &context)
      let phase = usual.index(of: step.rawValue).map { usual.phases[$0] }
      if case .running(let since?) = state, let phase, context.moment.now - since > phase.lateAfter { role = .late }
      let history = phase.map { phase in
        let late = phase.lateAfter.isFinite ? ", late after \(Self.short(phase.lateAfter))" : ""
        return "usually \(Self.short(phase.median))\(late)"
      }
      let words = "\(sign) \(Self.word(of: state))" + (time.isEmpty ? "" : " \(time)")
      return (step.rawValue, [Span(words, role)], history ?? "no history yet", phase.map { ", \($0.samples) seen" } ?? "")
    }
    let width = (steps.map { Line($0.state).columns }.max() ?? 0) + 2
    // Of how many that is known goes where it has no room beside all of them.
    let room = list.width - 1 - Self.nameWidth - 3 - width
    let tells = steps.allSatisfy { TextWidth.columns(of: $0.history + $0.seen) <= room }
    for step in steps { list.field(step.name, step.state.fitted(to: width), step.history + (tells ? step.seen : ""), .dim) }
  }

  private static func word(of state: Cascade.State) -> String {
    switch state {
    case .waiting: "waits"
    case .running: "running"
    case .done: "done"
    case .failed: "failed"
    }
  }

  // MARK: - Machines

  /// Each machine that the plan named or that stands, the standing ones first.
  private mutating func machines(_ entry: DeletionEntry, _ fleet: Fleet, _ context: DrawingContext) {
    var states: [InstanceID: (state: InstanceState?, type: String?)] = [:]
    if let org = entry.orgID { for machine in fleet.machines(of: org) { states[machine.id] = (machine.row.state, machine.row.type) } }
    let run = entry.report?.run
    for id in run?.order.machines.keys.map({ $0 }) ?? [] where states[id] == nil { states[id] = (fleet.instances[id]?.row.state, nil) }
    if case .found(let found, let unread)? = run?.machines {
      // A look at every region is newer than what the feeds told last.
      if unread.isEmpty { for id in states.keys { states[id]?.state = .terminated } }
      for machine in found { states[machine.id] = (machine.state, machine.type) }
    }
    guard !states.isEmpty else { return }
    let gone = states.values.count { $0.state == .terminated }
    list.space()
    list.field("machines", [Span("\(gone) of \(states.count) gone", gone == states.count ? .ok : .text)])
    let sorted = states.sorted { ($0.value.state == .terminated ? 1 : 0, $0.key) < ($1.value.state == .terminated ? 1 : 0, $1.key) }
    let cells = sorted.map { id, machine in
      let isGone = machine.state == .terminated
      let state = isGone ? "gone" : machine.state?.text ?? "not known"
      return [
        [Span(id.rawValue, isGone ? .dim : .text)], [Span(machine.type ?? "", .dim)],
        [Span(state, isGone ? .dim : machine.state?.role == .ok ? .text : .running)],
      ]
    }
    list.rows(cells, dropping: [1])
  }

  // MARK: - What was read back

  private mutating func legs(_ legs: JSONValue, _ glyphs: Glyphs) {
    list.space()
    let known = ["cascade", "roster", "instances", "dns", "audit"].compactMap { name in legs[name].map { (name, $0) } }
    let width = (known.map { TextWidth.columns(of: Self.text($0.1["state"])) }.max() ?? 0) + 4
    for (name, leg) in known {
      let state = Self.text(leg["state"])
      let role: Role =
        switch state {
        case "gone", "completed": .ok
        case "present", "failed": .failed
        case "pending": .running
        default: .unknown
        }
      list.field(name, [Span("\(glyphs.sign(of: role)) \(state)", role)].fitted(to: width), Self.text(leg["detail"]), .dim)
    }
  }

  private mutating func receipt(_ receipt: JSONValue, isOnly: Bool, _ glyphs: Glyphs) {
    list.heading("Receipt \(Self.text(receipt["id"]))")
    list.field("who", "\(Self.text(receipt["operator"])) in \(Self.text(receipt["environment"]))")
    list.field("when", "\(Self.text(receipt["started_at"])) to \(Self.text(receipt["ended_at"]))")
    let outcome = receipt["outcome"]?.string.flatMap(DeletionOutcome.init)
    list.field("outcome", outcome?.rawValue ?? "?", outcome.map { DeletionEntry.Standing.ended($0).role } ?? .unknown)
    list.field(
      "stopped", receipt["hourly_saved"]?.double.map { "$\(Wording.dollars($0, digits: 3))/h, by the plan" } ?? "a cost that was not known")
    for request in receipt["requests"]?.array ?? [] {
      list.field(
        "request",
        "\(Self.text(request["method"])) \(Self.text(request["path"])) at \(Self.text(request["at"])): "
          + (request["status"]?.integer.map { "\($0)" } ?? "no answer")
          + (request["purge_id"]?.text.map { ", run \(UntrustedText.clean($0, limit: 64))" } ?? ""))
    }
    if receipt["requests"]?.array?.isEmpty == true { list.field("request", "none: another run was followed", .dim) }
    legs(receipt["legs"] ?? .null, glyphs)
    list.field("plan", Self.text(receipt["plan_hash"]), .dim)
    list.field("hash", Self.text(receipt["hash"]), .dim)
    list.field("after", receipt["previous"]?.string.map { UntrustedText.clean($0, limit: 100) } ?? "none: the first receipt here", .dim)
  }
}

/// One deletion over the page, followed as it goes.
struct DeletionPager: Layer {
  var row: String
  private var view = RowWindow()

  init(row: String) { self.row = row }

  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    if let movement = desk.keys.movement(for: key, in: .pager) {
      view.move(movement)
      return .draw
    }
    switch desk.keys.action(for: key, in: .pager) {
    case .back?, .quit?: return .close
    default:
      // It comes of a dialog too, whose keys still close it.
      let action = desk.keys.action(for: key, in: .dialog)
      return action == .confirm || action == .leave ? .close : .unknown
    }
  }

  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  {
    let entry = fleet.deletions.entry(fleet.deletions.current(row), fleet)
    let title = Line.titled("Deletion of \(entry?.slug ?? row)", width: room.width, context.glyphs)
    let body =
      entry.map { DeletionView.lines(of: $0, fleet, width: room.width, &context) } ?? [Line("  nothing is known of it any more", .dim)]
    return ([title] + view.fit(body, height: room.rows - 1), nil)
  }

  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    let scrolling = [Action.pageUp, .pageDown].map { desk.keys.name(of: $0) }.joined(separator: " ")
    return (desk.footer([Hint(desk.keys.name(of: .back), "close", isWayOut: true), Hint(scrolling, "scroll")], width: width), nil)
  }
}
