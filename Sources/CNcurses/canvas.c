#define _GNU_SOURCE
#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_WIDECHAR 1
#include "CNcurses.h"

#include <curses.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <term.h>
#include <unistd.h>

// ncurses writes a frame once a row, which tears. Drawing into a file in memory makes one write of it, and needs no terminal in tests.
static SCREEN *screen;
static FILE *output, *input;
static int memory = -1;
static int colors;

static void discard(void) {
  fflush(output);
  if (ftruncate(memory, 0) == 0) lseek(memory, 0, SEEK_SET);
}

static void close_files(void) {
  if (output) fclose(output);
  if (input) fclose(input);
  if (memory >= 0) close(memory);
  output = input = NULL;
  memory = -1;
}

int canvas_open(const char *terminal, int height, int width) {
  if (screen) canvas_close();
  memory = memfd_create("fleettui-frame", MFD_CLOEXEC);
  if (memory < 0) return -2;
  int copy = fcntl(memory, F_DUPFD_CLOEXEC, 0);
  output = copy < 0 ? NULL : fdopen(copy, "w");
  // Keys are read elsewhere: ncurses can't tell a terminal that is gone from one that is silent.
  input = fopen("/dev/null", "re");
  if (!output || !input) {
    if (!output && copy >= 0) close(copy);
    close_files();
    return -2;
  }
  use_env(FALSE);
  screen = newterm(terminal, output, input);
  if (!screen) {
    close_files();
    return -1;
  }
  colors = 0;
  if (has_colors() && start_color() == OK) {
    colors = COLORS;
    use_default_colors();
  }
  nonl();
  leaveok(stdscr, FALSE);
  scrollok(stdscr, FALSE);
  // Many an emulator leaves the terminal's own ground, not the one that is painted, where characters are deleted.
  idcok(stdscr, FALSE);
  resizeterm(height, width);
  return 0;
}

void canvas_close(void) {
  if (!screen) return;
  endwin();
  delscreen(screen);
  screen = NULL;
  close_files();
}

int canvas_colors(void) { return colors; }

int canvas_is_direct(void) { return screen && (tigetflag("RGB") == 1 || tigetflag("Tc") == 1 || tigetnum("RGB") > 0); }

void canvas_resize(int height, int width) {
  if (!screen) return;
  resizeterm(height, width);
  clearok(curscr, TRUE);
}

void canvas_redraw(void) {
  if (screen) clearok(curscr, TRUE);
}

void canvas_suspend(void) {
  if (!screen) return;
  endwin();
  discard();
  clearok(curscr, TRUE);
}

void canvas_put(int row, int column, const uint32_t *text, int count, int attributes, int foreground, int background) {
  if (!screen || count <= 0) return;
  attr_t style = A_NORMAL;
  if (attributes & CANVAS_BOLD) style |= A_BOLD;
  if (attributes & CANVAS_DIM) style |= A_DIM;
  if (attributes & CANVAS_UNDERLINE) style |= A_UNDERLINE;
  if (attributes & CANVAS_REVERSE) style |= A_REVERSE;
  int pair = 0;
  if (colors > 0 && (foreground >= 0 || background >= 0)) {
    pair = alloc_pair(foreground, background);
    if (pair < 0) pair = 0;
  }
  wattr_set(stdscr, style, (short)pair, &pair);
  mvwaddnwstr(stdscr, row, column, (const wchar_t *)text, count);
}

long canvas_update(int cursor_row, int cursor_column) {
  if (!screen) return 0;
  if (cursor_row >= 0) {
    wmove(stdscr, cursor_row, cursor_column);
    curs_set(1);
  } else {
    wmove(stdscr, 0, 0);
    curs_set(0);
  }
  wnoutrefresh(stdscr);
  doupdate();
  fflush(output);
  return (long)lseek(memory, 0, SEEK_END);
}

long canvas_take(uint8_t *bytes, size_t capacity) {
  if (!screen) return 0;
  size_t taken = 0;
  while (taken < capacity) {
    ssize_t count = pread(memory, bytes + taken, capacity - taken, (off_t)taken);
    if (count <= 0) break;
    taken += (size_t)count;
  }
  discard();
  return (long)taken;
}

static uint8_t *sink;
static size_t sink_left;
static int put_byte(int byte) {
  if (sink_left == 0) return ERR;
  *sink++ = (uint8_t)byte;
  sink_left--;
  return byte;
}

static void put_string(const char *text) {
  while (*text) put_byte((unsigned char)*text++);
}

static void put_capability(char *name) {
  char *value = tigetstr(name);
  if (value != NULL && value != (char *)-1) tputs(value, 1, put_byte);
}

long canvas_restore_bytes(uint8_t *bytes, size_t capacity) {
  if (!screen) return 0;
  sink = bytes;
  sink_left = capacity;
  // CAN ends a control sequence that was cut in half.
  put_string("\x18\x1b[?2026l" TERMINAL_REPORTS_OFF "\x1b[?2004l\x1b[m\x1b[?7h\x1b[?25h\x1b[?1l\x1b>");
  put_capability("op");
  put_capability("cnorm");
  char *leave = tigetstr("rmcup");
  if (leave != NULL && leave != (char *)-1) {
    tputs(leave, 1, put_byte);
  } else {
    // No second screen to leave: the prompt goes below what was drawn.
    put_string("\x1b[999;1H\r\n");
  }
  return (long)(capacity - sink_left);
}
