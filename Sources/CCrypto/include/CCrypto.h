// OpenSSL's SHA-256 and HMAC-SHA-256 for Swift: the macros as functions.
#ifndef FLEETTUI_CCRYPTO_H
#define FLEETTUI_CCRYPTO_H
#include <stddef.h>

/// Writes 32 bytes to `out`; returns 1, or 0 when OpenSSL refuses.
int fleet_sha256(const void *bytes, size_t count, unsigned char *out);
/// Writes 32 bytes to `out`; returns 1, or 0 when OpenSSL refuses.
int fleet_hmac_sha256(const void *key, size_t key_count, const void *bytes, size_t count, unsigned char *out);
#endif
