#define _GNU_SOURCE
#include "CGlibc.h"

#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

// As large as the initial thread's: Swift's own crash reporter runs on it too.
enum { alternate_stack_size = 64 * 1024 };

static pthread_key_t alternate_stacks;
static pthread_once_t alternate_stacks_made = PTHREAD_ONCE_INIT;
static int alternate_stacks_kept;

/// Called as its thread ends.
static void let_go(void *memory) {
  stack_t none = {.ss_flags = SS_DISABLE};
  sigaltstack(&none, NULL);
  munmap(memory, alternate_stack_size);
}

static void make_key(void) { alternate_stacks_kept = pthread_key_create(&alternate_stacks, let_go) == 0; }

void fleet_alternate_stack(void) {
  stack_t stack;
  if (sigaltstack(NULL, &stack) != 0 || !(stack.ss_flags & SS_DISABLE)) return;
  pthread_once(&alternate_stacks_made, make_key);
  if (!alternate_stacks_kept) return;
  void *memory = mmap(NULL, alternate_stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) return;
  stack = (stack_t){.ss_sp = memory, .ss_size = alternate_stack_size};
  if (sigaltstack(&stack, NULL) != 0 || pthread_setspecific(alternate_stacks, memory) != 0) let_go(memory);
}

int fleet_memory_file(void) { return memfd_create("fleettui", MFD_CLOEXEC); }

int fleet_pipe(int ends[2], int flags) { return pipe2(ends, flags); }

int fleet_spawn_closes_from(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

// Whether the loader wrote into pages that are read-only since: dropped, they would come back without what it wrote.
static int has_text_relocations(const struct dl_phdr_info *object) {
  for (int i = 0; i < object->dlpi_phnum; i++) {
    if (object->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr);
    for (; entry->d_tag != DT_NULL; entry++) {
      if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL))) return 1;
    }
  }
  return 0;
}

static int drop_read_only_pages(struct dl_phdr_info *object, size_t size, void *context) {
  if (has_text_relocations(object)) return 0;
  uintptr_t page = (uintptr_t)getpagesize();
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &object->dlpi_phdr[i];
    if (header->p_type != PT_LOAD || (header->p_flags & PF_W)) continue;
    uintptr_t first = (object->dlpi_addr + header->p_vaddr + page - 1) / page * page;
    uintptr_t end = (object->dlpi_addr + header->p_vaddr + header->p_memsz) / page * page;
    if (first < end) madvise((void *)first, end - first, MADV_DONTNEED);
  }
  return 0;
}

void fleet_drop_read_only_pages(void) { dl_iterate_phdr(drop_read_only_pages, NULL); }
