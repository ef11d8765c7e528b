// mtrace(3): glibc writes each allocation down, if its debugging library is preloaded.
#pragma once
#include <mcheck.h>
