import ArgumentParser
import FleetModel

/// `fleettui --generate-man-page`: the manual page, made of the same tables as the help, so that neither can lie about the other.
enum ManualPage {
  static let option = "--generate-man-page"

  /// The page as man(7).
  static var text: String {
    let root = (try? JSONValue(parsing: Array(RootCommand._dumpHelp().utf8)))?["command"] ?? .null
    let global = arguments(of: root)
    let commands = leaves(of: root, path: [])
    var page = Page()
    page.line(".TH FLEETTUI 1 \"\" \"fleettui \(FleetTUI.version)\"")
    page.section("NAME")
    page.words("fleettui - a terminal dashboard for the people who run a SaaS fleet")
    page.section("SYNOPSIS")
    page.line(".B fleettui")
    page.line("[\\fIcommand\\fR] [\\fIoptions\\fR]")
    page.section("DESCRIPTION")
    page.words("Without a command it opens the dashboard on the default environment of its configuration.")
    page.words("The dashboard begins with Triage where something needs a human, else with Fleet.")
    page.words("fleettui demo needs no configuration and no account.")
    page.section("COMMANDS")
    for command in commands { page.command(command, without: Set(global.map(\.name))) }
    page.section("OPTIONS")
    page.words("They may stand before the command or after it.")
    for argument in global { page.item(argument) }
    page.section("KEYS")
    page.words("In the dashboard. The configuration may give an action, named in brackets, another key.")
    for group in Action.Group.allCases where group != .plugins {
      page.line(".SS \(group.rawValue)")
      for action in Action.table where action.group == group {
        page.item(
          action.keys.isEmpty ? ":\(action.usage)" : action.keys.map(\.name).joined(separator: ", "), "\(action.help) (\(action.name))")
      }
    }
    page.section("ENVIRONMENT")
    for (names, use) in variables { page.item(names.joined(separator: ", "), use) }
    page.section("FILES")
    for (path, use) in files { page.item(path, use) }
    page.section("EXIT STATUS")
    for (code, meaning) in codes { page.item(code, meaning) }
    return page.text
  }

  /// Every variable that is read, with what for (`docs/configuration.md` has the same).
  static let variables: [(names: [String], use: String)] = [
    (["ACCESSIBLE"], "with 1, plain lines and a prompt for a screen reader instead of the dashboard, and no pager"),
    (["NO_COLOR"], "when set and not empty, no colour, unless --colors says otherwise"),
    (
      ["PAGER"],
      "the program, with its arguments, that shows a table longer than the terminal; it is started without a shell; empty or cat: none"
    ),
    (
      ["TERM", "COLORTERM", "TERMINFO"],
      "what the terminal can show; COLORTERM truecolor or 24bit: 24-bit colours, though TERM names a terminal with fewer"
    ),
    (["COLORFGBG"], "whether the terminal's ground is dark or light, where it doesn't answer itself"),
    (["TMUX"], "set by tmux: frames are not marked, and copies go through it"),
    (["FLEETTUI_SYNCHRONIZED"], "0: frames are not marked as one, 1: they are, whatever ui.synchronized says"),
    (["FLEETTUI_HYPERLINKS"], "0: no link is written for the terminal, 1: links are, whatever links.terminal says"),
    (["LANG", "LC_ALL", "LC_CTYPE"], "the character set: ASCII is drawn where it is not UTF-8"),
    (["COLUMNS"], "how wide help is written"),
    (
      ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"], "where the configuration, the history and receipts, the refreshed prices are"
    ),
    (
      ["HOME", "USER", "PATH", "TMPDIR"],
      "where those are else, who deletes, where helper programs are found, where the demo keeps its files"
    ),
    (["CURL_CA_BUNDLE", "SSL_CERT_FILE"], "certificates to trust instead of the system's"),
    (["HTTPS_PROXY", "NO_PROXY"], "a proxy, as curl has it; never for loopback addresses"),
    (["PGPASSWORD", "PGPASSFILE", "PGSERVICEFILE"], "the database's password and services, as psql has them"),
    (
      [
        "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN",
        "AWS_ROLE_SESSION_NAME", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
      ], "where AWS's credentials are, as AWS's own tools have it"
    ),
  ]
  private static let files = [
    ("$XDG_CONFIG_HOME/fleettui/config.toml", "the configuration; fleettui config init writes a commented one"),
    ("$XDG_CONFIG_HOME/fleettui/themes/*.toml", "themes of your own; those that are built in need no file"),
    ("$XDG_CONFIG_HOME/fleettui/views.toml", "the views that :view save keeps under their names"),
    ("$XDG_STATE_HOME/fleettui/history.sqlite", "what was learned of how long boots take"),
    ("$XDG_STATE_HOME/fleettui/receipts/", "the receipts of deletions, one JSON file each"),
  ]
  private static let codes = [
    ("0", "done; nothing to report"), ("1", "failed; the message says what, and what to do"),
    ("2", "wrong usage, or a configuration that can't be read"),
    ("3", "found something: orphans, failing checks, a stuck target, a broken chain of receipts"),
    ("4", "can't tell: a source that the answer needs was missing, incomplete or stale"),
    ("5", "a deletion was accepted and is not verified"), ("6", "a deletion was refused here; nothing was sent"),
    ("130, 143", "interrupted, terminated"),
  ]

  // MARK: - What the parser knows

  fileprivate struct Argument {
    /// `--format <format>`.
    var name: String
    var help: String

    init?(_ json: JSONValue) {
      guard json["shouldDisplay"]?.bool != false else { return nil }
      let value = json["valueName"]?.text ?? ""
      switch json["kind"]?.text {
      case "positional": name = value.uppercased()
      case "flag": name = Self.names(json)
      default: name = "\(Self.names(json)) <\(value)>"
      }
      help = json["abstract"]?.text ?? ""
    }

    private static func names(_ json: JSONValue) -> String {
      (json["names"]?.array ?? []).compactMap { name in
        name["name"]?.text.map { (name["kind"]?.text == "short" ? "-" : "--") + $0 }
      }.joined(separator: ", ")
    }
  }

  fileprivate struct Command {
    /// `eta backtest`.
    var name: String
    var help: String
    var arguments: [Argument]
  }

  /// The commands that do something, in the help's order.
  private static func leaves(of command: JSONValue, path: [String]) -> [Command] {
    var found: [Command] = []
    for child in command["subcommands"]?.array ?? [] {
      guard let name = child["commandName"]?.text, name != "help", child["shouldDisplay"]?.bool != false else { continue }
      let inner = leaves(of: child, path: path + [name])
      guard inner.isEmpty else {
        found += inner
        continue
      }
      found.append(
        Command(name: (path + [name]).joined(separator: " "), help: child["abstract"]?.text ?? "", arguments: arguments(of: child)))
    }
    return found
  }

  private static func arguments(of command: JSONValue) -> [Argument] {
    (command["arguments"]?.array ?? []).compactMap(Argument.init).filter {
      !["--help, -h", "-h, --help"].contains($0.name)
    }
  }

  // MARK: - man(7)

  private struct Page {
    private(set) var text = ""

    mutating func line(_ request: String) { text += request + "\n" }
    mutating func section(_ name: String) { line(".SH \(name)") }
    mutating func words(_ words: String) { line(Self.escaped(words)) }

    mutating func item(_ name: String, _ help: String) {
      line(".TP")
      line(".B \(Self.argument(name))")
      words(help)
    }

    mutating func item(_ argument: Argument) { item(argument.name, argument.help) }

    /// - Parameter global: the names of what every command takes.
    mutating func command(_ command: Command, without global: Set<String>) {
      let own = command.arguments.filter { !global.contains($0.name) }
      item(([command.name] + own.map(\.name).filter { !$0.hasPrefix("-") }).joined(separator: " "), command.help)
      let options = own.filter { $0.name.hasPrefix("-") }
      guard !options.isEmpty else { return }
      line(".RS 7")
      for option in options { item(option) }
      line(".RE")
    }

    /// Text of a line: no backslash is an escape, no first dot a request.
    private static func escaped(_ text: String) -> String {
      var out = ""
      for scalar in text.unicodeScalars {
        switch scalar {
        case "\\": out += "\\e"
        case "-": out += "\\-"
        case "\n": out += " "
        case let scalar where scalar.isASCII: out.unicodeScalars.append(scalar)
        default: out += "\\[u\(String(scalar.value, radix: 16, uppercase: true).leftPadded(to: 4))]"
        }
      }
      return (out.hasPrefix(".") || out.hasPrefix("'") ? "\\&" : "") + out
    }

    /// One argument of a request, in quotes, so that no word in it is a macro.
    private static func argument(_ text: String) -> String { "\"" + escaped(text).replacing("\"", with: "\"\"") + "\"" }
  }
}

extension String {
  fileprivate func leftPadded(to length: Int) -> String { String(repeating: "0", count: max(0, length - count)) + self }
}
