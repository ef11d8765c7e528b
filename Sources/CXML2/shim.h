// The C face of libxml-2.0 as Swift sees it: its headers, and static inline shims for what Swift cannot call.
#pragma once
#include <libxml/xmlreader.h>
#include <libxml/xmlerror.h>
#include <iconv.h>
