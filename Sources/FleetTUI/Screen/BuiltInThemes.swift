// Written by scripts/embed-themes from themes/*.toml: edit those.

/// The themes that are built in, each file by its name.
enum BuiltInThemes {
  static let files: [String: String] = [
    "colourblind-light": #"""
    # Blue and vermilion in place of green and red, for light grounds.

    base = "light"

    [roles]
    ok = "#005faf"
    running = "#006e95"
    late = { color = "#995602", bold = true }
    failed = { color = "#612006", bold = true }
    stale = "#65553f"
    danger = { color = "#612006", bold = true }
    warning = "#995602"
    money = "#005f87"
    bar_late = "#995602"
    protected = { color = "#612006", bold = true, reverse = true }

    """#,
    "colourblind": #"""
    # Blue and orange in place of green and red (Okabe and Ito's pairs), for dark grounds.

    base = "default"

    [roles]
    ok = 74
    running = 117
    late = { color = "#fdd506", bold = true }
    failed = { color = "#d27830", bold = true }
    stale = 186
    danger = { color = "#d27830", bold = true }
    warning = "#fdd506"
    money = 152
    bar_late = "#fdd506"
    protected = { color = "#d27830", bold = true, reverse = true }

    """#,
    "default": #"""
    # Calm is grey; what needs somebody is lit. For dark grounds: the terminal's own is kept.

    ground = "dark"

    [selection]
    background = "#12205a"
    bold = true

    [roles]
    text = 252
    dim = 245
    title = { color = 255, bold = true }
    heading = { color = 109, bold = true }
    rule = 240
    key = { color = 110, bold = true }
    link = { color = 110, underline = true }
    match = { color = 222, bold = true, underline = true }
    ok = 108
    running = 111
    late = { color = 215, bold = true }
    failed = { color = 203, bold = true }
    stale = 179
    unknown = 140
    danger = { color = 203, bold = true }
    warning = 215
    info = 248
    money = 150
    bar = 74
    bar_late = 209
    bar_track = 240
    bar_tick = 250
    environment = { color = 255, bold = true }
    protected = { color = 203, bold = true, reverse = true }

    """#,
    "gruvbox": #"""
    # Gruvbox, dark: warm and soft.

    ground = "dark"
    background = "#282828"

    [selection]
    background = "#3c3836"
    bold = true

    [roles]
    text = "#ebdbb2"
    dim = "#a89984"
    title = { color = "#fbf1c7", bold = true }
    heading = { color = "#90c37e", bold = true }
    rule = "#71675e"
    key = { color = "#90c37e", bold = true }
    link = { color = "#88aa9d", underline = true }
    match = { color = "#fabd2f", bold = true, underline = true }
    ok = "#b8bb26"
    running = "#88aa9d"
    late = { color = "#fe810d", bold = true }
    failed = { color = "#f97f76", bold = true }
    stale = "#fabe19"
    unknown = "#e798ae"
    danger = { color = "#f97f76", bold = true }
    warning = "#fe810d"
    info = "#bdae93"
    money = "#ebdbb2"
    bar = "#88aa9d"
    bar_late = "#fe810d"
    bar_track = "#71675e"
    bar_tick = "#ebdbb2"
    environment = { color = "#fbf1c7", bold = true }
    protected = { color = "#f97f76", bold = true, reverse = true }

    """#,
    "high-contrast": #"""
    # White and bright colours on black, at least seven to one (WCAG's AAA).

    ground = "dark"
    background = "#000000"

    [selection]
    color = "#000000"
    background = "#ffffff"
    bold = true

    [roles]
    text = "#ffffff"
    dim = "#c6c6c6"
    title = { color = "#ffffff", bold = true }
    heading = { color = "#5fffff", bold = true }
    rule = "#9e9e9e"
    key = { color = "#5fffff", bold = true }
    link = { color = "#87d7ff", underline = true }
    match = { color = "#ffff5f", bold = true, underline = true }
    ok = "#5fff5f"
    running = "#87d7ff"
    late = { color = "#ffaf00", bold = true }
    failed = { color = "#ff8787", bold = true }
    stale = "#ffff5f"
    unknown = "#ffafff"
    danger = { color = "#ff8787", bold = true }
    warning = "#ffaf00"
    info = "#e4e4e4"
    money = "#ffffff"
    bar = "#87d7ff"
    bar_late = "#ffaf00"
    bar_track = "#9e9e9e"
    bar_tick = "#ffffff"
    environment = { color = "#ffffff", bold = true }
    protected = { color = "#ff8787", bold = true, reverse = true }

    """#,
    "light": #"""
    # The default for light grounds: the terminal's own is kept.

    ground = "light"

    [selection]
    background = "#d7e8ff"
    bold = true

    [roles]
    text = "#303030"
    dim = "#6c6c6c"
    title = { color = "#000000", bold = true }
    heading = { color = "#005f87", bold = true }
    rule = "#a3a3a3"
    key = { color = "#005faf", bold = true }
    link = { color = "#005faf", underline = true }
    match = { color = "#6b5113", bold = true, underline = true }
    ok = "#005f00"
    running = "#005faf"
    late = { color = "#774101", bold = true }
    failed = { color = "#ba0c09", bold = true }
    stale = "#6b5113"
    unknown = "#870087"
    danger = { color = "#ba0c09", bold = true }
    warning = "#774101"
    info = "#585858"
    money = "#5f5f00"
    bar = "#006e95"
    bar_late = "#774101"
    bar_track = "#a3a3a3"
    bar_tick = "#585858"
    environment = { color = "#000000", bold = true }
    protected = { color = "#ba0c09", bold = true, reverse = true }

    """#,
    "mono": #"""
    # No colour at all: what NO_COLOR and terminals without colours have.

    ground = "any"

    [selection]
    reverse = true

    [roles]
    dim = { dim = true }
    title = { bold = true }
    heading = { bold = true }
    rule = { dim = true }
    key = { bold = true }
    link = { underline = true }
    match = { underline = true }
    late = { bold = true }
    failed = { bold = true }
    danger = { bold = true, underline = true }
    warning = { bold = true }
    bar_track = { dim = true }
    environment = { bold = true }
    protected = { bold = true, reverse = true }

    """#,
    "neutral": #"""
    # Reads on dark and on light grounds: what is shown where nothing tells which of them the terminal has.
    # The text is in the terminal's own colour.

    ground = "any"

    [selection]
    color = "default"
    reverse = true

    [roles]
    text = "default"
    dim = 243
    title = { color = "default", bold = true }
    heading = { color = 63, bold = true }
    rule = 243
    key = { color = 63, bold = true }
    link = { color = 63, underline = true }
    match = { color = "default", bold = true, underline = true }
    ok = 29
    running = 63
    late = { color = "#b06018", bold = true }
    failed = { color = "#c64863", bold = true }
    stale = "#b06018"
    unknown = 163
    danger = { color = "#c64863", bold = true }
    warning = "#b06018"
    info = "default"
    money = "default"
    bar = 63
    bar_late = "#b06018"
    bar_track = 243
    bar_tick = "default"
    environment = { color = "default", bold = true }
    protected = { color = "#c64863", bold = true, reverse = true }

    """#,
    "nord": #"""
    # Nord's arctic colours, its aurora lightened as far as it takes to read them.

    ground = "dark"
    background = "#2e3440"

    [selection]
    background = "#3b4252"
    bold = true

    [roles]
    text = "#d8dee9"
    dim = "#9aa5b8"
    title = { color = "#eceff4", bold = true }
    heading = { color = "#8ac3d3", bold = true }
    rule = "#64718a"
    key = { color = "#8ac3d3", bold = true }
    link = { color = "#99badb", underline = true }
    match = { color = "#ebcb8b", bold = true, underline = true }
    ok = "#aac693"
    running = "#99badb"
    late = { color = "#e6a176", bold = true }
    failed = { color = "#ff9eab", bold = true }
    stale = "#e8ca8f"
    unknown = "#caa3c3"
    danger = { color = "#ff9eab", bold = true }
    warning = "#e6a176"
    info = "#b8c0cf"
    money = "#d8dee9"
    bar = "#97bdeb"
    bar_late = "#e6a176"
    bar_track = "#64718a"
    bar_tick = "#d8dee9"
    environment = { color = "#eceff4", bold = true }
    protected = { color = "#ff9eab", bold = true, reverse = true }

    """#,
    "solarized-dark": #"""
    # Ethan Schoonover's Solarized, dark. Its accents are lightened as far as it takes to read them.

    ground = "dark"
    background = "#002b36"

    [selection]
    background = "#15414d"
    bold = true

    [roles]
    text = "#97a9aa"
    dim = "#839496"
    title = { color = "#fdf6e3", bold = true }
    heading = { color = "#36aaa1", bold = true }
    rule = "#586e75"
    key = { color = "#36aaa1", bold = true }
    link = { color = "#40a0e9", underline = true }
    match = { color = "#d0a133", bold = true, underline = true }
    ok = "#9db02f"
    running = "#54acf0"
    late = { color = "#f08c41", bold = true }
    failed = { color = "#ff8480", bold = true }
    stale = "#d0a133"
    unknown = "#989ef8"
    danger = { color = "#ff8480", bold = true }
    warning = "#f08c41"
    info = "#97a9aa"
    money = "#97a9aa"
    bar = "#54acf0"
    bar_late = "#f08c41"
    bar_track = "#586e75"
    bar_tick = "#97a9aa"
    environment = { color = "#fdf6e3", bold = true }
    protected = { color = "#ff8480", bold = true, reverse = true }

    """#,
    "solarized-light": #"""
    # Ethan Schoonover's Solarized, light. Its accents are darkened as far as it takes to read them.

    ground = "light"
    background = "#fdf6e3"

    [selection]
    background = "#ddd7c5"
    bold = true

    [roles]
    text = "#495f67"
    dim = "#5e747c"
    title = { color = "#073642", bold = true }
    heading = { color = "#00736b", bold = true }
    rule = "#93a1a1"
    key = { color = "#00736b", bold = true }
    link = { color = "#006bb0", underline = true }
    match = { color = "#6d4f14", bold = true, underline = true }
    ok = "#556300"
    running = "#1a6297"
    late = { color = "#873d07", bold = true }
    failed = { color = "#ba022f", bold = true }
    stale = "#6d4f14"
    unknown = "#454a8e"
    danger = { color = "#ba022f", bold = true }
    warning = "#873d07"
    info = "#495f67"
    money = "#495f67"
    bar = "#1a6297"
    bar_late = "#873d07"
    bar_track = "#93a1a1"
    bar_tick = "#495f67"
    environment = { color = "#073642", bold = true }
    protected = { color = "#ba022f", bold = true, reverse = true }

    """#,
  ]
}
