import CGlibc

/// What the program does so that a dashboard that is open all day takes no more memory than it needs.
enum ProgramMemory {
  /// Every large array is a mapping of its own and goes back whole when it is freed. Left to itself the allocator puts them on the heap once one
  /// was freed, and what lies behind one holds it.
  static func begin() { mallopt(M_MMAP_THRESHOLD, 64 << 10) }

  /// Lets go of the pages of code that only the start touched: options, configuration, first connections. Nobody wrote into them, so that what
  /// is needed again comes back from the page cache at its next use.
  static func letGoOfStart() { fleet_drop_read_only_pages() }
}
