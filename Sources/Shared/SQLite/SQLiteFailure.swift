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
                .diskFull, "\(place): no space left", hint: "free space, then launch the job again")
        case SQLITE_NOMEM:
            return JobError(.outOfMemory, "\(place): out of memory", hint: "raise the memory limit")
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL:
            // SQLITE_PROTOCOL: another process has kept a lock of the write-ahead log for ten seconds.
            return JobError(
                .databaseBusy, "\(place): another process holds the database")
        case SQLITE_CANTOPEN:
            return JobError(
                .databaseMissing, "\(place): the file cannot be opened",
                hint: "check DATABASE_URL; `ImportJob migrate` creates a missing database in an existing directory")
        case SQLITE_READONLY:
            return JobError(
                .databaseFileReadOnly, "\(place): the database is read-only")
        case SQLITE_PERM, SQLITE_AUTH:
            return JobError(.databaseForbidden, "\(place): access denied", hint: "check file modes")
        case SQLITE_NOTADB:
            return JobError(
                .databaseInvalid, "\(place): the file is not an SQLite database")
        case SQLITE_CORRUPT:
            return JobError(
                .databaseCorrupt, "\(place): the database file is damaged",
                hint: "run PRAGMA integrity_check and restore a backup")
        case SQLITE_IOERR:
            return JobError(
                .databaseIO, "\(place): input/output error \(extendedCode)")
        case SQLITE_INTERRUPT:
            return JobError(.terminated, "\(place): interrupted", hint: "launch the job again")
        case SQLITE_ERROR:
            return JobError(
                .databaseStatement, "\(place): a table or column is missing or of another shape",
                hint: "compare the tables with the catalogue; `ImportJob migrate` creates missing ones")
        default:
            return JobError(.databaseError, "\(place): SQLite result code \(extendedCode)")
        }
    }
}
