// The C face of libpq as Swift sees it: its headers, and static inline shims for what Swift cannot call
// (arrays of constant pointers) or cannot read (character constants).
#pragma once
#include <libpq-fe.h>

// The fields of an error report (PG_DIAG_…) that Storage reads.
static const int TONGBAN_DIAG_SQLSTATE = PG_DIAG_SQLSTATE;
static const int TONGBAN_DIAG_MESSAGE = PG_DIAG_MESSAGE_PRIMARY;
static const int TONGBAN_DIAG_CONSTRAINT = PG_DIAG_CONSTRAINT_NAME;
static const int TONGBAN_DIAG_TABLE = PG_DIAG_TABLE_NAME;
static const int TONGBAN_DIAG_COLUMN = PG_DIAG_COLUMN_NAME;
static const int TONGBAN_DIAG_POSITION = PG_DIAG_STATEMENT_POSITION;
