import CGlibc

/// What the program does so that a dashboard that is open all day takes no more memory than it needs.
enum ProgramMemory {
  /// Every large array is a mapping of its own and goes back whole when it is freed. Left to itself the allocator puts them on the heap once one
  /// was freed, and what lies behind one holds it.
  static func begin() { mallopt(M_MMAP_THRESHOLD, 64 << 10) }

  /// Lets go of what only the start touched: memory that first answers passed through, and pages of code for options, configuration and first
  /// connections. Nobody wrote into those, so that what is needed again comes back from the page cache at its next use.
  static func letGoOfStart() {
    giveBack()
    fleet_drop_read_only_pages()
  }

  /// Gives back what was freed within the heap. It costs a walk over it.
  static func giveBack() { malloc_trim(0) }
}
