import Feeds
import FleetModel
import Glibc

/// Where the configuration lies, and how it is read.
enum ConfigurationFile {
  /// `--config`, else `$XDG_CONFIG_HOME/fleettui/config.toml`, else `~/.config/fleettui/config.toml`.
  static func path(option: String?, environment: [String: String]) -> String {
    if let option { return option }
    if let base = environment["XDG_CONFIG_HOME"], base.hasPrefix("/") { return "\(base)/fleettui/config.toml" }
    return "\(environment["HOME"] ?? "")/.config/fleettui/config.toml"
  }

  /// - Throws: ``ConfigurationError``, with file, line and key.
  static func read(path: String) throws(ConfigurationError) -> Configuration {
    try parse(
      text(of: path, missing: "there is no configuration; `fleettui config init` writes a commented one, `fleettui demo` needs none"),
      path: path)
  }

  /// - Throws: ``ConfigurationError`` where it can't be read, is too large or is no UTF-8.
  static func text(of path: String, missing: String? = nil) throws(ConfigurationError) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      let why = errno
      throw ConfigurationError(
        path: path, line: nil,
        problem: why == ENOENT ? missing ?? "is gone" : "can't be read: \(String(cString: strerror(why)))")
    }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw ConfigurationError(path: path, line: nil, problem: "can't be read: \(String(cString: strerror(errno)))")
      }
      if count == 0 { break }
      bytes.append(contentsOf: chunk.prefix(count))
      guard bytes.count <= 1 << 20 else { throw ConfigurationError(path: path, line: nil, problem: "is larger than 1 MiB") }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigurationError(path: path, line: nil, problem: "is not UTF-8")
    }
    return text
  }

  static func parse(_ text: String, path: String) throws(ConfigurationError) -> Configuration {
    var top = try TableReader(parsing: text, path: path)
    var configuration = Configuration(source: top.source)
    configuration.defaultEnvironment = try top.string("default_environment")
    if var environments = try top.table("environment") {
      for name in environments.table.keys.sorted() {
        guard let reader = try environments.table(name) else { continue }
        configuration.environments.append(try environment(name, reader))
      }
    }
    if var history = try top.table("history") {
      configuration.historyPath = try history.string("path")
      try history.refuseUnknownKeys()
    }
    if var interface = try top.table("ui") { configuration.interface = try self.interface(&interface) }
    configuration.notifications = NotificationRules(configuration.interface.notification)
    if var notify = try top.table("notify") {
      configuration.notifications = try self.notify(&notify, usual: configuration.notifications)
    }
    if var links = try top.table("links") { configuration.links = try Links(&links) }
    if var keys = try top.table("keys") {
      configuration.keys = try keys.texts()
      do throws(KeyMapError) { _ = try KeyMap(overrides: configuration.keys) } catch {
        let unknown = configuration.keys.keys.sorted().first { Action.named($0) == nil }
        throw ConfigurationError(path: keys.source.path, line: keys.source.line(of: unknown, in: "keys"), problem: error.description)
      }
    }
    if var plugins = try top.table("plugin") {
      for name in plugins.table.keys.sorted() {
        guard let reader = try plugins.table(name) else { continue }
        configuration.plugins.append(try plugin(name, reader))
        do throws(KeyMapError) { _ = try KeyMap(overrides: configuration.keys, plugins: configuration.plugins) } catch {
          throw ConfigurationError(path: path, line: reader.source.line(of: "key", in: reader.name), problem: error.description)
        }
      }
    }
    try top.refuseUnknownKeys()
    if let name = configuration.defaultEnvironment, !configuration.environments.contains(where: { $0.name == name }) {
      throw top.failure("default_environment", "there is no [environment.\(name)]")
    }
    return configuration
  }

  private static func interface(_ reader: inout TableReader) throws(ConfigurationError) -> Configuration.Interface {
    var interface = Configuration.Interface()
    interface.theme = try reader.string("theme")
    if let name = interface.theme, let problem = ThemeLibrary(variables: ProcessVariables.all).problem(withName: name) {
      throw reader.failure("theme", problem)
    }
    if let name = try reader.string("colors"), name != "auto" {
      interface.colors = ColorDepth(named: name)
      guard interface.colors != nil else {
        throw reader.failure("colors", "must be \"auto\" or one of \(ColorDepth.names.joined(separator: ", "))")
      }
    }
    interface.synchronized = try reader.flag("synchronized")
    if let name = try reader.string("first_page") {
      guard let first = FirstPage(named: name) else {
        throw reader.failure("first_page", "must be one of \(FirstPage.names.joined(separator: ", "))")
      }
      interface.first = first
    }
    interface.ascii = try reader.flag("ascii") ?? interface.ascii
    interface.mouse = try reader.flag("mouse") ?? interface.mouse
    if let name = try reader.string("notify") {
      guard let notification = NotificationRules.Plain(rawValue: name) else {
        throw reader.failure("notify", "must be \"bell\" or \"none\"")
      }
      interface.notification = notification
    }
    try reader.refuseUnknownKeys()
    return interface
  }

  private static func environment(_ name: String, _ table: TableReader) throws(ConfigurationError) -> FleetEnvironment {
    var reader = table
    var environment = FleetEnvironment(name: name)
    environment.controlPlane = try address("control_plane", &reader)
    environment.adminToken = try secret("admin_token", &reader)
    if let template = try reader.string("tenant_url") {
      guard template.contains("{slug}") else { throw reader.failure("tenant_url", "must hold {slug}") }
      try check(address: template.replacing("{slug}", with: "slug"), "tenant_url", reader)
      environment.tenantURL = template
    }
    environment.isProtected = try reader.flag("protected") ?? false
    environment.allowsWrites = try reader.flag("writes") ?? false
    environment.rosterPoll = try reader.seconds("roster_poll", in: 1...86_400) ?? environment.rosterPoll
    environment.verifyWithin = try reader.seconds("verify_within", in: 0...86_400) ?? environment.verifyWithin
    environment.userAgent = try reader.string("user_agent")
    if var aws = try reader.table("aws") { environment.aws = try self.aws(&aws) }
    if var dns = try reader.table("dns") { environment.dns = try self.dns(&dns) }
    if var database = try reader.table("database") { environment.database = try self.database(&database) }
    try reader.refuseUnknownKeys()
    if environment.controlPlane != nil, environment.adminToken == nil {
      throw reader.failure("admin_token", "is missing: the control plane wants one, e.g. { env = \"CP_ADMIN_API_TOKEN\" }")
    }
    guard environment.controlPlane != nil || environment.aws != nil else {
      throw reader.failure("control_plane", "is missing")
    }
    return environment
  }

  private static func aws(_ reader: inout TableReader) throws(ConfigurationError) -> AWSSettings {
    var aws = AWSSettings()
    aws.regions = (try reader.strings("regions") ?? []).map(Region.init)
    aws.profile = try reader.string("profile")
    aws.credentialsFile = try reader.string("credentials_file")
    aws.endpoint = try address("endpoint", &reader)
    if var tag = try reader.table("environment_tag") {
      let (key, value) = (try tag.string("key"), try tag.string("value"))
      try tag.refuseUnknownKeys()
      guard let key, let value else { throw tag.failure(nil, "needs a key and a value") }
      aws.environmentTag = AWSSettings.EnvironmentTag(key: key, value: value)
    }
    aws.vcpuQuota = try reader.count("vcpu_quota", in: Plausible.quota)
    if var prices = try reader.table("prices") { aws.prices = try prices.amounts() }
    aws.orphanGrace = try reader.seconds("orphan_grace", in: 0...30 * 86_400) ?? aws.orphanGrace
    // Before anything is called missing: it may be there under a misspelt name.
    try reader.refuseUnknownKeys()
    guard !aws.regions.isEmpty else { throw reader.failure("regions", "must name at least one region, e.g. [\"us-east-2\"]") }
    for region in aws.regions where !region.rawValue.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }) {
      throw reader.failure("regions", "\"\(region)\" is not a region's name")
    }
    return aws
  }

  private static func dns(_ reader: inout TableReader) throws(ConfigurationError) -> DNSSettings {
    if let provider = try reader.string("provider"), provider != "cloudflare" {
      throw reader.failure("provider", "\"\(UntrustedText.clean(provider, limit: 40))\" is not known: cloudflare is")
    }
    var dns = DNSSettings(zone: try reader.string("zone") ?? "")
    dns.zoneID = try reader.string("zone_id")
    dns.token = try secret("token", &reader)
    dns.api = try address("api", &reader) ?? dns.api
    dns.recordQuota = try reader.count("record_quota", in: Plausible.quota) ?? dns.recordQuota
    dns.coreNames = try reader.strings("core_names") ?? dns.coreNames
    dns.environmentSuffixes = try reader.strings("environment_suffixes") ?? dns.environmentSuffixes
    try reader.refuseUnknownKeys()
    guard !dns.zone.isEmpty else { throw reader.failure("zone", "is missing, e.g. \"example.com\"") }
    return dns
  }

  private static func database(_ reader: inout TableReader) throws(ConfigurationError) -> DatabaseSettings {
    let url = try reader.string("url")
    let service = try reader.string("service")
    try reader.refuseUnknownKeys()
    switch (url, service) {
    case (let url?, nil): return DatabaseSettings(address: .url(url))
    case (nil, let service?): return DatabaseSettings(address: .service(service))
    default: throw reader.failure("url", "give either url or service")
    }
  }

  private static func secret(_ key: String, _ reader: inout TableReader) throws(ConfigurationError) -> SecretSource? {
    if reader.table[key]?.string != nil {
      throw reader.failure(key, "never write a secret here: use { env = \"NAME\" }, { file = \"…\" } or { command = [\"…\"] }")
    }
    guard var table = try reader.table(key) else { return nil }
    let name = try table.string("env")
    let file = try table.string("file")
    let command = try table.strings("command")
    try table.refuseUnknownKeys()
    switch (name, file, command) {
    case (let name?, nil, nil): return .environment(name)
    case (nil, let file?, nil): return .file(file)
    case (nil, nil, let command?) where !command.isEmpty: return .command(command)
    default: throw reader.failure(key, "needs exactly one of env, file and command")
    }
  }

  private static func address(_ key: String, _ reader: inout TableReader) throws(ConfigurationError) -> String? {
    guard let text = try reader.string(key) else { return nil }
    try check(address: text, key, reader)
    return text
  }

  private static func check(address: String, _ key: String, _ reader: TableReader) throws(ConfigurationError) {
    let origin: HTTPOrigin
    do throws(HTTPFailure) { origin = try HTTPOrigin(url: address) } catch { throw reader.failure(key, "\(error)") }
    if address.contains("@") { throw reader.failure(key, "must not hold a user or password") }
    guard origin.scheme == "https" || origin.isLoopback else {
      throw reader.failure(key, "must be https: plain http is accepted for loopback addresses only")
    }
  }
}
