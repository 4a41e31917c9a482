import Feeds
import FleetModel

/// Deleting one org: the plan, the phrase typed by hand, then the run as it goes. Bound to the org's id and to the plan: whatever moves under it, it
/// deletes what it showed or nothing.
struct DeletionDialog: Layer {
  private enum Phase {
    /// It is off until what the plan needs beside the fleet was read.
    case typing(Typing)
    case impossible(String)
    case following
  }

  struct Typing {
    var plan: DeletionPlan
    var hash: String
    var confirmation: TypedConfirmation
    /// What changed since the plan was first shown.
    var differences: [String] = []
  }

  /// The environment's part in it.
  struct Setting {
    var environment: String
    var isProtected: Bool
  }

  let orgID: OrgID
  private let slug: Slug
  private let setting: Setting
  private var preparation: DeletionPreparation?
  private var phase: Phase
  private var pager: DeletionPager
  private var view = RowWindow()

  var takesText: Bool { if case .typing = phase { true } else { false } }

  init(_ org: Org, _ setting: Setting, _ fleet: Fleet, at now: Timestamp) {
    orgID = org.id
    slug = org.slug
    self.setting = setting
    pager = DeletionPager(row: "")
    let plan = Self.plan(of: org, setting, nil, fleet)
    let confirmation = TypedConfirmation(phrase: plan.phrase, protectedWord: Self.word(of: plan), openedAt: now)
    phase = .typing(Typing(plan: plan, hash: contentHash(of: plan.body), confirmation: confirmation))
    renew(fleet, at: now)
  }

  // MARK: - The plan

  /// The plan as the fleet stands; `nil` when the org is gone.
  private func plan(_ fleet: Fleet) -> DeletionPlan? {
    fleet.orgs[orgID].map { Self.plan(of: $0, setting, preparation, fleet) }
  }

  private static func plan(of org: Org, _ setting: Setting, _ preparation: DeletionPreparation?, _ fleet: Fleet) -> DeletionPlan {
    DeletionPlan(
      of: org, in: fleet, environment: setting.environment, isProtected: setting.isProtected, names: preparation?.names,
      rule: preparation?.rule)
  }

  /// Shows the plan anew where the world is another one: what was typed was typed for the old one.
  private mutating func renew(_ fleet: Fleet, at now: Timestamp) {
    guard case .typing(var typing) = phase else { return }
    defer { phase = .typing(typing) }
    if let newer = plan(fleet), newer != typing.plan {
      typing.differences = typing.plan.differences(from: newer)
      typing.plan = newer
      typing.hash = contentHash(of: newer.body)
      _ = typing.confirmation.handle(.planChanged(phrase: newer.phrase, protectedWord: Self.word(of: newer)), at: now)
      view.moveToTop()
    }
    typing.confirmation.setBlock(block(typing.plan, fleet, at: now))
  }

  private static func word(of plan: DeletionPlan) -> String? { plan.isProtected ? plan.protectedWord : nil }

  private func block(_ plan: DeletionPlan, _ fleet: Fleet, at now: Timestamp) -> String? {
    guard fleet.orgs[orgID] != nil else { return "the org is gone from the roster: there is nothing left to delete" }
    if plan.openPurges.contains(where: \.isPending) { return "another operator deletes it already: enter follows that" }
    if preparation == nil { return "reading the zone, boot events and diagnostics …" }
    return fleet.reasonAgainstDeletion(regions: fleet.regions.sorted(), at: now)
  }

  // MARK: - What happens

  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    switch phase {
    case .impossible:
      let action = desk.keys.action(for: key, in: .dialog)
      return action == .leave || action == .confirm ? .close : .none
    case .following: return pager.handle(key, &desk, fleet, at: now)
    case .typing: return type(key, desk.keys, fleet, at: now)
    }
  }

  private mutating func type(_ key: Key, _ keys: KeyMap, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    if let movement = keys.movement(for: key, in: .dialog) { view.move(movement) }
    renew(fleet, at: now)
    guard case .typing(var typing) = phase, let event = TypedConfirmation.Event(key, keys) else { return .draw }
    if event == .enter, fleet.orgs[orgID] != nil, typing.plan.openPurges.contains(where: \.isPending) { return watch(typing.plan) }
    let result = typing.confirmation.handle(event, at: now)
    phase = .typing(typing)
    switch result {
    case .typing: return .draw
    case .left: return .close
    case .confirmed:
      phase = .following
      return .perform(.deletion(.begin(typing.plan, preparation?.evidence ?? DeletionEvidence())))
    }
  }

  private mutating func watch(_ plan: DeletionPlan) -> LayerIntent {
    phase = .following
    return .perform(.deletion(.watch(plan)))
  }

  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) {
    // Begun here, or found under way: from now on it is looked at.
    for id in changes.deletions.sorted() where fleet.deletions.reports[id]?.orgID == orgID {
      pager.row = id
      phase = .following
    }
    renew(fleet, at: now)
  }

  mutating func hear(_ answer: Answer, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    guard case .prepared(orgID, let preparation) = answer, case .typing(var typing) = phase, self.preparation == nil else { return .none }
    self.preparation = preparation
    if let problem = preparation.problem {
      phase = .impossible(problem)
    } else if let plan = plan(fleet) {
      if plan.openPurges.contains(where: \.isPending) { return watch(plan) }
      typing.plan = plan
      typing.hash = contentHash(of: plan.body)
      typing.confirmation.completed(at: now)
      phase = .typing(typing)
      renew(fleet, at: now)
    } else {
      phase = .impossible("org \(slug) went from the roster while the plan was made")
    }
    return .draw
  }

  // MARK: - Drawing

  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  {
    let width = room.width
    let title = Line.titled("Delete org \(slug)", width: width, context.glyphs)
    switch phase {
    case .impossible(let why):
      return ([title] + Line.wrapped(why, role: .warning, width: width - 4).map { Line([Span("  ")] + $0.spans) }, nil)
    case .following:
      if pager.row.isEmpty { return ([title, Line("  looking at the roster and the list of runs …", .running)], nil) }
      return pager.draw(&desk, in: room, fleet, &context)
    case .typing:
      renew(fleet, at: context.moment.now)
      guard case .typing(let typing) = phase else { return ([title], nil) }
      return draw(typing, title, rows: room.rows, width: width, fleet, &context)
    }
  }

  /// The plan, which gives way and can be scrolled, and under it what is asked, what was typed, and why it doesn't count.
  private mutating func draw(
    _ typing: Typing, _ title: Line, rows: Int, width: Int, _ fleet: Fleet, _ context: inout DrawingContext
  ) -> (lines: [Line], cursor: Cursor?) {
    let plan = DeletionPlanLines.of(
      typing.plan, hash: typing.hash, differences: typing.differences, preparation: preparation, fleet, width: width, &context)
    let question =
      typing.confirmation.stage == .protectedWord
      ? "Now the org's id's last 8 characters:"
      : width < 54 ? "Type environment, slash, org's name:" : "Type the environment, a slash and the org's name:"
    var typed = UntrustedText.clean(typing.confirmation.text, limit: 200)
    while TextWidth.columns(of: typed) > max(1, width - 6), !typed.isEmpty { typed.removeFirst() }
    let notice = notice(typing.confirmation, &context)
    var below = [Line([Span("  "), Span(question, .heading)]), Line([Span("  \(context.glyphs.into) ", .key), Span(typed, .title)])]
    let column = min(width - 1, 4 + TextWidth.columns(of: typed))
    if let notice {
      below += Line.wrapped(notice.text, role: notice.role, width: max(8, width - 4)).prefix(2).map { Line([Span("  ")] + $0.spans) }
    }
    if rows >= below.count + 8 { below.insert(Line(), at: 0) }
    let typedRow = below.firstIndex { $0.spans.first?.text == "  \(context.glyphs.into) " } ?? 0

    var all = [title] + view.fit(plan, height: rows - 1 - below.count)
    while all.count < min(rows - below.count, plan.count + 1) { all.append(Line()) }
    let cursor = Cursor(row: all.count + typedRow, column: column)
    return (all + below, cursor)
  }

  private func notice(_ confirmation: TypedConfirmation, _ context: inout DrawingContext) -> Span? {
    let wait = Int(clamping: confirmation.closedFor(at: context.moment.now).rounded(.up))
    if wait > 0 { context.moment.changesEverySecond() }
    let waiting = wait > 0 ? "; keys are taken again in \(wait) s" : "; type it anew"
    if let block = confirmation.block { return preparation == nil ? Span(block, .running) : Span("off: \(block)", .danger) }
    switch confirmation.notice {
    case nil: return confirmation.next.map { Span("enter \($0)", .danger) }
    case .pasted: return Span("pasting is refused: it is typed by hand\(waiting)", .warning)
    case .tooFast: return Span("faster than a hand, refused like a paste\(waiting)", .warning)
    case .tooSoon: return Span("a moment: read what it removes, then press enter", .warning)
    case .wrong: return Span("that is not it\(waiting)", .warning)
    case .planChanged: return Span("the plan changed and is void: look at it again, then type", .warning)
    case .blocked(let why): return Span("off: \(why)", .danger)
    }
  }

  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    func name(_ action: Action) -> String { desk.keys.name(of: action) }
    switch phase {
    case .following: return pager.footer(desk, fleet, width: width, at: now)
    case .impossible: return (desk.footer([Hint(name(.leave), "closes, nothing was sent", isWayOut: true)], width: width), nil)
    case .typing(let typing):
      let next = typing.confirmation.next.map { [Hint(name(.confirm), $0, .danger)] } ?? []
      let ways = [
        Hint(name(.leave), "leaves, nothing is sent", isWayOut: true), Hint("\(name(.up)) \(name(.down))", "scroll the plan"),
      ]
      return (desk.footer(next + ways, width: width), nil)
    }
  }
}

/// A plan for the dialog: the environment and the org's name never stand together in one piece.
enum DeletionPlanLines {
  static func of(
    _ plan: DeletionPlan, hash: String, differences: [String], preparation: DeletionPreparation?, _ fleet: Fleet, width: Int,
    _ context: inout DrawingContext
  ) -> [Line] {
    // One column stays free at the right.
    var list = FieldLines(width: width, nameWidth: 12)
    if !differences.isEmpty {
      list.field("changed", "the plan that was shown is void:", .warning)
      for difference in differences { list.field("", difference, .warning) }
    }
    let count = { (number: Int, noun: String) in "\(number) \(noun)\(number == 1 ? "" : "s")" }
    let tenants = plan.machines.count { $0.role == .tenant }
    list.field(
      "removes",
      "\(count(tenants, "tenant machine")), \(count(plan.workspaces.count, "workspace")) with \(count(plan.machines.count - tenants, "machine")), "
        + "\(count(plan.volumes.count, "volume")), \(plan.names.map { count($0.count, "DNS name") } ?? (preparation == nil ? "its DNS names" : "DNS names that could not be read"))"
        + (plan.hourlySaved.map { "; stops $\(Wording.dollars($0, digits: 2))/h" } ?? "; stops a cost that is not known"))
    list.field(
      "environment", plan.environment + (plan.isProtected ? ", protected: wants a second word" : ""),
      plan.isProtected ? .danger : .environment)
    list.field("org", "\(plan.slug)   \(plan.orgID)", .title)
    let facts = [plan.name, plan.customerPlan.map { "plan \($0)" }, plan.members.map { count($0, "member") }].compactMap { $0 }
    list.field(
      plan.kind == .test ? "test org" : "customer", facts.isEmpty ? "name, plan and members are not known" : facts.joined(separator: ", "),
      plan.kind == .test ? .dim : .warning)
    for purge in plan.openPurges {
      list.field(
        purge.isPending ? "running now" : "open run",
        "\(purge.status.text)" + (purge.lastStep.map { " after \($0)" } ?? "") + ", run \(purge.id)", .warning)
    }
    freshness(fleet, &context).map { list.field("data", $0.text, $0.role) }
    list.field("stays", "WorkOS users, traces, vendor history", .dim)
    let evidence = preparation?.evidence
    list.field(
      "kept here",
      evidence.map { evidence in
        (evidence.bootEvents.map { count($0.count, "boot event") } ?? "boot events could not be read") + ", "
          + (evidence.diagnostics == nil ? "diagnostics could not be read" : "diagnostics") + ", which the deletion destroys"
      } ?? "boot events and diagnostics, which the deletion destroys", .dim)
    if let problem = fleet.freshness(of: .tenant(plan.slug), at: context.moment.now).problem {
      list.field("workspaces", "as the machines' tags name them: \(problem)", .warning)
    }
    for machine in plan.machines {
      list.field("machine", "\(machine.id)  \(machine.role?.rawValue ?? "no role")  \(machine.type ?? "?")  \(machine.region)", .dim)
    }
    for workspace in plan.workspaces {
      list.field("workspace", (fleet.workspaces[workspace]?.row.name).map { "\($0)  \(workspace)" } ?? workspace.rawValue, .dim)
    }
    for name in plan.names ?? [] { list.field("dns", name, .dim) }
    for volume in plan.volumes { list.field("volume", volume.rawValue, .dim) }
    list.field("plan", "\(hash): void if anything above changes", .dim)
    return list.lines
  }

  private static func freshness(_ fleet: Fleet, _ context: inout DrawingContext) -> (text: String, role: Role)? {
    context.moment.changesEverySecond()
    let now = context.moment.now
    let ages = ([Source.controlPlane] + fleet.regions.sorted().map(Source.ec2)).map { source -> String in
      let freshness = fleet.freshness(of: source, at: now)
      let name = source == .controlPlane ? "roster" : source.description
      return freshness.age(at: now).map { "\(name) \(Moment.elapsed($0)) old" } ?? "\(name) never read"
    }
    return (ages.joined(separator: ", "), .dim)
  }
}
