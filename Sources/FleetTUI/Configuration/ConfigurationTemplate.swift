/// What `fleettui config init` writes.
enum ConfigurationTemplate {
  static let text = """
    # fleettui's configuration. Every key is explained in docs/configuration.md.
    # No secret belongs in this file: name where each is found instead.

    default_environment = "staging"

    [environment.staging]
    control_plane = "https://staging-api.example.com"    # https only; http is accepted for loopback addresses
    admin_token   = { env = "CP_ADMIN_API_TOKEN" }       # or { file = "…" } (mode 0600) or { command = ["pass", "show", "cp"] }
    # tenant_url  = "https://{slug}.staging.example.com" # left out: derived from the control plane's host
    protected     = false                                # true: a deletion wants a second word
    writes        = false                                # true: deletions are allowed
    roster_poll   = "15s"
    verify_within = "180s"

    # [environment.staging.aws]
    # regions         = ["us-east-2"]
    # profile         = "staging"                        # left out: the SDKs' usual chain
    # environment_tag = { key = "Environment", value = "staging" }
    # vcpu_quota      = 64
    # orphan_grace    = "20m"

    # [environment.staging.dns]
    # provider     = "cloudflare"
    # zone         = "example.com"
    # zone_id      = "…"
    # token        = { env = "CF_API_TOKEN" }
    # record_quota = 200
    # core_names   = ["api", "app", "www"]
    # environment_suffixes = ["staging"]

    # [environment.staging.database]
    # url = "postgresql://fleet_ro@db.example.com/cp?sslmode=verify-full"

    # [ui]
    # theme = "nord"        # left out: what was chosen last with t, else default or light by the terminal's ground
    # colors = "auto"       # or 24bit, 256, 16, 8, mono
    # synchronized = true   # left out: where that does no harm
    # first_page = "fleet"  # or any page; left out: Triage where something needs a human, else Fleet
    # ascii = false
    # mouse = false
    # notify = "bell"

    # [notify]                                           # more of it, by rule: any of bell, osc9, osc777, command
    # stuck    = ["bell", "osc9"]                        # failed, ready, orphan, quota, deletion, source: the same
    # quiet    = "22:00-07:00"
    # command  = ["notify-hook"]                         # has what is told as JSON on its standard input

    # [links]                                            # where rows lead: AWS's console, your runbooks by finding
    # console  = true
    # terminal = true                                    # clickable in details (OSC 8); left out: where that does no harm
    # runbook.wedged = "https://wiki.example.com/{code}?org={slug}"

    # [plugin.whois]                                     # a key that runs a program for the selected row
    # key     = "alt-w"
    # command = ["whois-org"]                            # has the row as JSON on its standard input; what it prints is shown
    # title   = "whois"
    # pages   = ["fleet", "triage"]

    """
}
