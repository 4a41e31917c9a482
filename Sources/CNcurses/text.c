#define _GNU_SOURCE
#include "CNcurses.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <wchar.h>

int text_set_locale(void) {
  // Numbers and times are written by this program, never by the locale.
  setlocale(LC_CTYPE, "");
  const char *charset = nl_langinfo(CODESET);
  return charset != NULL && (strcmp(charset, "UTF-8") == 0 || strcmp(charset, "utf8") == 0);
}

int text_width(uint32_t scalar) {
  static _Thread_local locale_t utf8;
  if (utf8 == (locale_t)0) utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
  if (utf8 == (locale_t)0) return wcwidth((wchar_t)scalar);
  locale_t before = uselocale(utf8);
  int width = wcwidth((wchar_t)scalar);
  uselocale(before);
  return width;
}

static inline uint8_t lower(uint8_t byte) { return byte >= 'A' && byte <= 'Z' ? byte + 32 : byte; }

long text_find(const uint8_t *text, size_t length, const uint8_t *needle, size_t needle_length) {
  if (needle_length == 0) return 0;
  if (needle_length > length) return -1;
  for (size_t start = 0; start + needle_length <= length; start++) {
    if (lower(text[start]) != needle[0]) continue;
    size_t i = 1;
    while (i < needle_length && lower(text[start + i]) == needle[i]) i++;
    if (i == needle_length) return (long)start;
  }
  return -1;
}
