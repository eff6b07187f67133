#pragma once
#include <sqlite3.h>

// SQLITE_TRANSIENT and SQLITE_STATIC are casts of integers to function pointers, which Swift does not import.
static inline int csqlite_bind_text(sqlite3_stmt *_Nonnull statement, int index, const char *_Nullable bytes,
                                    sqlite3_uint64 count) {
    return sqlite3_bind_text64(statement, index, bytes, count, SQLITE_STATIC, SQLITE_UTF8);
}

// Copies the bytes, for values whose storage ends before the statement is stepped.
static inline int csqlite_bind_text_copy(sqlite3_stmt *_Nonnull statement, int index, const char *_Nullable bytes,
                                         sqlite3_uint64 count) {
    return sqlite3_bind_text64(statement, index, bytes, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

// A name in double quotes that is no column is an error then, not a text (https://www.sqlite.org/quirks.html#dblquote).
// The function takes variable arguments, which Swift does not import.
static inline int csqlite_refuse_quoted_text(sqlite3 *_Nonnull database) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DML, 0, (int *)0);
}

// The last connection that closes does not check the log into the database (https://www.sqlite.org/c3ref/c_dbconfig_defensive.html).
static inline int csqlite_leave_log_on_close(sqlite3 *_Nonnull database) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}
