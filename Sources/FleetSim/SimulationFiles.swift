import FleetModel
import Foundation

/// The credentials that the simulated services accept: made up anew for each run, good for nothing else.
struct SimulationKeys: Sendable {
  let adminToken: String
  let dnsToken: String
  let accessKeyID: String
  let secretAccessKey: String

  init() {
    var random = SystemRandomNumberGenerator()
    func hex(_ count: Int) -> String {
      String((0..<count).map { _ in "0123456789abcdef".randomElement(using: &random) ?? "0" })
    }
    adminToken = "sim-" + hex(40)
    dnsToken = "sim-dns-" + hex(32)
    accessKeyID = "AKIASIM" + hex(13).uppercased()
    secretAccessKey = hex(40)
  }
}

/// The directory with the token files and the configuration of one run: 0700, its files 0600. Those of runs that were killed go when the next
/// one starts.
struct SimulationFiles: Sendable {
  static let profile = "fleettui-sim"
  private let directory: String
  private let lock: FileLock

  init(keys: SimulationKeys) throws(SimulationError) {
    let base = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    Self.sweep(base)
    (directory, lock) = try Self.directory(in: base)
    try write("admin-token", keys.adminToken + "\n")
    try write("dns-token", keys.dnsToken + "\n")
    try write(
      "credentials",
      "[\(Self.profile)]\naws_access_key_id = \(keys.accessKeyID)\naws_secret_access_key = \(keys.secretAccessKey)\n")
  }

  /// The text of the configuration file. `size` is the fleet's number of orgs: it sets the quotas.
  static func configuration(origin: String, directory: String, size: Int) -> String {
    let regions = World.regions.map(\.rawValue)
    return """
      # The simulated fleet; its tokens and this file go when it stops.
      default_environment = "\(World.environment)"

      [environment.\(World.environment)]
      control_plane = "\(origin)"
      admin_token   = { file = "\(directory)/admin-token" }
      tenant_url    = "\(origin)/tenants/{slug}"
      writes        = true

      [environment.\(World.environment).aws]
      regions         = [\(regions.map { "\"\($0)\"" }.joined(separator: ", "))]
      profile         = "\(Self.profile)"
      credentials_file = "\(directory)/credentials"
      endpoint        = "\(origin)/ec2/"
      environment_tag = { key = "Environment", value = "\(World.environment)" }
      vcpu_quota      = \(SimulationOptions.vcpuQuota(orgs: size))

      [environment.\(World.environment).dns]
      provider     = "cloudflare"
      zone         = "\(World.zone)"
      zone_id      = "\(World.zoneID)"
      token        = { file = "\(directory)/dns-token" }
      api          = "\(origin)/dns/client/v4"
      record_quota = \(SimulationOptions.recordQuota(orgs: size))
      core_names   = ["api", "app", "doc", "send", "status", "www", "staging-api"]

      # How long simulated boots take says nothing of real ones.
      [history]
      path = "\(directory)/history.sqlite"

      """
  }

  /// Everything a client needs; writes the configuration file.
  func endpoints(port: UInt16, keys: SimulationKeys, size: Int) throws(SimulationError) -> SimulatedEndpoints {
    let origin = "http://127.0.0.1:\(port)"
    let text = Self.configuration(origin: origin, directory: directory, size: size)
    try write("config.toml", text)
    return SimulatedEndpoints(
      controlPlane: origin, adminToken: keys.adminToken, tenantURL: "\(origin)/tenants/{slug}", outages: "\(origin)/sim",
      ec2: "\(origin)/ec2/", regions: World.regions.map(\.rawValue),
      accessKeyID: keys.accessKeyID, secretAccessKey: keys.secretAccessKey, dnsAPI: "\(origin)/dns/client/v4", dnsZone: World.zone,
      dnsZoneID: World.zoneID, dnsToken: keys.dnsToken, configuration: text, configPath: "\(directory)/config.toml",
      credentialsPath: "\(directory)/credentials")
  }

  func remove() { Self.remove(directory) }

  // MARK: - Whose is whose

  private static let prefix = "fleettui-sim-"
  private static let lockName = "lock"

  /// A new directory, held by the lock in it for as long as this process lives.
  private static func directory(in base: String) throws(SimulationError) -> (String, FileLock) {
    for _ in 0..<100 {
      var template = Array("\(base)/\(prefix)XXXXXX".utf8CString)
      guard mkdtemp(&template) != nil else { break }
      let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
      // Another run that starts now may take it for a dead one's before it is locked: then the next name.
      if let lock = FileLock.taken("\(path)/\(lockName)", making: true) { return (path, lock) }
      guard errno == EWOULDBLOCK || errno == ENOENT else { break }
    }
    throw .cannotWrite(path: base, reason: String(cString: strerror(errno)))
  }

  /// Removes the directories of this user's runs that ended without doing so: nobody holds their locks any more.
  private static func sweep(_ base: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? [] where name.hasPrefix(prefix) {
      let path = "\(base)/\(name)"
      var status = stat()
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & 0o077 == 0,
        let lock = FileLock.taken("\(path)/\(lockName)", making: false)
      else { continue }
      withExtendedLifetime(lock) { remove(path) }
    }
  }

  /// The lock goes last: what is left by a removal that was cut off can be swept.
  private static func remove(_ directory: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] where name != lockName {
      try? FileManager.default.removeItem(atPath: "\(directory)/\(name)")
    }
    unlink("\(directory)/\(lockName)")
    rmdir(directory)
  }

  private func write(_ name: String, _ text: String) throws(SimulationError) {
    let path = "\(directory)/\(name)"
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .cannotWrite(path: path, reason: String(cString: strerror(errno))) }
    defer { close(file) }
    let bytes = Array(text.utf8)
    guard Glibc.write(file, bytes, bytes.count) == bytes.count else {
      throw .cannotWrite(path: path, reason: String(cString: strerror(errno)))
    }
  }
}
