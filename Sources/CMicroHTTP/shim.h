// The C face of libmicrohttpd as Swift sees it: its headers, and static inline shims for what Swift cannot call.
#pragma once
#include <microhttpd.h>
