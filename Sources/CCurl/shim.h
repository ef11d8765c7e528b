// The C face of libcurl as Swift sees it: its headers, and static inline shims for what Swift cannot call.
#pragma once
#include <curl/curl.h>
