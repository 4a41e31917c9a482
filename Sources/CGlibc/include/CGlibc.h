// What Swift's Glibc module leaves out.
#pragma once

#include <malloc.h>
#include <spawn.h>

/// Gives the calling thread a stack for signal handlers, for as long as it lives: a handler of a stack overflow has nowhere else to run.
/// A thread that has one keeps it.
void fleet_alternate_stack(void);

/// pipe2(2). - Returns: 0, or -1 with `errno`.
int fleet_pipe(int ends[2], int flags);

/// memfd_create(2): a file without a name, which a child that is given it has as its own. - Returns: its descriptor, or -1 with `errno`.
int fleet_memory_file(void);

/// posix_spawn_file_actions_addclosefrom_np(3): the child keeps nothing from `first` on.
int fleet_spawn_closes_from(posix_spawn_file_actions_t *actions, int first);

/// madvise(2) with MADV_DONTNEED over the pages of the program and its libraries that are never written to, found with dl_iterate_phdr(3).
void fleet_drop_read_only_pages(void);
