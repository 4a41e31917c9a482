/// Which theme is shown, and why: what flag, configuration or operator chose, else what the terminal's ground asks for.
struct ThemeChoice: Sendable {
  let library: ThemeLibrary
  /// `nil`: by the ground.
  private(set) var chosen: Theme?
  /// What said so for this run, which the next start hears before it remembers anything: `--theme`; `nil` where nothing did.
  let given: String?
  /// Looked at, not chosen.
  var preview: Theme?
  /// What the terminal's ground is; `nil` where nothing tells.
  var ground: Ground?

  init(library: ThemeLibrary = ThemeLibrary(), chosen: Theme? = nil, given: String? = nil, ground: Ground? = nil) {
    self.library = library
    self.chosen = chosen
    self.given = given
    self.ground = ground
  }

  /// `auto` where nothing is chosen.
  var name: String { chosen?.name ?? ThemeLibrary.automatic }

  var shown: Theme { preview ?? chosen ?? byGround }

  var byGround: Theme {
    switch ground {
    case .dark: .standard
    case .light: .light
    case nil: .neutral
    }
  }

  /// What a screen is drawn by.
  struct Look: Equatable {
    var theme: Theme
    var ground: Ground?
  }

  var look: Look { Look(theme: shown, ground: ground) }

  mutating func choose(_ theme: Theme?) { (chosen, preview) = (theme, nil) }

  /// What was chosen last, where nothing is asked for. A theme that is gone, or broken since, is as good as none.
  mutating func takeUp(_ remembered: String?) {
    guard given == nil, let remembered else { return }
    try? choose(named: remembered)
  }

  /// By its name, or ``ThemeLibrary/automatic``.
  mutating func choose(named name: String) throws(ThemeFailure) {
    choose(name == ThemeLibrary.automatic ? nil : try library.theme(named: name))
  }
}
