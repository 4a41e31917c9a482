import Feeds
import FleetModel

/// What is in force for one environment: file, options and defaults together.
enum EffectiveConfiguration {
  struct Row {
    var key: String
    var value: String?
    var origin: String
  }

  static func rows(of environment: FleetEnvironment, in configuration: Configuration, options: GlobalOptions) -> [Row] {
    var rows: [Row] = []
    func add(_ table: String, _ key: String, _ value: String?) {
      let line = configuration.source.line(ofKey: key, in: table)
      rows.append(
        Row(
          key: table.isEmpty ? key : "\(table).\(key)", value: value.map { UntrustedText.clean($0, limit: 500) },
          origin: line.map { "\(configuration.path):\($0)" } ?? (value == nil ? "not set" : "default")))
    }
    let table = "environment.\(environment.name)"
    add("", "default_environment", configuration.defaultEnvironment)
    add(table, "control_plane", environment.controlPlane)
    add(table, "admin_token", environment.adminToken?.description)
    add(table, "tenant_url", environment.tenantURL)
    add(table, "protected", "\(environment.isProtected)")
    add(table, "writes", "\(environment.allowsWrites)")
    if options.write { rows[rows.count - 1].origin = "the option --write" }
    add(table, "roster_poll", DurationText.plain(environment.rosterPoll))
    add(table, "verify_within", DurationText.plain(environment.verifyWithin))
    add(table, "user_agent", environment.userAgent)
    if let aws = environment.aws {
      add("\(table).aws", "regions", aws.regions.map(\.rawValue).joined(separator: ", "))
      add("\(table).aws", "profile", aws.profile)
      add("\(table).aws", "credentials_file", aws.credentialsFile)
      add("\(table).aws", "endpoint", aws.endpoint)
      add("\(table).aws", "environment_tag", aws.environmentTag.map { "\($0.key)=\($0.value)" })
      add("\(table).aws", "vcpu_quota", aws.vcpuQuota.map(String.init))
      add("\(table).aws", "orphan_grace", DurationText.plain(aws.orphanGrace))
      for (name, price) in aws.prices.sorted(by: { $0.key < $1.key }) {
        add("\(table).aws.prices", name, JSONValue(price, places: 6).serialized())
      }
    }
    if let dns = environment.dns {
      add("\(table).dns", "provider", "cloudflare")
      add("\(table).dns", "zone", dns.zone)
      add("\(table).dns", "zone_id", dns.zoneID)
      add("\(table).dns", "token", dns.token?.description)
      add("\(table).dns", "api", dns.api)
      add("\(table).dns", "record_quota", "\(dns.recordQuota)")
      add("\(table).dns", "core_names", dns.coreNames.joined(separator: ", "))
      add("\(table).dns", "environment_suffixes", dns.environmentSuffixes.joined(separator: ", "))
    }
    if let database = environment.database {
      switch database.address {
      case .url(let url): add("\(table).database", "url", SecretMask.mask(url))
      case .service(let name): add("\(table).database", "service", name)
      }
    }
    add("history", "path", configuration.historyPath)
    add("ui", "theme", options.theme ?? configuration.interface.theme)
    add("ui", "colors", options.colors ?? configuration.interface.colors?.name ?? "auto")
    add("ui", "synchronized", configuration.interface.synchronized.map { "\($0)" })
    add("ui", "first_page", configuration.interface.first.name)
    add("ui", "ascii", "\(options.ascii || configuration.interface.ascii)")
    add("ui", "mouse", "\(configuration.interface.mouse)")
    add("ui", "notify", configuration.interface.notification.rawValue)
    let notifications = configuration.notifications
    for kind in NotificationRules.Kind.allCases {
      add("notify", kind.rawValue, notifications.ways(for: kind).map(\.rawValue).sorted().joined(separator: ", "))
    }
    add("notify", "quiet", notifications.quiet?.text)
    add("notify", "command", notifications.command.isEmpty ? nil : notifications.command.joined(separator: " "))
    for plugin in configuration.plugins {
      add("plugin.\(plugin.name)", "key", plugin.key?.name)
      add("plugin.\(plugin.name)", "command", plugin.command.joined(separator: " "))
      add("plugin.\(plugin.name)", "title", plugin.title)
      add("plugin.\(plugin.name)", "pages", plugin.pages.isEmpty ? nil : plugin.pages.map(\.name).joined(separator: ", "))
    }
    add("links", "console", "\(configuration.links.hasConsole)")
    add("links", "terminal", configuration.links.inTerminal.map { "\($0)" })
    for (code, address) in configuration.links.runbooks.sorted(by: { $0.key < $1.key }) { add("links.runbook", code, address) }
    for (action, key) in configuration.keys.sorted(by: { $0.key < $1.key }) { add("keys", action, key) }
    return rows
  }
}
