import CNcurses
import Feeds
import FleetModel
import Glibc

/// The loop: waits for keys, for news of the fleet, for signals, or until something on the screen would look different; never for a tick.
/// It runs on the initial thread, synchronously, and owns the fleet.
final class Dashboard {
  /// Milliseconds between two frames that nobody asked for by a key.
  static let frameInterval: Int64 = 33
  /// Milliseconds between two looks for what became true by time alone.
  static let judgementInterval: Int64 = 250
  /// Milliseconds that a start takes at least, where everything answers at once, and at most.
  private static let startTime: ClosedRange<Int64> = 5000...30_000
  /// From so many on the pages that keys open pass through memory that is worth giving back once the keys rest for so many milliseconds.
  private static let manyMachines = 1000, keysRest: Int64 = 250

  private let store: FleetStore
  private var options: DashboardOptions
  private let clock: FleetClock
  private let effects: EffectRunner
  private var shown: Set<WorkspaceID> = []
  private var interface: Interface
  private var decoder: KeyDecoder
  /// When bytes came last; monotonic milliseconds.
  private var lastInput: Int64 = 0
  private var canvas: Canvas
  private var look: ThemeChoice.Look?
  private var nextChange: Timestamp?
  /// Or the last look at news that changed nothing to see; monotonic milliseconds.
  private var lastFrame: Int64 = 0
  /// Something changed since the last frame.
  private var isDirty = true
  /// The terminal was not ready for a frame that was due.
  private var owesFrame = false
  private let begun = uptime()
  /// What only the start needs is still in memory.
  private var holdsStart = true
  /// When memory that only passed through is given back, monotonic milliseconds; `nil` when no key was pressed since.
  private var givesBackAt: Int64?
  private var notifier: Notifier
  private var vitals = VitalsReader()
  private var frames = 0

  init(store: FleetStore, options: DashboardOptions, effects: EffectRunner, clock: FleetClock = .wall) {
    self.effects = effects
    self.store = store
    self.options = options
    self.clock = clock
    interface = Interface(options)
    notifier = Notifier(options.notifications)
    decoder = KeyDecoder(takesMouse: options.terminal.usesMouse)
    canvas = Canvas(theme: options.themes.shown, isASCII: options.isASCII)
  }

  /// Shows the fleet until the user leaves, a signal ends it or the terminal is gone.
  ///
  /// - Returns: 0, 130 for Ctrl-C and SIGINT, 143 for SIGTERM, 129 for a hang-up, 131 for SIGQUIT.
  /// - Throws: ``TerminalError`` when there is no terminal to show it on.
  func run() throws(TerminalError) -> Int32 {
    if text_set_locale() == 0 { options.isASCII = true }
    interface.glyphs = options.isASCII ? .ascii : .unicode
    canvas.isASCII = options.isASCII
    let terminal = try Terminal(log: options.logPath, options.terminal)
    try terminal.enter()
    canvas.takesLinks = terminal.takesLinks
    defer { terminal.leave() }
    let signals = SignalPipe()
    takeNews(terminal)
    draw(on: terminal)
    while true {
      if let exitCode = step(terminal, signals) { return exitCode }
    }
  }

  /// One wait and what it brought. - Returns: the exit code once it is over.
  private func step(_ terminal: Terminal, _ signals: SignalPipe) -> Int32? {
    let isStalled = terminal.isStalled
    var polled = [
      pollfd(fd: terminal.descriptor, events: Int16(isStalled ? POLLIN | POLLOUT : POLLIN), revents: 0),
      pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
      // News that came since the last frame waits for the next one: one drain a frame, however many there are.
      pollfd(fd: isDirty ? -1 : store.wakeDescriptor, events: Int16(POLLIN), revents: 0),
    ]
    let count = poll(&polled, nfds_t(polled.count), timeout(isStalled: isStalled))
    if let exitCode = answer(signals.take(), terminal) { return exitCode }
    let events = count > 0 ? Int32(polled[0].revents) : 0
    if events & (POLLHUP | POLLERR | POLLNVAL) != 0 { return 129 }
    if events & POLLOUT != 0, !terminal.flush() { return 129 }
    if events & POLLIN != 0 {
      switch terminal.read() {
      case .hangUp: return 129
      case .nothing: break
      case .bytes(let bytes):
        decoder.awaitsGround = terminal.awaitsGround
        if decoder.isDisturbed(by: bytes) { lastInput = Self.uptime() }
        if let exitCode = press(decoder.keys(from: bytes), terminal) { return exitCode }
      }
    } else if let moment = endOfPatience, moment <= Self.uptime() {
      if let exitCode = press(decoder.settle(), terminal) { return exitCode }
    }
    if count > 0, polled[2].revents != 0 { isDirty = true }
    drawIfDue(on: terminal)
    announce(on: terminal)
    if holdsStart, isStartOver {
      holdsStart = false
      ProgramMemory.letGoOfStart()
    }
    if let moment = givesBackAt, moment <= Self.uptime() {
      givesBackAt = nil
      ProgramMemory.giveBack()
    }
    return nil
  }

  /// Everything was connected, asked and drawn once.
  private var isStartOver: Bool {
    let age = Self.uptime() - begun
    let book = store.fleet.book
    let isLoading = book.roster.isLoading || book.regions.isLoading || book.tenants.isLoading
    return age >= (isLoading ? Self.startTime.upperBound : Self.startTime.lowerBound)
  }

  /// When what the keyboard began is over without its end, whatever else happens meanwhile.
  private var endOfPatience: Int64? { decoder.patience.map { lastInput + $0 } }

  /// Milliseconds until something must be done unasked; −1 when nothing must.
  private func timeout(isStalled: Bool) -> Int32 {
    let wait = min(endOfPatience.map { max(0, $0 - Self.uptime()) } ?? .max, isStalled ? .max : idleTime())
    return wait == .max ? -1 : Int32(clamping: min(wait, 3_600_000))
  }

  /// Milliseconds until a frame or a judgement is due.
  private func idleTime() -> Int64 {
    if isDirty { return max(0, lastFrame + Self.frameInterval - Self.uptime()) }
    var wait = Int64.max
    if let nextChange, let left = clock.milliseconds(until: nextChange) { wait = max(1, left) }
    if let moment = store.nextJudgement, let left = clock.milliseconds(until: moment) {
      wait = min(wait, max(1, left, lastFrame + Self.judgementInterval - Self.uptime()))
    }
    if let moment = givesBackAt { wait = min(wait, max(1, moment - Self.uptime())) }
    if let moment = notifier.due { wait = min(wait, max(1, moment - Self.uptime())) }
    return wait
  }

  private func answer(_ signals: [HeardSignal], _ terminal: Terminal) -> Int32? {
    for signal in signals {
      switch signal {
      case .terminate, .interrupt, .quit, .hangUp: return signal.exitCode
      case .stop:
        terminal.suspend()
        drawNow(on: terminal)
      case .resume:
        terminal.resume()
        drawNow(on: terminal)
      case .resize:
        if terminal.remeasure() { drawNow(on: terminal) }
      }
    }
    return nil
  }

  private func press(_ keys: [Key], _ terminal: Terminal) -> Int32? {
    guard !keys.isEmpty else { return nil }
    if (store.fleet.figures.totals.machines.value ?? 0) >= Self.manyMachines { givesBackAt = Self.uptime() + Self.keysRest }
    let moment = clock.now()
    var isChanged = false
    for key in keys {
      if case .ground = key { terminal.groundIsKnown() }
      switch interface.handle(key, store.fleet, at: moment) {
      case .none: break
      case .draw: isChanged = true
      case .perform(let effect):
        effects.perform(effect)
        isChanged = true
      case .wantEverything:
        store.wantEverything()
        isChanged = true
      case .send(let sequence):
        terminal.send(sequence)
        isChanged = true
      case .redraw:
        canvas_redraw()
        canvas.forget()
        isChanged = true
      case .suspend:
        terminal.suspend()
        canvas.forget()
        isChanged = true
      case .leave(let exitCode): return exitCode
      }
    }
    if isChanged { draw(on: terminal) }
    if interface.desk.remembered != options.remembered {
      options.remembered = interface.desk.remembered
      options.screenFile?.write(options.remembered)
    }
    interface.anticipate(store.fleet, at: moment)
    return nil
  }

  private static func uptime() -> Int64 { Int64(clamping: monotonicSeconds() * 1000) }

  /// - Returns: whether the screen may look different.
  @discardableResult
  private func takeNews(_ terminal: Terminal) -> Bool {
    let now = clock.now()
    let changes = store.drain(at: now)
    var isSeen = interface.update(changes, store.fleet, at: now)
    switch interface.begin(store.fleet, at: now, uptime: Self.uptime()) {
    case .perform(let effect):
      effects.perform(effect)
      isSeen = true
    case .draw: isSeen = true
    default: break
    }
    if notifier.hear(changes, store.fleet, at: now, uptime: Self.uptime(), minute: LocalTime.minute(of: wallClock())) { terminal.ring() }
    for answer in effects.takeAnswers() {
      isSeen = true
      for effect in interface.hear(answer, store.fleet, at: now) { effects.perform(effect) }
    }
    if let problem = Unwritten.takeNews() {
      interface.notice = Span(problem, .warning)
      isSeen = true
    }
    return isSeen
  }

  /// Tells what was gathered, where its time has come.
  private func announce(on terminal: Terminal) {
    for announcement in notifier.takeDue(at: Self.uptime()) {
      let sequence = DesktopNotice.sequence(announcement, title: "fleettui \(options.environment)", isInTmux: options.isInTmux)
      if !sequence.isEmpty { terminal.send(sequence) }
      guard announcement.ways.contains(.command) else { continue }
      effects.perform(.notify(options.notifications.command, announcement.json(environment: options.environment, at: clock.now())))
    }
  }

  private func drawIfDue(on terminal: Terminal) {
    let moment = clock.now()
    let isTimely = nextChange.map { $0 <= moment } ?? false
    let mustJudge = store.nextJudgement.map { $0 <= moment && Self.uptime() - lastFrame >= Self.judgementInterval } ?? false
    guard isDirty || isTimely || mustJudge else { return }
    guard isTimely || Self.uptime() - lastFrame >= Self.frameInterval else { return }
    // By time alone a source ages, a grace ends and a finding comes.
    if takeNews(terminal) || isTimely || owesFrame { return draw(on: terminal) }
    isDirty = false
    lastFrame = Self.uptime()
  }

  private func drawNow(on terminal: Terminal) {
    canvas.forget()
    draw(on: terminal)
  }

  private func readVitals(_ terminal: Terminal) -> Vitals {
    vitals.read {
      Vitals(
        uptime: Double(Self.uptime() - begun) / 1000, written: terminal.written, frames: frames, events: store.events,
        requests: effects.requests, terminal: terminal.words)
    }
  }

  /// A frame, unless the terminal has not taken the last one yet: then it comes once it has.
  private func draw(on terminal: Terminal) {
    guard !terminal.isStalled else {
      isDirty = true
      owesFrame = true
      return
    }
    isDirty = false
    owesFrame = false
    lastFrame = Self.uptime()
    frames += 1
    if interface.showsVitals { interface.desk.vitals = readVitals(terminal) }
    let (frame, next) = interface.compose(store.fleet, size: terminal.size, at: clock.now())
    nextChange = next
    dress(for: terminal)
    canvas.draw(frame, size: terminal.size)
    terminal.show(cursor: frame.cursor, in: canvas.inks)
    if let shown = interface.shownWorkspaces(store.fleet), shown != self.shown {
      self.shown = shown
      store.show(shown)
    }
  }

  /// In the theme that is chosen by now, over the ground that is known by now.
  private func dress(for terminal: Terminal) {
    let look = interface.desk.themes.look
    guard look != self.look else { return }
    self.look = look
    canvas.wear(look.theme.adapted(to: terminal.depth, on: look.ground))
  }
}
