#pragma once
#include <libpq-fe.h>

// Character macros, which Swift does not import (https://www.postgresql.org/docs/current/libpq-exec.html#LIBPQ-PQRESULTERRORFIELD).
static const int cpq_diag_sqlstate = PG_DIAG_SQLSTATE;
static const int cpq_diag_context = PG_DIAG_CONTEXT;
static const int cpq_diag_table = PG_DIAG_TABLE_NAME;
static const int cpq_diag_column = PG_DIAG_COLUMN_NAME;
static const int cpq_diag_constraint = PG_DIAG_CONSTRAINT_NAME;
static const int cpq_diag_type = PG_DIAG_DATATYPE_NAME;

// Notices are not errors, and libpq would print them.
static inline void cpq_ignore_notice(void *_Nullable context, const PGresult *_Nullable result) {}
static inline void cpq_ignore_notices(PGconn *_Nonnull connection) {
    PQsetNoticeReceiver(connection, cpq_ignore_notice, NULL);
}
