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
    late = { color = "#754700", bold = true }
    failed = { color = "#b03a00", bold = true }
    stale = "#744d00"
    danger = { color = "#b03a00", bold = true }
    warning = "#754700"
    money = "#005f87"
    bar_late = "#b03a00"
    protected = { color = "#b03a00", bold = true, reverse = true }

    """#,
    "colourblind": #"""
    # Blue and orange in place of green and red (Okabe and Ito's pairs), for dark grounds.

    base = "default"

    [roles]
    ok = 74
    running = 117
    late = { color = 220, bold = true }
    failed = { color = 208, bold = true }
    stale = 186
    danger = { color = 208, bold = true }
    warning = 220
    money = 152
    bar_late = 208
    protected = { color = 208, bold = true, reverse = true }

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
    bar_track = 239
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
    rule = "#665c54"
    key = { color = "#90c37e", bold = true }
    link = { color = "#88aa9d", underline = true }
    match = { color = "#fabd2f", bold = true, underline = true }
    ok = "#b8bb26"
    running = "#88aa9d"
    late = { color = "#fe8019", bold = true }
    failed = { color = "#ff7b62", bold = true }
    stale = "#fabd2f"
    unknown = "#e798ae"
    danger = { color = "#ff7b62", bold = true }
    warning = "#fe8019"
    info = "#bdae93"
    money = "#ebdbb2"
    bar = "#88aa9d"
    bar_late = "#fe8019"
    bar_track = "#665c54"
    bar_tick = "#ebdbb2"
    environment = { color = "#fbf1c7", bold = true }
    protected = { color = "#ff7b62", bold = true, reverse = true }

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
    rule = "#bcbcbc"
    key = { color = "#005faf", bold = true }
    link = { color = "#005faf", underline = true }
    match = { color = "#744d00", bold = true, underline = true }
    ok = "#005f00"
    running = "#005faf"
    late = { color = "#883b00", bold = true }
    failed = { color = "#af0000", bold = true }
    stale = "#744d00"
    unknown = "#870087"
    danger = { color = "#af0000", bold = true }
    warning = "#883b00"
    info = "#585858"
    money = "#5f5f00"
    bar = "#006e95"
    bar_late = "#883b00"
    bar_track = "#bcbcbc"
    bar_tick = "#585858"
    environment = { color = "#000000", bold = true }
    protected = { color = "#af0000", bold = true, reverse = true }

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
    late = { color = 131, bold = true }
    failed = { color = 163, bold = true }
    stale = 243
    unknown = 98
    danger = { color = 163, bold = true }
    warning = 131
    info = "default"
    money = "default"
    bar = 63
    bar_late = 131
    bar_track = 243
    bar_tick = "default"
    environment = { color = "default", bold = true }
    protected = { color = 163, bold = true, reverse = true }

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
    rule = "#4c566a"
    key = { color = "#8ac3d3", bold = true }
    link = { color = "#99badb", underline = true }
    match = { color = "#ebcb8b", bold = true, underline = true }
    ok = "#aac693"
    running = "#99badb"
    late = { color = "#e89d86", bold = true }
    failed = { color = "#ff9ba2", bold = true }
    stale = "#ebcb8b"
    unknown = "#caa3c3"
    danger = { color = "#ff9ba2", bold = true }
    warning = "#e89d86"
    info = "#b8c0cf"
    money = "#d8dee9"
    bar = "#97bdeb"
    bar_late = "#e89d86"
    bar_track = "#4c566a"
    bar_tick = "#d8dee9"
    environment = { color = "#eceff4", bold = true }
    protected = { color = "#ff9ba2", bold = true, reverse = true }

    """#,
    "solarized-dark": #"""
    # Ethan Schoonover's Solarized, dark. Its accents are lightened as far as it takes to read them.

    ground = "dark"
    background = "#002b36"

    [selection]
    background = "#073642"
    bold = true

    [roles]
    text = "#93a1a1"
    dim = "#839496"
    title = { color = "#fdf6e3", bold = true }
    heading = { color = "#36aaa1", bold = true }
    rule = "#586e75"
    key = { color = "#36aaa1", bold = true }
    link = { color = "#40a0e9", underline = true }
    match = { color = "#c1941d", bold = true, underline = true }
    ok = "#8ea31b"
    running = "#40a0e9"
    late = { color = "#fa7647", bold = true }
    failed = { color = "#ff776a", bold = true }
    stale = "#c1941d"
    unknown = "#929af0"
    danger = { color = "#ff776a", bold = true }
    warning = "#fa7647"
    info = "#93a1a1"
    money = "#93a1a1"
    bar = "#40a0e9"
    bar_late = "#fa7647"
    bar_track = "#586e75"
    bar_tick = "#93a1a1"
    environment = { color = "#fdf6e3", bold = true }
    protected = { color = "#ff776a", bold = true, reverse = true }

    """#,
    "solarized-light": #"""
    # Ethan Schoonover's Solarized, light. Its accents are darkened as far as it takes to read them.

    ground = "light"
    background = "#fdf6e3"

    [selection]
    background = "#eee8d5"
    bold = true

    [roles]
    text = "#556b72"
    dim = "#5e747c"
    title = { color = "#073642", bold = true }
    heading = { color = "#00736b", bold = true }
    rule = "#93a1a1"
    key = { color = "#00736b", bold = true }
    link = { color = "#006bb0", underline = true }
    match = { color = "#754b00", bold = true, underline = true }
    ok = "#5d6e00"
    running = "#006bb0"
    late = { color = "#b83800", bold = true }
    failed = { color = "#c20816", bold = true }
    stale = "#754b00"
    unknown = "#474998"
    danger = { color = "#c20816", bold = true }
    warning = "#b83800"
    info = "#586e75"
    money = "#556b72"
    bar = "#006bb0"
    bar_late = "#b83800"
    bar_track = "#93a1a1"
    bar_tick = "#556b72"
    environment = { color = "#073642", bold = true }
    protected = { color = "#c20816", bold = true, reverse = true }

    """#,
  ]
}
