internal import CSQLite
internal import JobCore

/// Result codes of SQLite as failures of a job.
///
/// See https://www.sqlite.org/rescode.html.
enum SQLiteFailure {
    /// The failure for a result code met while `doing` something.
    ///
    /// The text of SQLite can quote values and stays out.
    static func make(_ extendedCode: CInt, doing: String, database: String) -> JobError {
        let primary = extendedCode & 0xFF
        let place = "\(database): \(doing)"
        switch primary {
        case SQLITE_FULL:
            return JobError(
                "disk_full", .osError, "\(place): no space left", hint: "free space, then launch the job again")
        case SQLITE_NOMEM:
            return JobError("out_of_memory", .osError, "\(place): out of memory", hint: "raise the memory limit")
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL:
            // SQLITE_PROTOCOL: another process has kept a lock of the write-ahead log for ten seconds.
            return JobError(
                "database_busy", .temporary, "\(place): another process holds the database",
                hint: "launch the job again when the other writer is done")
        case SQLITE_CANTOPEN:
            return JobError(
                "database_unavailable", .configuration, "\(place): the file cannot be opened",
                hint: "check DATABASE_URL; `ImportJob migrate` creates a missing database in an existing directory")
        case SQLITE_READONLY:
            return JobError(
                "database_read_only", .notPermitted, "\(place): the database is read-only",
                hint: "give the job write access to the file and its directory")
        case SQLITE_PERM, SQLITE_AUTH:
            return JobError("database_forbidden", .notPermitted, "\(place): access denied", hint: "check file modes")
        case SQLITE_NOTADB:
            return JobError(
                "database_invalid", .configuration, "\(place): the file is not an SQLite database",
                hint: "check the path in DATABASE_URL")
        case SQLITE_CORRUPT:
            return JobError(
                "database_corrupt", .protocolError, "\(place): the database file is damaged",
                hint: "run PRAGMA integrity_check and restore a backup")
        case SQLITE_IOERR:
            return JobError(
                "database_io", .osError, "\(place): input/output error \(extendedCode)", hint: "check disk and space")
        case SQLITE_INTERRUPT:
            return JobError("interrupted", .terminated, "\(place): interrupted", hint: "launch the job again")
        case SQLITE_ERROR:
            return JobError(
                "database_statement", .configuration, "\(place): a table or column is missing or of another shape",
                hint: "compare the tables with the catalogue; `ImportJob migrate` creates missing ones")
        default:
            return JobError("database_error", .software, "\(place): SQLite result code \(extendedCode)")
        }
    }
}
