#define _GNU_SOURCE
#include "CNcurses.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// MARK: Whatever ends the program gives the terminal back

// Everything a handler touches is written before it is armed and is plain memory: no lock, no allocation, no Swift.
static volatile sig_atomic_t armed;
static int terminal = -1, standard_error = -1;
static struct termios modes;
static uint8_t restore[512];
static size_t restore_count;

/// Every signal has a place, real-time ones too.
#define SIGNAL_COUNT 65
static struct sigaction fatal_before[SIGNAL_COUNT];
static uint8_t is_armed[SIGNAL_COUNT];
static int fatal_installed;
/// An open /dev/null.
static int nobody = -1;

static void give_back(void) {
  if (!armed) return;
  armed = 0;
  size_t done = 0;
  // A terminal that takes nothing gets a few tries, not forever.
  for (int tries = 0; done < restore_count && tries < 64; tries++) {
    ssize_t count = write(terminal, restore + done, restore_count - done);
    if (count > 0) done += (size_t)count;
    else if (count < 0 && errno != EINTR && errno != EAGAIN) break;
  }
  tcsetattr(terminal, TCSANOW, &modes);
  if (standard_error >= 0) dup2(standard_error, STDERR_FILENO);
}

static void on_fatal(int number, siginfo_t *info, void *context) {
  give_back();
  // Swift's crash reporter would wait half a minute for a key, in raw mode, if it had anyone to ask.
  if (nobody >= 0) dup2(nobody, STDIN_FILENO);
  // Called, not raised again: it returns to what faulted, which runs on when the signal came from outside.
  const struct sigaction *before = &fatal_before[number];
  if (before->sa_flags & SA_SIGINFO) before->sa_sigaction(number, info, context);
  else if (before->sa_handler != SIG_DFL && before->sa_handler != SIG_IGN) before->sa_handler(number);
  signal(number, SIG_DFL);
  // Blocked until this returns.
  raise(number);
}

/// Whether the program itself did something wrong.
static int is_fault(int number) {
  return number == SIGSEGV || number == SIGABRT || number == SIGBUS || number == SIGILL || number == SIGTRAP || number == SIGFPE;
}

/// Whether a signal ends a program that does nothing about it, and nobody else here does: faults, timers, limits, the user's own, real-time ones.
static int is_fatal(int number) {
  switch (number) {
    case SIGKILL: case SIGSTOP:
    case SIGCHLD: case SIGURG: case SIGWINCH: case SIGCONT: case SIGTSTP: case SIGTTIN: case SIGTTOU:
    // Answered below, or by a thread that waits for them.
    case SIGHUP: case SIGINT: case SIGQUIT: case SIGTERM: case SIGPIPE:
      return 0;
  }
  // The C library keeps those between for itself.
  return number < 32 || (number >= SIGRTMIN && number <= SIGRTMAX);
}

void crash_arm(int tty, int error, const struct termios *saved, const uint8_t *bytes, size_t count) {
  armed = 0;
  terminal = tty;
  standard_error = error;
  modes = *saved;
  restore_count = count < sizeof restore ? count : sizeof restore;
  memcpy(restore, bytes, restore_count);
  if (nobody < 0) nobody = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (!fatal_installed) {
    stack_t stack;
    if (sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_DISABLE)) {
      // Kept for the life of the process: a handler may run on it at any time.
      static uint8_t memory[65536];
      stack = (stack_t){.ss_sp = memory, .ss_size = sizeof memory};
      sigaltstack(&stack, NULL);
    }
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_fatal;
    action.sa_flags = SA_ONSTACK | SA_SIGINFO;
    sigfillset(&action.sa_mask);
    sigset_t set;
    sigemptyset(&set);
    for (int number = 1; number < SIGNAL_COUNT; number++) {
      is_armed[number] = 0;
      if (!is_fatal(number) || sigaction(number, NULL, &fatal_before[number]) != 0) continue;
      // What is ignored stays so, and what somebody handles ends nothing.
      const struct sigaction *before = &fatal_before[number];
      int is_default = !(before->sa_flags & SA_SIGINFO) && before->sa_handler == SIG_DFL;
      if (!is_default && !is_fault(number)) continue;
      is_armed[number] = 1;
      sigaction(number, &action, NULL);
      sigaddset(&set, number);
    }
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    fatal_installed = 1;
  }
  armed = 1;
}

void crash_disarm(void) {
  armed = 0;
  if (!fatal_installed) return;
  for (int number = 1; number < SIGNAL_COUNT; number++)
    if (is_armed[number]) sigaction(number, &fatal_before[number], NULL);
  fatal_installed = 0;
}

// MARK: Signals that the loop answers

static const int heard[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
#define HEARD_COUNT (sizeof heard / sizeof *heard)
static struct sigaction heard_before[HEARD_COUNT];
static struct sigaction pipe_before;
static volatile sig_atomic_t waiting[65];
static volatile sig_atomic_t self_pipe = -1;
static int heard_installed;

static void on_heard(int number) {
  int saved = errno;
  int ends = number == SIGTERM || number == SIGHUP || number == SIGINT || number == SIGQUIT;
  if (ends && waiting[number]) {
    give_back();
    signal(number, SIG_DFL);
    raise(number);
  }
  waiting[number] = 1;
  uint8_t byte = (uint8_t)number;
  ssize_t ignored = write(self_pipe, &byte, 1);
  (void)ignored;
  errno = saved;
}

void signals_install(int pipe) {
  self_pipe = pipe;
  if (heard_installed) return;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  sigemptyset(&action.sa_mask);
  // SA_RESTART: a feed's read on another thread must not fail because the window changed. poll(2) returns all the same.
  action.sa_flags = SA_ONSTACK | SA_RESTART;
  // Whoever started the program may have left them blocked.
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < HEARD_COUNT; i++) sigaddset(&set, heard[i]);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  for (size_t i = 0; i < HEARD_COUNT; i++) {
    waiting[heard[i]] = 0;
    sigaction(heard[i], NULL, &heard_before[i]);
    int ignored = heard_before[i].sa_handler == SIG_IGN && heard[i] != SIGWINCH && heard[i] != SIGCONT;
    action.sa_handler = ignored ? SIG_IGN : on_heard;
    sigaction(heard[i], &action, NULL);
  }
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, &pipe_before);
  heard_installed = 1;
}

void signals_taken(int number) {
  if (number > 0 && number <= 64) waiting[number] = 0;
}

void signals_remove(void) {
  if (!heard_installed) return;
  for (size_t i = 0; i < HEARD_COUNT; i++) sigaction(heard[i], &heard_before[i], NULL);
  sigaction(SIGPIPE, &pipe_before, NULL);
  heard_installed = 0;
}
