// libcurl for Swift: typed doors for its variadic functions, nothing else.
#ifndef FLEETTUI_CCURL_H
#define FLEETTUI_CCURL_H
#include <curl/curl.h>

static inline CURLcode fleet_setopt_long(CURL *h, CURLoption o, long v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode fleet_setopt_off(CURL *h, CURLoption o, curl_off_t v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode fleet_setopt_string(CURL *h, CURLoption o, const char *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode fleet_setopt_pointer(CURL *h, CURLoption o, void *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode fleet_setopt_list(CURL *h, CURLoption o, struct curl_slist *v) { return curl_easy_setopt(h, o, v); }
typedef size_t (*fleet_data_callback)(char *bytes, size_t size, size_t count, void *context);
static inline CURLcode fleet_setopt_data(CURL *h, CURLoption o, fleet_data_callback v) { return curl_easy_setopt(h, o, v); }
// http and https only, whatever a redirect says. As text since libcurl 7.85.
static inline CURLcode fleet_setopt_http_only(CURL *h) {
#if LIBCURL_VERSION_NUM >= 0x075500
  return curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  return curl_easy_setopt(h, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}
// A name that hangs in its resolver is left to its thread when the transfer ends. Else libcurl waits for that thread, and with it every
// other transfer of the loop. Since 7.87.
static inline CURLcode fleet_setopt_leave_resolver(CURL *h) {
#if LIBCURL_VERSION_NUM >= 0x075700
  return curl_easy_setopt(h, CURLOPT_QUICK_EXIT, 1L);
#else
  return CURLE_OK;
#endif
}
static inline CURLcode fleet_getinfo_long(CURL *h, CURLINFO i, long *v) { return curl_easy_getinfo(h, i, v); }
static inline CURLcode fleet_getinfo_off(CURL *h, CURLINFO i, curl_off_t *v) { return curl_easy_getinfo(h, i, v); }
static inline CURLcode fleet_getinfo_pointer(CURL *h, CURLINFO i, char **v) { return curl_easy_getinfo(h, i, v); }
static inline CURLMcode fleet_multi_setopt_long(CURLM *m, CURLMoption o, long v) { return curl_multi_setopt(m, o, v); }
static inline size_t fleet_writefunc_pause(void) { return CURL_WRITEFUNC_PAUSE; }
static inline size_t fleet_writefunc_error(void) { return (size_t)0xFFFFFFFF; }
static inline CURLcode fleet_message_result(const CURLMsg *m) { return m->data.result; }

#endif
