import CGlibc

/// A large answer passes through memory that the allocator then keeps for each thread that touched it; a program that is looked at all day gives
/// it back. It costs a walk over the heap: only after answers that are worth it.
enum HeapTrim {
  /// Rows of an answer from which on it is worth it.
  static let threshold = 300

  static func afterAnswer(rows: Int) { if rows >= threshold { malloc_trim(0) } }
}
