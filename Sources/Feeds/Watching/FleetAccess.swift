import FleetModel

/// How one environment's services are reached: its tokens, its credentials, the connection to its database and one client a service, each of them
/// once, for everybody who asks in one run of the program: feeds, explanations, deletions. Each may mean a helper program, a thread or a connection.
public final class FleetAccess: Sendable {
  public let environment: FleetEnvironment
  public let http: HTTPClient
  /// `nil` where none is configured; so with the others.
  let controlPlane: ControlPlaneAccess?
  let aws: AWSAccess?
  let database: PostgresConnection?
  private let zone: TokenClient<CloudflareClient>?
  private let variables: [String: String]

  /// - Parameter variables: the process's environment, for tokens and AWS credentials.
  public init(environment: FleetEnvironment, http: HTTPClient, variables: [String: String]) {
    self.environment = environment
    self.http = http
    self.variables = variables
    controlPlane = environment.controlPlane.map {
      ControlPlaneAccess(http: http, base: $0, token: environment.adminToken, variables: variables)
    }
    aws = environment.aws.flatMap { $0.regions.isEmpty ? nil : AWSAccess(settings: $0, http: http, variables: variables) }
    database = environment.database.map { PostgresConnection(settings: $0) }
    zone = environment.dns.flatMap { settings in
      settings.token.map { source in
        TokenClient(HeldSecret(source, variables: variables)) { CloudflareClient(http: http, api: settings.api, token: $0) }
      }
    }
  }

  /// Another environment of the same configuration.
  func neighbour(_ environment: FleetEnvironment) -> FleetAccess { FleetAccess(environment: environment, http: http, variables: variables) }

  /// - Throws: ``FeedError`` when there is no control plane, or no token to ask it with.
  func controlPlaneClient() async throws(FeedError) -> ControlPlaneClient {
    guard let controlPlane else { throw .unanswerable("control plane: none is configured") }
    return try await controlPlane.client()
  }

  /// Every record of the configured zone, at most `budget` seconds long.
  /// - Throws: ``FeedError`` when not all of them could be read.
  func records(of settings: DNSSettings, within budget: Double) async throws(FeedError) -> [DNSRecordRow] {
    guard let zone else { throw .unanswerable("DNS: no token is configured") }
    let client: CloudflareClient
    do throws(SecretSource.Unavailable) { client = try await zone.client() } catch { throw .unanswerable("DNS: \(error)") }
    do throws(FeedError) { return try await client.records(of: settings, within: budget) } catch {
      if case .status(_, 400...403, _, _, _) = error { zone.refuse() }
      throw error
    }
  }
}
