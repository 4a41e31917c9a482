import CPostgres
import FleetModel
import Glibc

/// Where the database is and how it is opened: what libpq is told. URLs, service files, `PG…` variables and `~/.pgpass` mean what they mean to psql.
struct PostgresAddress: Sendable {
  /// Settings of the session. A seat belt: the lock is a role that may only read.
  /// Seconds: no statement of ours is worth more than 5, and no transaction may be held open.
  static let sessionOptions =
    "-c default_transaction_read_only=on -c statement_timeout=5000 -c idle_in_transaction_session_timeout=15000"

  private let settings: DatabaseSettings

  init(_ settings: DatabaseSettings) { self.settings = settings }

  /// Keywords and values for `PQconnectStartParams`.
  /// - Parameter pooled: leaves the session's settings out, which connection poolers refuse; each reading's transaction has its own.
  /// - Throws: ``DatabaseError`` when the address can't be parsed.
  func parameters(pooled: Bool) throws(DatabaseError) -> [(keyword: String, value: String)] {
    var parameters: [(keyword: String, value: String)] = []
    switch settings.address {
    case .url(let url):
      guard url.hasPrefix("postgresql://") || url.hasPrefix("postgres://") else {
        throw DatabaseError(.address, "the database's url must begin with postgresql://")
      }
      try check(url)
      parameters.append(("dbname", url))
    case .service(let name): parameters.append(("service", name))
    }
    let effective = Self.effective(parameters)
    if !pooled {
      let own = effective["options"].map { "\($0) " } ?? ""
      parameters.append(("options", own + Self.sessionOptions))
    }
    parameters.append(("application_name", "fleettui"))
    parameters.append(("client_encoding", "UTF8"))
    if let file = Self.unsafePasswordFile(effective) {
      // libpq would ignore it too, after writing a warning over the screen.
      parameters.append(("passfile", file + ".ignored"))
    }
    if let bundle = Self.systemRoots(effective) { parameters.append(("sslrootcert", bundle)) }
    return parameters
  }

  /// A password file that is ignored because others can read it.
  func ignoredPasswordFile() -> String? {
    switch settings.address {
    case .url(let url): Self.unsafePasswordFile(Self.effective([("dbname", url)]))
    case .service(let name): Self.unsafePasswordFile(Self.effective([("service", name)]))
    }
  }

  /// `text` without the password that the address holds.
  func mask(_ text: String) -> String {
    var text = text
    if case .url(let url) = settings.address, let password = Self.parsed(url)?["password"], password.utf8.count >= 3 {
      while let range = text.firstRange(of: password) { text.replaceSubrange(range, with: SecretMask.replacement) }
    }
    return SecretMask.mask(text)
  }

  // MARK: - What libpq makes of it

  private func check(_ url: String) throws(DatabaseError) {
    guard Self.parsed(url) == nil else { return }
    // libpq's words may quote what it could not read: only those about a URL whose secrets are masked are repeated.
    var message: UnsafeMutablePointer<CChar>?
    let options = PQconninfoParse(SecretMask.mask(url), &message)
    PQconninfoFree(options)
    defer { PQfreemem(message) }
    let words = message.map { String(cString: $0) }
    throw DatabaseError(
      .address, "the database's url can't be parsed: \(words ?? "is its password percent-encoded (RFC 3986)?")")
  }

  private static func parsed(_ url: String) -> [String: String]? {
    var message: UnsafeMutablePointer<CChar>?
    let options = PQconninfoParse(url, &message)
    defer {
      PQconninfoFree(options)
      PQfreemem(message)
    }
    return options.map { values(of: $0) }
  }

  /// Every setting with its defaults from the service file and the environment. libpq tells them of a connection only; this one leads to a
  /// socket directory that doesn't exist, so that nothing is contacted.
  private static func effective(_ parameters: [(keyword: String, value: String)]) -> [String: String] {
    // A password that stands before the address yields to the address's own, and keeps the password file unread.
    let connection = withArrays([("password", "-")] + parameters + [("host", "/nonexistent/fleettui")]) { PQconnectStartParams($0, $1, 1) }
    guard let connection else { return [:] }
    defer { PQfinish(connection) }
    PQsetNoticeProcessor(connection, ignoreNotice, nil)
    guard let options = PQconninfo(connection) else { return [:] }
    defer { PQconninfoFree(options) }
    return values(of: options)
  }

  private static func values(of options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
    var values: [String: String] = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val, value.pointee != 0 { values[String(cString: keyword)] = String(cString: value) }
      option += 1
    }
    return values
  }

  static func withArrays<Result>(
    _ parameters: [(keyword: String, value: String)],
    _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Result
  ) -> Result {
    let keywords = parameters.map { strdup($0.keyword) }
    let values = parameters.map { strdup($0.value) }
    defer { for text in keywords + values { free(text) } }
    return body(keywords.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil])
  }

  private static func unsafePasswordFile(_ effective: [String: String]) -> String? {
    let home = getenv("HOME").map { String(cString: $0) } ?? ""
    let file = effective["passfile"] ?? home + "/.pgpass"
    var status = stat()
    guard stat(file, &status) == 0 else { return nil }
    return status.st_mode & S_IFMT != S_IFREG || status.st_mode & 0o077 != 0 ? file : nil
  }

  /// The system's certificates, where the server's is to be verified and nobody said against what: libpq looks only in `~/.postgresql`.
  private static func systemRoots(_ effective: [String: String]) -> String? {
    guard ["verify-ca", "verify-full"].contains(effective["sslmode"] ?? ""), effective["sslrootcert"] == nil else { return nil }
    let home = getenv("HOME").map { String(cString: $0) } ?? ""
    guard access(home + "/.postgresql/root.crt", R_OK) != 0 else { return nil }
    return ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"].first { access($0, R_OK) == 0 }
  }
}

/// libpq writes notices to standard error unless told otherwise.
func ignoreNotice(_ argument: UnsafeMutableRawPointer?, _ message: UnsafePointer<CChar>?) {}
