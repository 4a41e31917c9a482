import FlyingSocks

/// The connection ends as a dying server's does: without the last chunk.
struct StreamCut: Error {}

/// The body of an event stream: each array goes out as one chunk as soon as it is there.
struct StreamBody: AsyncBufferedSequence {
  typealias Element = UInt8
  let chunks: AsyncThrowingStream<[UInt8], any Error>

  struct AsyncIterator: AsyncBufferedIteratorProtocol {
    var chunks: AsyncThrowingStream<[UInt8], any Error>.AsyncIterator
    private var rest: ArraySlice<UInt8> = []

    init(chunks: AsyncThrowingStream<[UInt8], any Error>.AsyncIterator) { self.chunks = chunks }

    mutating func next() async throws -> UInt8? {
      while rest.isEmpty {
        guard let chunk = try await chunks.next() else { return nil }
        rest = chunk[...]
      }
      return rest.popFirst()
    }

    mutating func nextBuffer(suggested count: Int) async throws -> [UInt8]? { try await chunks.next() }
  }

  func makeAsyncIterator() -> AsyncIterator { AsyncIterator(chunks: chunks.makeAsyncIterator()) }
}
