// The C face of libpq as Swift sees it: its headers, and static inline shims for what Swift cannot call.
#pragma once
#include <libpq-fe.h>
