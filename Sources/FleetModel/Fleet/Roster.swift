import OrderedCollections

/// The orgs, by id and by name, and those that are gone.
struct Roster: Sendable {
  private(set) var orgs: [OrgID: Org] = [:]
  /// Orgs that were seen once and are gone, with the last time a roster held them; the oldest first.
  private(set) var departed: OrderedDictionary<OrgID, (slug: Slug, lastSeen: Timestamp)> = [:]
  /// Nearly always one; a name that was given anew may stand for two while the old one goes.
  private var byName = Index<Slug, OrgID>()

  private static let departedLimit = 10_000

  // MARK: - Asking

  func ids(named slug: Slug) -> Set<OrgID> { byName[slug] }

  /// The org of that name; of two the one created last.
  func org(named slug: Slug) -> Org? {
    byName[slug].compactMap { orgs[$0] }.max {
      ($0.row.createdAt ?? .distantPast, $0.id) < ($1.row.createdAt ?? .distantPast, $1.id)
    }
  }

  // MARK: - Keeping

  mutating func add(_ org: Org) {
    orgs[org.id] = org
    byName.insert(org.id, under: org.slug)
    departed[org.id] = nil
  }

  /// Changes an org where it stands. - Returns: `nil` where there is none.
  @discardableResult
  mutating func update<Result>(_ id: OrgID, _ change: (inout Org) -> Result) -> Result? {
    guard let place = orgs.index(forKey: id) else { return nil }
    let before = orgs[place].value.slug
    let result = change(&orgs.values[place])
    let after = orgs[place].value.slug
    if after != before {
      byName.remove(id, under: before)
      byName.insert(id, under: after)
    }
    return result
  }

  /// Lets an org go, and remembers it as departed.
  mutating func remove(_ id: OrgID) {
    guard let org = orgs.removeValue(forKey: id) else { return }
    byName.remove(id, under: org.slug)
    departed.updateValue((org.slug, org.lastSeen ?? org.firstSeen), forKey: id)
    if departed.count > Self.departedLimit { departed.removeFirst() }
  }

  /// Remembers orgs that a roster held before this program began.
  mutating func adopt(_ sightings: [OrgSighting]) {
    for seen in sightings.prefix(Self.departedLimit) where orgs[seen.id] == nil && departed[seen.id] == nil {
      departed[seen.id] = (seen.slug, seen.lastSeen)
    }
  }

  // MARK: - Invariants

  func checkInvariants() -> [String] {
    var problems: [String] = []
    for (id, org) in orgs {
      if org.id != id { problems.append("org \(id) is stored under another id") }
      if !byName[org.slug].contains(id) { problems.append("slug \(org.slug) is not indexed") }
      if departed[id] != nil { problems.append("org \(id) is known and departed") }
    }
    if byName.count != orgs.count { problems.append("slugs and orgs differ in number") }
    return problems
  }
}
