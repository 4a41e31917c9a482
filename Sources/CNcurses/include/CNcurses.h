#ifndef FLEETTUI_CNCURSES_H
#define FLEETTUI_CNCURSES_H

// What the program needs of ncurses, of the locale and of signal handlers. ncurses itself is not visible from here: its macros, globals
// and variadic functions can't be called from Swift, and nothing but the canvas should.

#include <stddef.h>
#include <stdint.h>
#include <termios.h>

// MARK: Text

/// Takes the language from the environment. Returns 1 when its character set is UTF-8.
int text_set_locale(void);
/// Columns of one scalar by wcwidth(3) in a UTF-8 locale, whatever the process's own is: -1 when it has none.
int text_width(uint32_t scalar);
/// Where `needle` begins in `text`, -1 when nowhere; ASCII letters compare without case. `needle` is lower-case.
long text_find(const uint8_t *text, size_t length, const uint8_t *needle, size_t needle_length);

// MARK: Canvas: ncurses drawing into memory

#define CANVAS_BOLD 1
#define CANVAS_DIM 2
#define CANVAS_UNDERLINE 4
#define CANVAS_REVERSE 8

/// Ends every way in which a terminal reports the mouse or its focus, ours and what another program left on: reports nobody reads are typed as keys.
#define TERMINAL_REPORTS_OFF "\x1b[?1006;1000;1002;1003l\x1b[?9;1001;1004;1005;1015;1016l"

/// Opens the one canvas for a terminal of that name. Returns 0, -1 when the name is unknown, -2 when memory is.
int canvas_open(const char *terminal, int rows, int columns);
void canvas_close(void);
/// Colours that the terminal has: 0, 8, 16, 256 or more.
int canvas_colors(void);
/// Whether the terminal database says that it shows 24-bit colours.
int canvas_is_direct(void);
void canvas_resize(int rows, int columns);
/// The next update draws every cell again.
void canvas_redraw(void);
/// Ends until the next update, which enters the screen again.
void canvas_suspend(void);
/// Puts text with a style; colours are -1 for the terminal's own.
void canvas_put(int row, int column, const uint32_t *text, int count, int attributes, int foreground, int background);
/// Shows the cursor there, or hides it (-1), and renders what changed. Returns how many bytes canvas_take will give.
long canvas_update(int cursor_row, int cursor_column);
/// Moves the rendered bytes out. Returns how many.
long canvas_take(uint8_t *bytes, size_t capacity);
/// The bytes that give the terminal back: modes off, colours off, normal screen, cursor shown. Returns how many.
long canvas_restore_bytes(uint8_t *bytes, size_t capacity);

// MARK: Signals

/// Writes the number of each TERM, HUP, INT, QUIT, TSTP, CONT and WINCH to `pipe` as one byte; what was ignored stays ignored.
void signals_install(int pipe);
/// The signal was taken from the pipe. One that comes again before that finds a program that doesn't listen: it restores and ends it.
void signals_taken(int number);
void signals_remove(void);

/// From now on a crash, or any other signal that ends the program, writes `bytes` to `terminal`, sets its modes and gives standard error back
/// (unless it is -1), then goes on to what was installed before.
void crash_arm(int terminal, int standard_error, const struct termios *modes, const uint8_t *bytes, size_t count);
void crash_disarm(void);

#endif
