// The C face of libcurl as Swift sees it: its headers, and static inline shims for what Swift cannot call.
#pragma once
#include <curl/curl.h>

// `curl_easy_setopt` is variadic: one shim for each type that an option takes.
static inline CURLcode tongban_curl_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode tongban_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode tongban_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}
static inline CURLcode tongban_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}
/// The shape of libcurl's write, header and read callbacks.
typedef size_t (*tongban_curl_flow)(char *bytes, size_t size, size_t count, void *context);
static inline CURLcode tongban_curl_set_flow(CURL *handle, CURLoption option, tongban_curl_flow flow) {
  return curl_easy_setopt(handle, option, flow);
}

/// The status of the last answer: HTTP or SMTP; 0 if there was none.
static inline long tongban_curl_status(CURL *handle) {
  long status = 0;
  return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}

static inline CURLcode tongban_curl_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

// Macros with a cast around them.
enum { TONGBAN_CURL_ERROR_SIZE = CURL_ERROR_SIZE };
static const long tongban_curl_tls12 = CURL_SSLVERSION_TLSv1_2;
static const long tongban_curl_tls_when_offered = CURLUSESSL_TRY;
static const long tongban_curl_tls_required = CURLUSESSL_ALL;
