internal import CPQ
internal import JobCore

/// The result of one statement.
///
/// Owns the handle; used where its connection is used.
@safe final class QueryResult {
    let handle: OpaquePointer

    init(_ handle: OpaquePointer) { unsafe self.handle = handle }

    deinit { unsafe PQclear(handle) }

    var status: ExecStatusType { unsafe PQresultStatus(handle) }

    var rowCount: Int { unsafe Int(PQntuples(handle)) }

    var columnCount: Int { unsafe Int(PQnfields(handle)) }

    /// Rows that the statement changed.
    var changedRows: Int { unsafe Int(String(cString: PQcmdTuples(handle))) ?? 0 }

    /// A value as text, `nil` for null.
    func text(_ row: Int, _ column: Int) -> String? {
        if unsafe PQgetisnull(handle, CInt(row), CInt(column)) != 0 { return nil }
        return unsafe PQgetvalue(handle, CInt(row), CInt(column)).map { unsafe String(cString: $0) }
    }

    /// A value as an integer; 0 for null.
    func integer(_ row: Int, _ column: Int) -> Int { text(row, column).flatMap { Int($0) } ?? 0 }

    /// A value as a truth value; false for null.
    func flag(_ row: Int, _ column: Int) -> Bool { text(row, column) == "t" }

    /// A field of the error report, such as the SQLSTATE.
    func diagnosis(_ field: CInt) -> String? {
        unsafe PQresultErrorField(handle, field).map { unsafe String(cString: $0) }
    }
}
