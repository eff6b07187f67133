internal import CSQLite
internal import JobCore

/// One prepared statement.
///
/// Owns the handle, keeps its connection alive.
@safe final class Statement {
    let handle: OpaquePointer
    private let connection: Connection

    init(_ handle: OpaquePointer, connection: Connection) {
        unsafe self.handle = handle
        self.connection = connection
    }

    deinit {
        unsafe sqlite3_finalize(handle)
    }

    /// Advances to the next row; false at the end.
    func step() throws(JobError) -> Bool {
        let code = unsafe sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw connection.failure(code, doing: "step")
        }
    }

    /// Runs a statement that returns no row, and makes it ready to run again.
    func run() throws(JobError) {
        defer { reset() }
        _ = try step()
    }

    /// Ready to run again; bound values stay.
    func reset() { unsafe sqlite3_reset(handle) }

    /// Binds a value to the parameter with that number, from 1.
    func bind(_ value: Literal, at index: Int) throws(JobError) {
        let index = CInt(index)
        let code: CInt =
            switch value {
            case .text(let text), .decimal(let text), .date(let text): try bindText(text, index)
            case .integer(let number): unsafe sqlite3_bind_int64(handle, index, number)
            case .timestamp(let instant): unsafe sqlite3_bind_int64(handle, index, instant.microseconds)
            case .double(let number): unsafe sqlite3_bind_double(handle, index, number)
            case .bool(let flag): unsafe sqlite3_bind_int64(handle, index, flag ? 1 : 0)
            }
        if code != SQLITE_OK { throw connection.failure(code, doing: "bind") }
    }

    private func bindText(_ text: String, _ index: CInt) throws(JobError) -> CInt {
        try NULCheck.refuse(text)
        return copyText(text, index)
    }

    private func copyText(_ text: String, _ index: CInt) -> CInt {
        var text = text
        return text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe csqlite_bind_text_copy(handle, index, characters.baseAddress, UInt64(characters.count))
            }
        }
    }

    /// Column of the current row as an integer.
    func integer(_ column: Int) -> Int { unsafe Int(sqlite3_column_int64(handle, CInt(column))) }

    /// The current row as text, `nil` for null.
    func texts() -> [String?] {
        let count = unsafe Int(sqlite3_column_count(handle))
        return (0..<count).map { column in
            unsafe sqlite3_column_type(handle, CInt(column)) == SQLITE_NULL ? nil : text(column)
        }
    }

    /// Column of the current row as text; empty for null.
    func text(_ column: Int) -> String {
        guard let bytes = unsafe sqlite3_column_text(handle, CInt(column)) else { return "" }
        let count = unsafe Int(sqlite3_column_bytes(handle, CInt(column)))
        return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }
}
