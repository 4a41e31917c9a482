import FleetModel

/// What is said of a recording while it is shown.
struct ReplayNote: Equatable, Sendable {
  var start: Timestamp
  var end: Timestamp
  var speed: Double

  /// `replay x4  2026-11-23T13:42:07Z`, or that it is over.
  func text(at moment: inout Moment) -> String {
    let isOver = moment.now >= end
    if !isOver { moment.changesEverySecond() }
    let second = Timestamp(milliseconds: moment.now.milliseconds / 1000 * 1000)
    return "replay" + (speed == 1 ? "" : " x\(JSONValue.number(speed).serialized())") + (isOver ? " ended" : "") + " \(second)"
  }
}

/// What the dashboard is to be.
struct DashboardOptions: Sendable {
  var environment: String
  var isProtected = false
  var isReadOnly = true
  /// What is shown is a recording.
  var replay: ReplayNote?
  var isASCII = false
  var theme = Theme.standard
  var keys = KeyMap.standard
  var usesMouse = false
  var notification = Bell.Notification.bell
  /// Where standard error goes while the screen is up.
  var logPath: String?
  var prices = PriceBook.builtin
  var orphans = OrphanSettings()
  var vcpuQuota: Int?

  /// What findings are judged by besides the fleet.
  var limits: Triage.Limits { Triage.Limits(vcpuQuota: vcpuQuota) }

  init(environment: String) { self.environment = environment }
}
