internal import CSQLite
internal import Glibc
internal import JobCore

/// Binds the fields of batches of canonical text to the parameters of statements.
@safe struct RowBinder {
    private let connection: Connection
    private let types: [ColumnType]

    /// For batches of these columns.
    init(_ columns: [Column], _ connection: Connection) {
        self.connection = connection
        types = columns.map(\.type)
    }

    /// Binds the columns at these places of one row, one parameter after the other.
    @inline(__always)
    func bind(
        _ handle: OpaquePointer, _ cells: RowCells, _ row: Int, _ bound: [Int], first: CInt = 2
    ) throws(JobError) {
        var parameter = first
        for column in bound {
            let cell = cells[row, column]
            let code: CInt
            if cell.isNull {
                code = unsafe sqlite3_bind_null(handle, parameter)
            } else {
                let field = unsafe cells.text(cell)
                code = unsafe bind(handle, parameter, field, types[column])
                // Functions and shells of SQLite take text to end at a NUL.
                if let base = field.baseAddress, unsafe memchr(base, 0, field.count) != nil { throw NULCheck.error }
            }
            if code != SQLITE_OK { throw connection.failure(code, doing: "bind") }
            parameter += 1
        }
    }

    @inline(__always)
    private func bind(
        _ handle: OpaquePointer, _ parameter: CInt, _ field: UnsafeBufferPointer<UInt8>, _ type: ColumnType
    ) -> CInt {
        switch type {
        case .timestamp:
            guard let instant = unsafe Timestamp.parse(field) else { return SQLITE_MISMATCH }
            return unsafe sqlite3_bind_int64(handle, parameter, instant.microseconds)
        case .int:
            guard let value = unsafe Int64(String(decoding: field, as: UTF8.self)) else { return SQLITE_MISMATCH }
            return unsafe sqlite3_bind_int64(handle, parameter, value)
        case .bool:
            return unsafe sqlite3_bind_int64(handle, parameter, field.first == UInt8(ascii: "t") ? 1 : 0)
        case .double:
            guard let value = unsafe Double(String(decoding: field, as: UTF8.self)) else { return SQLITE_MISMATCH }
            return unsafe sqlite3_bind_double(handle, parameter, value)
        case .text, .decimal, .date, .uuid, .json:
            // The bytes stay where they are until the statement has run. A null pointer would bind null.
            guard let base = field.baseAddress else {
                return unsafe csqlite_bind_text_copy(handle, parameter, "", 0)
            }
            return unsafe base.withMemoryRebound(to: CChar.self, capacity: field.count) { characters in
                unsafe csqlite_bind_text(handle, parameter, characters, UInt64(field.count))
            }
        }
    }
}
