#include "CCrypto.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>

int fleet_sha256(const void *bytes, size_t count, unsigned char *out) {
    unsigned int length = 0;
    return EVP_Digest(bytes, count, out, &length, EVP_sha256(), NULL) == 1 && length == 32;
}

int fleet_hmac_sha256(const void *key, size_t key_count, const void *bytes, size_t count, unsigned char *out) {
    unsigned int length = 0;
    static const unsigned char empty = 0;
    return HMAC(EVP_sha256(), key_count ? key : &empty, (int)key_count, bytes, count, out, &length) != NULL && length == 32;
}
