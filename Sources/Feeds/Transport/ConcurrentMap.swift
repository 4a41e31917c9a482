extension Collection where Element: Sendable {
  /// What `transform` makes of each element, at most `width` of them at a time, in the elements' order.
  public func concurrentMap<Value: Sendable>(
    width: Int = .max, _ transform: @escaping @Sendable (Element) async -> Value
  ) async -> [Value] {
    await withTaskGroup(of: Placed<Value>.self) { group in
      var done: [Placed<Value>] = []
      for (place, element) in enumerated() {
        if place >= width, let next = await group.next() { done.append(next) }
        group.addTask {
          let value = await transform(element)
          return Placed(place: place, value: value)
        }
      }
      for await next in group { done.append(next) }
      return done.sorted { $0.place < $1.place }.map(\.value)
    }
  }
}

/// A struct, since the optimiser of Swift 6.3.1 breaks tasks whose result is a tuple (docs/decisions/0009).
private struct Placed<Value: Sendable>: Sendable {
  var place: Int
  var value: Value
}
