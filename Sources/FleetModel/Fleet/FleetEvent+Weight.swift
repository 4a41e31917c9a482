// What events hold in memory, roughly: queues of them are bounded by it, since one may be a heartbeat and the next a region's machines.

extension FleetEvent {
  /// Bytes, roughly.
  public var weight: Int {
    let bytes =
      switch change {
      case .streamed(let streamed): streamed.data.weight
      case .roster(let rows, _, _): rows.count * Self.row
      case .purges(let rows): rows.count * Self.row
      case .bootEvents(_, let rows): rows.count * Self.row
      case .workspaces(_, let rows): rows.count * Self.row
      case .storedEvents(_, let rows): rows.reduce(0) { $0 + Self.row + $1.payload.weight }
      case .instances(let rows, _, _): rows.count * Self.machine
      case .zone(let zone): zone.records.count * Self.row
      case .databaseRows(let rows): ((rows.orgs?.count ?? 0) + (rows.instances?.count ?? 0) + (rows.claims?.count ?? 0)) * Self.row
      case .resources(let read): ((read.volumes.rows?.count ?? 0) + (read.interfaces.rows?.count ?? 0)) * Self.row
      case .learned(let boots): boots.count * Self.row
      case .sighted(let orgs): orgs.count * Self.row
      case .receipts(let receipts): receipts.reduce(0) { $0 + $1.weight }
      case .configured(let settings): settings.prices.hourly.values.reduce(0) { $0 + $1.count } * 48
      default: 0
      }
    return Self.row + bytes
  }

  private static let row = 512
  /// A row with its tags.
  private static let machine = 2048
}

extension JSONValue {
  /// Bytes, roughly.
  var weight: Int {
    switch self {
    case .null, .bool, .integer, .number: 24
    case .string(let text): 24 + text.utf8.count
    case .array(let values): values.reduce(32) { $0 + $1.weight }
    case .object(let members): members.reduce(32) { $0 + 24 + $1.name.utf8.count + $1.value.weight }
    }
  }
}
