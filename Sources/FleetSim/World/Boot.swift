import FleetModel

/// The plan of one boot: its phases and how long each takes, in seconds of the simulated world (contract §5.4).
struct Boot: Sendable {
  struct Phase: Sendable {
    var name: String
    var seconds: Double
    var detail: String?
  }

  var startedAt: Timestamp
  /// From the launch until the first phase starts: EC2's early boot.
  var lead: Double
  var phases: [Phase]
  /// Phases that reported `ok`.
  var done = 0

  /// Seconds from the launch until phase `index` starts; of `phases.count`: until the boot is over.
  func start(of index: Int) -> Double { phases.prefix(index).reduce(lead) { $0 + $1.seconds } }
  var total: Double { start(of: phases.count) }

  static func tenant(at moment: Timestamp, _ random: inout SeededRandom) -> Self {
    Boot(
      startedAt: moment, lead: Double.random(in: 60...90, using: &random),
      phases: [
        Phase(name: "install_apt_base", seconds: random.duration(110), detail: "apt-get update; 41 packages"),
        Phase(name: "image_pull", seconds: random.duration(95), detail: "workspace-server:latest"),
        Phase(name: "wait_platform_health", seconds: random.duration(35), detail: "GET :8080/health"),
      ])
  }

  static func workspace(_ runtime: String, at moment: Timestamp, _ random: inout SeededRandom) -> Self {
    switch runtime {
    case "claude-code":
      // A pre-baked image: nothing to install.
      Boot(
        startedAt: moment, lead: random.duration(11),
        phases: [
          Phase(name: "image_pull", seconds: random.duration(9), detail: "claude-code:thin"),
          Phase(name: "runtime_init", seconds: random.duration(14), detail: nil),
          Phase(name: "workspace_ready", seconds: random.duration(3), detail: "A2A on :8000"),
        ])
    default:
      Boot(
        startedAt: moment, lead: random.duration(runtime == "hermes" ? 58 : 45),
        phases: [
          Phase(name: "install_apt_base", seconds: random.duration(118), detail: "apt-get update; 63 packages"),
          Phase(name: "venv_pip", seconds: random.duration(runtime == "hermes" ? 124 : 70), detail: "pip install \(runtime)"),
          Phase(name: "adapter", seconds: random.duration(runtime == "hermes" ? 121 : 30), detail: "git clone adapter"),
          Phase(name: "runtime_init", seconds: random.duration(runtime == "hermes" ? 148 : 25), detail: nil),
          Phase(name: "workspace_ready", seconds: random.duration(6), detail: "A2A on :8000"),
        ])
    }
  }

  /// Seconds a runtime is given before the sweep calls it failed (contract §4.5).
  static func limit(of runtime: String) -> Double { runtime == "hermes" ? 1800 : 600 }
}
