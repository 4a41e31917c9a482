import FleetModel

/// What is said of a recording while it is shown.
struct ReplayNote: Equatable, Sendable {
  var start: Timestamp
  var end: Timestamp
  var speed: Double
  /// It was made before recordings held what was configured and learned: it is judged by defaults.
  var lacksSettings = false

  /// `replay x4  2026-11-23T13:42:07Z`, or that it is over.
  func text(at moment: inout Moment) -> String {
    let isOver = moment.now >= end
    if !isOver { moment.changesEverySecond() }
    let second = Timestamp(milliseconds: moment.now.milliseconds / 1000 * 1000)
    return "replay" + (lacksSettings ? " by defaults" : "") + (speed == 1 ? "" : " x\(JSONValue.number(speed).serialized())")
      + (isOver ? " ended" : "") + " \(second)"
  }
}

/// Why nothing is changed from a dashboard.
enum WriteRefusal {
  static let configured = "read-only: give --write, or set writes = true in the configuration"
  static let demo = "read-only: start with `fleettui demo --write` to practise a deletion"
  static let replay = "a replay changes nothing: it shows what was"
}

/// What the dashboard is to be.
struct DashboardOptions: Sendable {
  /// What is judged by, which the fleet is told as an event too.
  var settings: FleetSettings
  /// Why nothing may be changed; `nil` when it may.
  var writeRefusal: String? = WriteRefusal.configured
  /// What is shown is a recording.
  var replay: ReplayNote?
  /// What is said in the first frame.
  var notice: String?
  var isASCII = false
  var themes = ThemeChoice()
  var keys = KeyMap.standard
  var terminal = TerminalSettings()
  var notifications = NotificationRules()
  /// tmux stands between the program and the terminal.
  var isInTmux = false
  var links = Links()
  /// The operator's home directory.
  var home: String?
  /// How the screen was left last time, and where that is kept; `nil`: nowhere.
  var remembered = RememberedScreen()
  var screenFile: ScreenFile?
  var views = ViewBook()
  /// `nil`: Fleet.
  var first: FirstPage?
  /// Where standard error goes while the screen is up.
  var logPath: String?

  init(settings: FleetSettings) { self.settings = settings }

  init(environment: String) { settings = FleetSettings(environment: environment) }

  var environment: String { settings.environment }
  var isProtected: Bool {
    get { settings.isProtected }
    set { settings.isProtected = newValue }
  }
  var isReadOnly: Bool {
    get { writeRefusal != nil }
    set { writeRefusal = newValue ? WriteRefusal.configured : nil }
  }
  var prices: PriceBook {
    get { settings.prices }
    set { settings.prices = newValue }
  }
}
