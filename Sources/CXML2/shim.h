// The C face of libxml-2.0 as Swift sees it: its headers, and static inline shims for what Swift cannot call.
#pragma once
// Without this libxml2's headers take in Debian's ICU, whose types differ from those of the ICU in Swift's
// Foundation: whatever sees both does not compile. It only hides two members of an encoding handler, which
// nobody here touches.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/xmlreader.h>
#include <libxml/xmlerror.h>
#include <iconv.h>
