// What an org is called: the same wherever it stands, also when it is gone.

extension Fleet {
  /// The name that an org has or had; `nil`: nobody tells it. No identity: it may be another org's by now.
  public func slug(of org: OrgID) -> Slug? {
    orgs[org]?.slug ?? departed[org]?.slug ?? purgeTable.slug(of: org) ?? taggedSlug(of: org) ?? databaseTable.slug(of: org)
  }

  /// As the tags of its machines have it: nearly always one.
  private func taggedSlug(of org: OrgID) -> Slug? { machines.ids(of: org).lazy.compactMap { instances[$0]?.row.orgSlug }.min() }

  /// Whether another org of the roster has the name that an org had.
  func isNameTaken(from org: OrgID) -> Bool { slug(of: org).map { isTaken($0, from: org) } ?? false }

  /// A tag may have its id in capitals.
  private func isTaken(_ slug: Slug, from org: OrgID) -> Bool {
    orgs[org] == nil && self.org(named: slug).map { $0.id.rawValue.lowercased() != org.rawValue.lowercased() } ?? false
  }

  /// What an org is called: `acme`; `acme (5fc42138)` where another one has that name now; by its id where nobody tells its name.
  /// - Parameter told: what whoever speaks of it calls it, where nobody else does.
  public func name(of org: OrgID, else told: @autoclosure () -> Slug? = nil) -> String {
    guard let slug = slug(of: org) ?? told() else { return org.rawValue }
    return isTaken(slug, from: org) ? "\(slug) (\(org.rawValue.prefix(8)))" : slug.rawValue
  }

  /// What the org is called that a machine's tags name; `nil`: they name none.
  public func orgName(of machine: InstanceRow) -> String? {
    machine.orgID.map { name(of: $0, else: machine.orgSlug) } ?? machine.orgSlug?.rawValue
  }

  /// What the org is called that a line of the log is of; `nil`: it is of none.
  public func orgName(of entry: LogEntry) -> String? { entry.orgID.map { name(of: $0, else: entry.slug) } ?? entry.slug?.rawValue }

  /// What the org is called that a run of the cascade removes.
  public func name(of purge: PurgeRow) -> String {
    purge.orgID.map { name(of: $0, else: purge.slug) } ?? purge.slug?.rawValue ?? purge.id.rawValue
  }
}
