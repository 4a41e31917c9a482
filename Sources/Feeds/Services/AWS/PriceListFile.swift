import FleetModel
import Glibc

/// The prices that were reread from AWS's price list, kept between runs in `$XDG_CACHE_HOME/fleettui/prices.json`.
public struct PriceListFile: Sendable {
  public struct Failure: Error, Sendable, CustomStringConvertible {
    public let description: String
  }

  /// Bytes read at most; a book of every type in every region has under a million.
  static let limit = 4 << 20

  public let path: String

  public init(path: String) { self.path = path }

  /// At its usual place, `nil` without a home.
  public init?(variables: [String: String]) {
    if let base = variables["XDG_CACHE_HOME"], base.hasPrefix("/") {
      path = "\(base)/fleettui/prices.json"
    } else if let home = variables["HOME"], home.hasPrefix("/") {
      path = "\(home)/.cache/fleettui/prices.json"
    } else {
      return nil
    }
  }

  /// - Returns: `nil` when there is none.
  /// - Throws: ``Failure`` for one that can't be read or isn't a price book.
  public func read() throws(Failure) -> PriceBook? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw failure("can't be read", errno)
    }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("can't be read", errno) }
      if count == 0 { break }
      bytes += chunk.prefix(count)
      guard bytes.count <= Self.limit else {
        throw Failure(description: "\(path) is larger than \(Self.limit >> 20) MiB: it is no price book")
      }
    }
    guard let book = (try? JSONValue(parsing: bytes)).flatMap(Self.book) else {
      throw Failure(description: "\(path) is no price book of this program: remove it, or write it anew with `fleettui prices --refresh`")
    }
    return book
  }

  /// Puts `book` in the place of what was there, whole or not at all.
  /// - Throws: ``Failure``; the old file is then as it was.
  public func write(_ book: PriceBook) throws(Failure) {
    try makeDirectory()
    var template = Array("\(path).XXXXXX".utf8CString)
    // 0600 from the beginning.
    let file = mkstemp(&template)
    guard file >= 0 else { throw failure("can't be written", errno) }
    var problem: Int32 = 0
    Array((Self.json(book).prettyPrinted() + "\n").utf8).withUnsafeBytes { bytes in
      var rest = bytes
      while !rest.isEmpty, problem == 0 {
        let count = Glibc.write(file, rest.baseAddress, rest.count)
        if count > 0 { rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count)) } else if errno != EINTR { problem = errno }
      }
    }
    if problem == 0, fsync(file) != 0 { problem = errno }
    if close(file) != 0, problem == 0 { problem = errno }
    if problem == 0, rename(template, path) != 0 { problem = errno }
    guard problem == 0 else {
      unlink(template)
      throw failure("can't be written", problem)
    }
  }

  private func makeDirectory() throws(Failure) {
    var made = ""
    for part in path.split(separator: "/").dropLast() {
      made += "/\(part)"
      guard mkdir(made, 0o700) != 0, errno != EEXIST else { continue }
      // A directory above that may not be written to is no failure while it exists.
      var status = stat()
      guard stat(made, &status) != 0 else { continue }
      throw failure("can't be written: the directory \(made) can't be made", errno)
    }
  }

  private func failure(_ what: String, _ code: Int32) -> Failure {
    Failure(description: "\(path) \(what): \(String(cString: strerror(code)))")
  }

  // MARK: - As JSON

  static func json(_ book: PriceBook) -> JSONValue {
    func table(_ regions: [Region: [String: Double]]) -> JSONValue {
      .object(
        regions.sorted { $0.key < $1.key }.map { region, prices in
          .init(region.rawValue, .object(prices.sorted { $0.key < $1.key }.map { .init($0.key, JSONValue($0.value)) }))
        })
    }
    return [
      "schema": 1, "source": .string(book.source), "date": .string(book.date), "region": table(book.hourly),
      "storage_gb_month": table(book.storage),
      "public_ipv4_hourly": JSONValue(book.publicIPv4Hourly),
    ]
  }

  /// `nil` for anything but what ``json(_:)`` wrote: a broken figure makes the whole of it unbelievable.
  static func book(_ json: JSONValue) -> PriceBook? {
    func table(_ json: JSONValue?) -> [Region: [String: Double]]? {
      guard let members = json?.members else { return nil }
      var regions: [Region: [String: Double]] = [:]
      for region in members {
        guard let prices = region.value.members else { return nil }
        for price in prices {
          guard let figure = price.value.double, figure > 0, Plausible.price.contains(figure) else { return nil }
          regions[Region(UntrustedText.clean(region.name, limit: 40)), default: [:]][UntrustedText.clean(price.name, limit: 40)] = figure
        }
      }
      return regions
    }
    guard json["schema"]?.integer == 1, let source = json["source"]?.text, let date = json["date"]?.text,
      Timestamp(rfc3339: date + "T00:00:00Z") != nil, let hourly = table(json["region"]), let storage = table(json["storage_gb_month"]),
      let address = json["public_ipv4_hourly"]?.double, address >= 0, address < 100
    else { return nil }
    return PriceBook(
      source: UntrustedText.clean(source, limit: 200), date: date, hourly: hourly, storage: storage, publicIPv4Hourly: address)
  }
}
