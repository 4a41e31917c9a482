import FleetModel

/// One region's inventory, read through the EC2 Query API (version 2016-11-15). It can only describe: there is no other action in it.
public struct EC2Client: Sendable {
  /// Pages followed at most; 200,000 rows in one region are no fleet but an error.
  static let pageLimit = 200

  public let region: Region
  let endpoint: String
  /// Rows asked for at once: the most that EC2 gives; 5 at least. Asking without it costs more of the account's request quota.
  var pageSize = EC2Limits.largestPage
  private let query: AWSQuery
  private let credentials: CredentialsProvider

  /// - Parameters:
  ///   - endpoint: another address than AWS's own, with or without a path.
  ///   - noteClock: told what each answer, refusals too, says of EC2's clock.
  public init(
    http: HTTPClient, region: Region, endpoint: String? = nil, credentials: CredentialsProvider,
    clock: @escaping @Sendable () -> Timestamp = { wallClock() }, noteClock: @escaping @Sendable (ClockOffset) -> Void = { _ in }
  ) {
    self.region = region
    self.endpoint = endpoint ?? Self.endpoint(of: region)
    self.credentials = credentials
    query = AWSQuery(http: http, clock: clock, noteClock: noteClock)
  }

  /// Follows the pages to the end. What can be listed stands with its row (`EC2Rows.swift`).
  func list<Row: EC2Row>(_ budget: Double) async throws(ListFailure<Row>) -> [Row] {
    let deadline = monotonicSeconds() + budget
    let question = AWSQuestion(service: "ec2", action: Row.action, region: region, endpoint: endpoint, path: Row.path, wanted: Row.wanted)
    var list = PagedList<Row>()
    while true {
      var parameters = [(name: "Action", value: Row.action), (name: "Version", value: "2016-11-15")]
      if Row.isPaged { parameters.append(("MaxResults", "\(pageSize)")) }
      if let token = list.nextToken { parameters.append(("NextToken", token)) }
      do throws(AWSError) {
        let answer = try await query.ask(question, parameters, credentials: credentials, until: deadline) { [region] item in
          Row(item, region: region)
        }
        if try list.add(answer, question) == .complete { return list.rows }
      } catch { throw ListFailure(rows: list.rows, pages: list.pages, error: error) }
    }
  }

  /// `https://ec2.us-east-2.amazonaws.com/`; China's regions have a domain of their own (AWS General Reference, "Amazon EC2 endpoints").
  static func endpoint(of region: Region) -> String {
    "https://ec2.\(region).amazonaws.com\(region.rawValue.hasPrefix("cn-") ? ".cn" : "")/"
  }
}

/// A list that could not be read to its end.
public struct ListFailure<Row: Sendable>: Error, Sendable, CustomStringConvertible {
  /// What the pages before said; empty when the first one failed. Never to be taken for the whole list.
  public let rows: [Row]
  public let pages: Int
  public let error: AWSError

  public var description: String {
    pages == 0 ? "\(error)" : "\(error) (after \(rows.count) rows on \(pages) \(pages == 1 ? "page" : "pages"))"
  }
}

/// The pages of one list, put together. A row that moved from one page to the next while they were read counts once, as it was last.
struct PagedList<Row: EC2Row>: Sendable {
  enum Progress { case complete, more }

  private(set) var rows: [Row] = []
  private(set) var pages = 0
  private(set) var nextToken: String?
  private var places: [Row.Name: Int] = [:]
  private var keys = TagKeys()
  private var tokens: Set<String> = []

  /// - Throws: ``AWSError`` for a row without its id, a token that came before, and more than ``EC2Client/pageLimit`` pages.
  mutating func add(_ answer: AWSAnswer<Row>, _ question: AWSQuestion) throws(AWSError) -> Progress {
    guard answer.unreadable == 0 else {
      throw AWSError(.unreadable, what: question.description, why: "page \(pages + 1) has a row without an id")
    }
    for var row in answer.items {
      row.share(&keys)
      if let place = places[row.id] {
        rows[place] = row
      } else {
        places[row.id] = rows.count
        rows.append(row)
      }
    }
    pages += 1
    nextToken = answer.nextToken
    guard let token = answer.nextToken else { return .complete }
    guard tokens.insert(token).inserted else {
      throw AWSError(
        .unreadable, what: question.description, why: "page \(pages) names a next page that was read before: the list has no end")
    }
    guard pages < EC2Client.pageLimit else {
      throw AWSError(.unreadable, what: question.description, why: "more than \(EC2Client.pageLimit) pages")
    }
    return .more
  }
}
