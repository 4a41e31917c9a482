/// The newest so many figures, kept in order, so that any quantile of them is one look.
struct QuantileWindow: Hashable, Sendable {
  let capacity: Int
  /// As they came; a ring once it is full.
  private var arrived: [Double] = []
  private var ordered: [Double] = []
  private var oldest = 0

  init(capacity: Int) { self.capacity = max(1, capacity) }

  var count: Int { ordered.count }

  /// What is not finite says nothing and is left out.
  mutating func add(_ value: Double) {
    guard value.isFinite else { return }
    if arrived.count == capacity {
      ordered.remove(at: position(of: arrived[oldest]))
      arrived[oldest] = value
      oldest = (oldest + 1) % capacity
    } else {
      arrived.append(value)
    }
    ordered.insert(value, at: position(of: value))
  }

  /// - Returns: the value below which the part `share` of them lies, interpolated; `nil` of nothing.
  func quantile(_ share: Double) -> Double? {
    guard let first = ordered.first, let last = ordered.last else { return nil }
    let rank = share * Double(ordered.count + 1) - 1
    if !(rank > 0) { return first }
    if rank >= Double(ordered.count - 1) { return last }
    let below = Int(clamping: rank)
    return ordered[below] + (rank - Double(below)) * (ordered[below + 1] - ordered[below])
  }

  /// The part of them that is below `value`, 0…1.
  func share(below value: Double) -> Double { ordered.isEmpty ? 0 : Double(position(of: value)) / Double(ordered.count) }

  /// Where `value` stands or would stand.
  private func position(of value: Double) -> Int {
    var low = 0
    var high = ordered.count
    while low < high {
      let middle = (low + high) / 2
      if ordered[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
