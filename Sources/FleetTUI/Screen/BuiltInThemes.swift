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
    late = { color = "#5b200b", bold = true }
    failed = { color = "#c33e05", bold = true }
    stale = "#784c32"
    danger = { color = "#c33e05", bold = true }
    warning = "#5b200b"
    money = "#005f87"
    bar_late = "#5b200b"
    protected = { color = "#c33e05", bold = true, reverse = true }

    """#,
    "colourblind": #"""
    # Blue and orange in place of green and red (Okabe and Ito's pairs), for dark grounds.

    base = "default"

    [roles]
    ok = 74
    running = 117
    late = { color = "#a38468", bold = true }
    failed = { color = "#fd920e", bold = true }
    stale = "#c9c48c"
    danger = { color = "#fd920e", bold = true }
    warning = "#a38468"
    money = 152
    bar_late = "#a38468"
    protected = { color = "#fd920e", bold = true, reverse = true }

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
    money = 187
    bar = 74
    bar_late = 215
    bar_track = 240
    bar_tick = 250
    environment = { color = 255, bold = true }
    protected = { color = 203, bold = true, reverse = true }

    """#,
    "gruvbox": #"""
    # Gruvbox, dark: warm and soft. Its red is lightened as far as it takes to read it.

    ground = "dark"
    background = "#282828"

    [selection]
    background = "#504945"
    bold = true

    [roles]
    text = "#ebdbb2"
    dim = "#a89984"
    title = { color = "#fbf1c7", bold = true }
    heading = { color = "#83a598", bold = true }
    rule = "#71675e"
    key = { color = "#83a598", bold = true }
    link = { color = "#83a598", underline = true }
    match = { color = "#fabd2f", bold = true, underline = true }
    ok = "#b8bb26"
    running = "#8ec07c"
    late = { color = "#fabd2f", bold = true }
    failed = { color = "#fd5340", bold = true }
    stale = "#c9a15a"
    unknown = "#d3869b"
    danger = { color = "#fd5340", bold = true }
    warning = "#fabd2f"
    info = "#bdae93"
    money = "#ebdbb2"
    bar = "#83a598"
    bar_late = "#fabd2f"
    bar_track = "#71675e"
    bar_tick = "#ebdbb2"
    environment = { color = "#fbf1c7", bold = true }
    protected = { color = "#fd5340", bold = true, reverse = true }

    """#,
    "high-contrast": #"""
    # White and bright colours on black, at least seven to one (WCAG's AAA).

    ground = "dark"
    background = "#000000"
    contrast = 7

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
    late = { color = "#ffbf5f", bold = true }
    failed = { color = "#ff6e66", bold = true }
    stale = "#dcdc96"
    unknown = "#ffafff"
    danger = { color = "#ff6e66", bold = true }
    warning = "#ffbf5f"
    info = "#e4e4e4"
    money = "#ffffff"
    bar = "#87d7ff"
    bar_late = "#ffbf5f"
    bar_track = "#9e9e9e"
    bar_tick = "#ffffff"
    environment = { color = "#ffffff", bold = true }
    protected = { color = "#ff6e66", bold = true, reverse = true }

    """#,
    "light": #"""
    # The default for light grounds: the terminal's own is kept.

    ground = "light"

    [selection]
    background = "#c6ddff"
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
    failed = { color = "#e5065f", bold = true }
    stale = "#b06018"
    unknown = "#9060c0"
    danger = { color = "#e5065f", bold = true }
    warning = "#b06018"
    info = "default"
    money = "default"
    bar = 63
    bar_late = "#b06018"
    bar_track = 243
    bar_tick = "default"
    environment = { color = "default", bold = true }
    protected = { color = "#e5065f", bold = true, reverse = true }

    """#,
    "nord": #"""
    # Nord's arctic colours. Red, orange and purple are lightened as far as it takes to read them, and what is on its way is a brighter frost.

    ground = "dark"
    background = "#2e3440"

    [selection]
    background = "#434c5e"
    bold = true

    [roles]
    text = "#d8dee9"
    dim = "#a3a9b3"
    title = { color = "#eceff4", bold = true }
    heading = { color = "#88c0d0", bold = true }
    rule = "#64718a"
    key = { color = "#88c0d0", bold = true }
    link = { color = "#88c0d0", underline = true }
    match = { color = "#ebcb8b", bold = true, underline = true }
    ok = "#a3be8c"
    running = "#7cc4e4"
    late = { color = "#ebcb8b", bold = true }
    failed = { color = "#f07882", bold = true }
    stale = "#b8a97c"
    unknown = "#b893b2"
    danger = { color = "#f07882", bold = true }
    warning = "#ebcb8b"
    info = "#b8c0cf"
    money = "#d8dee9"
    bar = "#81a1c1"
    bar_late = "#ebcb8b"
    bar_track = "#64718a"
    bar_tick = "#d8dee9"
    environment = { color = "#eceff4", bold = true }
    protected = { color = "#f07882", bold = true, reverse = true }

    """#,
    "solarized-dark": #"""
    # Ethan Schoonover's Solarized, dark. Red, orange, blue and violet are lightened as far as it takes to read them, and the text as far as it takes to tell it
    # from what is dim.

    ground = "dark"
    background = "#002b36"

    [selection]
    background = "#1c4b58"
    bold = true

    [roles]
    text = "#b2bebd"
    dim = "#839496"
    title = { color = "#fdf6e3", bold = true }
    heading = { color = "#2aa198", bold = true }
    rule = "#586e75"
    key = { color = "#2aa198", bold = true }
    link = { color = "#2f96dc", underline = true }
    match = { color = "#b58900", bold = true, underline = true }
    ok = "#859900"
    running = "#4aa8f0"
    late = { color = "#b58900", bold = true }
    failed = { color = "#f2605a", bold = true }
    stale = "#a39a68"
    unknown = "#8f94ea"
    danger = { color = "#f2605a", bold = true }
    warning = "#b58900"
    info = "#93a1a1"
    money = "#b2bebd"
    bar = "#4aa8f0"
    bar_late = "#b58900"
    bar_track = "#586e75"
    bar_tick = "#b2bebd"
    environment = { color = "#fdf6e3", bold = true }
    protected = { color = "#f2605a", bold = true, reverse = true }

    """#,
    "solarized-light": #"""
    # Ethan Schoonover's Solarized, light, its text one step darker than there. Accents are darkened as far as it takes to read them.

    ground = "light"
    background = "#fdf6e3"

    [selection]
    background = "#d6ceb6"
    bold = true

    [roles]
    text = "#073642"
    dim = "#586e75"
    title = { color = "#002b36", bold = true }
    heading = { color = "#00736b", bold = true }
    rule = "#93a1a1"
    key = { color = "#00736b", bold = true }
    link = { color = "#0a6cb0", underline = true }
    match = { color = "#7c5c00", bold = true, underline = true }
    ok = "#556300"
    running = "#0a6cb0"
    late = { color = "#7c5c00", bold = true }
    failed = { color = "#c81e28", bold = true }
    stale = "#6b6238"
    unknown = "#5a5fae"
    danger = { color = "#c81e28", bold = true }
    warning = "#7c5c00"
    info = "#586e75"
    money = "#073642"
    bar = "#0a6cb0"
    bar_late = "#7c5c00"
    bar_track = "#93a1a1"
    bar_tick = "#073642"
    environment = { color = "#002b36", bold = true }
    protected = { color = "#c81e28", bold = true, reverse = true }

    """#,
  ]
}
