internal import CSQLite
internal import Glibc
internal import JobCore

/// One connection.
///
/// Owns the handle; used by one actor at a time.
@safe final class Connection {
    private let handle: OpaquePointer
    /// Path, for messages.
    let name: String

    enum Access {
        case readOnly
        case readWrite
        case create
    }

    /// Opens the file (https://www.sqlite.org/c3ref/open.html).
    ///
    /// Waits up to three seconds for other writers.
    init(path: String, access: Access) throws(JobError) {
        let flags =
            switch access {
            case .readOnly: SQLITE_OPEN_READONLY
            case .readWrite: SQLITE_OPEN_READWRITE
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        // SQLite opens a folder and fails at the first read, as if the disk were broken.
        var status = stat()
        if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw SQLiteFailure.make(SQLITE_CANTOPEN, doing: "open", database: "sqlite:\(path)")
        }
        var opened: OpaquePointer?
        // One thread at a time uses a connection: its mutexes would only cost.
        let code = unsafe sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened = unsafe opened else {
            unsafe sqlite3_close_v2(opened)
            throw SQLiteFailure.make(code, doing: "open", database: "sqlite:\(path)")
        }
        unsafe handle = opened
        name = "sqlite:\(path)"
        unsafe sqlite3_extended_result_codes(opened, 1)
        unsafe sqlite3_busy_timeout(opened, 3_000)
        let configured = unsafe csqlite_refuse_quoted_text(opened)
        unsafe DecimalCollation.register(on: opened)
        // Without it a missing org_id column would compare as the text 'org_id', and a missing column export its name.
        if configured != SQLITE_OK { throw failure(configured, doing: "configure") }
    }

    deinit {
        unsafe sqlite3_close_v2(handle)
    }

    /// Runs statements that return no rows.
    func execute(_ sql: String) throws(JobError) {
        try NULCheck.refuse(sql)
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        if code != SQLITE_OK { throw failure(code, doing: sql.split(separator: " ").first.map(String.init) ?? "run") }
    }

    /// Compiles one statement.
    func prepare(_ sql: String) throws(JobError) -> Statement {
        try NULCheck.refuse(sql)
        var prepared: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared = unsafe prepared else { throw failure(code, doing: "prepare") }
        return unsafe Statement(prepared, connection: self)
    }

    /// Compiles one statement and binds its values.
    func prepare(_ statement: SQLStatement) throws(JobError) -> Statement {
        let prepared = try prepare(statement.text)
        for (index, value) in statement.values.enumerated() { try prepared.bind(value, at: index + 1) }
        return prepared
    }

    /// The first column of the first row as an integer, `nil` without a row.
    func integer(_ statement: SQLStatement) throws(JobError) -> Int? {
        let prepared = try prepare(statement)
        return try prepared.step() ? prepared.integer(0) : nil
    }

    /// Rows changed by the last statement.
    var changes: Int { unsafe Int(sqlite3_changes64(handle)) }

    /// Whether a transaction is open; some failures end it behind our back.
    var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

    /// A way to stop a running statement from another thread.
    var interrupter: Interrupter { unsafe Interrupter(handle) }

    /// Leaves it to the next connection to move what was committed from the log to the database file; it is safe there.
    func leaveLog() throws(JobError) {
        let code = unsafe csqlite_leave_log_on_close(handle)
        if code != SQLITE_OK { throw failure(code, doing: "configure") }
    }

    func failure(_ code: CInt, doing: String) -> JobError {
        SQLiteFailure.make(code, doing: doing, database: name)
    }
}

/// Stops what a connection is doing.
///
/// Must not outlive the connection.
@safe struct Interrupter: @unchecked Sendable {
    // Invariant: `sqlite3_interrupt` is the one call that any thread may make while another uses the connection.
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) { unsafe self.handle = handle }

    /// See https://www.sqlite.org/c3ref/interrupt.html.
    func interrupt() { unsafe sqlite3_interrupt(handle) }
}
