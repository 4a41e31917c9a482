import FleetModel
import Synchronization

/// AWS as one environment reaches it: its credentials, and one client a service and region for everybody who asks in one run of the program.
public struct AWSAccess: Sendable {
  public let settings: AWSSettings
  /// In the order in which they are configured.
  public let regions: [RegionAccess]
  /// AWS's own, of every region.
  public let prices: PriceList

  /// - Parameter variables: the process's environment, for credentials.
  public init(settings: AWSSettings, http: HTTPClient, variables: [String: String]) {
    var variables = variables
    if let file = settings.credentialsFile { variables["AWS_SHARED_CREDENTIALS_FILE"] = file }
    let credentials = CredentialsProvider(
      http: http, profile: settings.profile, region: settings.regions.first ?? "us-east-1", environment: variables)
    self.settings = settings
    regions = settings.regions.map { RegionAccess($0, endpoint: settings.endpoint, http: http, credentials: credentials) }
    prices = PriceList(http: http, endpoint: settings.endpoint, credentials: credentials)
  }
}

/// One region's services.
public struct RegionAccess: Sendable {
  private final class ClockListener: Sendable {
    let note = Mutex<@Sendable (ClockOffset) -> Void>({ _ in })
  }

  public let region: Region
  public let ec2: EC2Client
  public let quotas: ServiceQuotas
  private let listener: ClockListener

  init(_ region: Region, endpoint: String?, http: HTTPClient, credentials: CredentialsProvider) {
    let listener = ClockListener()
    self.region = region
    self.listener = listener
    ec2 = EC2Client(
      http: http, region: region, endpoint: endpoint, credentials: credentials,
      noteClock: { offset in listener.note.withLock { $0 }(offset) })
    quotas = ServiceQuotas(http: http, region: region, endpoint: endpoint, credentials: credentials)
  }

  /// From now on `note` is told what each answer of EC2, refusals too, says of EC2's clock.
  public func noteClock(_ note: @escaping @Sendable (ClockOffset) -> Void) { listener.note.withLock { $0 = note } }
}
