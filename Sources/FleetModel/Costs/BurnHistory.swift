/// What the fleet cost an hour, from when it was first looked at until now: a value holds until the next one.
public struct BurnHistory: Hashable, Sendable {
  public struct Sample: Hashable, Sendable {
    public var at: Timestamp
    /// US dollars an hour of compute.
    public var hourly: Double
  }

  /// Samples kept; then every other one goes, and the last few hours stay as fine as the rest.
  private static let limit = 2048
  public private(set) var samples: [Sample] = []

  public init() {}

  /// Takes down what it costs from `moment` on.
  public mutating func note(_ hourly: Double, at moment: Timestamp) {
    guard hourly.isFinite, samples.last.map({ abs($0.hourly - hourly) > 1e-6 && $0.at <= moment }) ?? true else { return }
    if samples.last?.at == moment { samples.removeLast() }
    samples.append(Sample(at: moment, hourly: hourly))
    guard samples.count > Self.limit else { return }
    samples = samples.enumerated().filter { $0.offset % 2 == 0 || $0.offset == samples.count - 1 }.map(\.element)
  }

  /// US dollars that were spent from `moment` on, or from when it was first looked at if that was later; `nil` without a sample.
  public func spent(since moment: Timestamp, at now: Timestamp) -> (dollars: Double, from: Timestamp)? {
    guard let first = samples.first else { return nil }
    let from = max(moment, first.at)
    var dollars = 0.0
    for (index, sample) in samples.enumerated() {
      let end = index + 1 < samples.count ? samples[index + 1].at : max(now, sample.at)
      dollars += sample.hourly * max(0, end - max(sample.at, from)) / 3600
    }
    return (dollars, from)
  }

  /// `count` values evenly over the time from the first sample to `now`, each the dearest moment of its share; empty without a sample.
  public func values(_ count: Int, at now: Timestamp) -> [Double] {
    guard count > 0, let first = samples.first, let last = samples.last else { return [] }
    let span = max(1, now - first.at)
    var values = [Double](repeating: 0, count: count)
    var held = first.hourly
    var next = 0
    for index in 0..<count {
      let end = index == count - 1 ? max(now, last.at) : first.at + span * Double(index + 1) / Double(count)
      var dearest = held
      while next < samples.count, samples[next].at <= end {
        held = samples[next].hourly
        dearest = max(dearest, held)
        next += 1
      }
      values[index] = dearest
    }
    return values
  }
}
