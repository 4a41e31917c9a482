/// The phases that a boot goes through and how long each usually takes: as published (contract §5.4), or as learned (``BootHistory``).
public struct PhasePlan: Hashable, Sendable {
  public struct Phase: Hashable, Sendable {
    /// As the boot events name it.
    public var name: String
    /// Seconds, half of all boots.
    public var median: Double
    /// Seconds after which the phase is late: the 95th percentile where it was learned. Published figures are medians alone; twice the median
    /// stands in for it. Infinite where nothing tells what is late.
    public var lateAfter: Double
    /// Boots that this was learned from; 0 for the published medians.
    public var samples: Int

    public init(_ name: String, _ median: Double, lateAfter: Double? = nil, samples: Int = 0) {
      self.name = name
      self.median = median
      self.lateAfter = lateAfter ?? median * 2
      self.samples = samples
    }
  }

  public var phases: [Phase]
  /// Seconds of the whole boot, half of all boots.
  public var median: Double
  /// Seconds after which the boot is late: the 95th percentile where it was learned, else 1.5 times the median (contract §5.4).
  public var lateAfter: Double
  /// Boots that this was learned from; 0 for the published medians.
  public var samples: Int

  public init(_ phases: [Phase], median: Double? = nil, lateAfter: Double? = nil, samples: Int = 0) {
    self.phases = phases
    self.median = median ?? phases.reduce(0) { $0 + $1.median }
    self.lateAfter = lateAfter ?? self.median * 1.5
    self.samples = samples
  }

  public func index(of phase: String) -> Int? { phases.firstIndex { $0.name == phase } }

  /// The same phases, together as long as `whole`.
  func stretched(to whole: PhasePlan) -> PhasePlan {
    let stretch = whole.median / max(median, 1)
    return PhasePlan(
      phases.map { Phase($0.name, $0.median * stretch) }, median: whole.median, lateAfter: whole.lateAfter, samples: whole.samples)
  }

  /// The same, but late as the published figures have it wherever fewer than `enough` boots were learned from: of so few a 95th percentile
  /// is their longest. What the published figures don't know is never late then.
  func late(by published: PhasePlan, unlessLearnedFrom enough: Int) -> PhasePlan {
    var plan = self
    for (index, phase) in phases.enumerated() where phase.samples < enough && (samples < enough || phase.samples > 0) {
      plan.phases[index].lateAfter = published.phases.first { $0.name == phase.name }?.lateAfter ?? .infinity
    }
    if samples < enough { plan.lateAfter = published.phases.isEmpty ? .infinity : published.lateAfter }
    return plan
  }

  /// The published medians for a machine of that role and runtime.
  public static func published(role: InstanceRole, runtime: String?) -> PhasePlan {
    switch (role, runtime) {
    case (.tenant, _): tenant
    case (.workspace, "hermes"): hermes
    case (.workspace, "claude-code"), (.workspace, "langgraph"), (.workspace, "openclaw"): prebaked
    case (.workspace, _): cold
    }
  }

  /// EC2's early boot takes 60–90 s (contract §5.4); the thin image's two install steps are cache hits.
  static let tenant = PhasePlan([
    Phase("launch", 75), Phase("install_apt_base", 60), Phase("image_pull", 60), Phase("wait_platform_health", 60),
  ])
  /// Nine minutes and a half.
  static let cold = PhasePlan([
    Phase("launch", 60), Phase("install_apt_base", 120), Phase("venv_pip", 120), Phase("adapter", 120), Phase("runtime_init", 150),
  ])
  static let hermes = PhasePlan([
    Phase("launch", 60), Phase("install_apt_base", 120), Phase("venv_pip", 130), Phase("adapter", 150), Phase("runtime_init", 170),
  ])
  /// From an image that holds the runtime: 30–60 s.
  static let prebaked = PhasePlan([Phase("launch", 25), Phase("image_pull", 10), Phase("runtime_init", 10)])
}
