internal import CSQLite
internal import JobCore

/// Turns the rows of a statement into batches of canonical text.
///
/// The hot loop of every SQLite export.
@safe final class RowDecoder {
    private static let instants = Timestamp.range

    private let statement: Statement
    private let connection: Connection
    private let columns: [Column]
    private var arena: ByteArena
    private var ends: [CellEnd] = []
    private let batchBytes: Int
    private(set) var isAtEnd = false

    init(statement: Statement, connection: Connection, columns: [Column], batchBytes: Int) {
        self.statement = statement
        self.connection = connection
        self.columns = columns
        self.batchBytes = batchBytes
        arena = ByteArena(capacity: batchBytes + batchBytes / 8)
        ends.reserveCapacity(batchBytes / 8)
    }

    /// Begins with the rows of the statement after it was bound anew.
    func restart() { isAtEnd = false }

    /// Reads rows until the batch is full or the rows end.
    func fill(_ batch: inout RowBatch) throws(JobError) {
        // One exclusive access for all rows: one per value would cost more than the value.
        try read(into: &arena, &ends)
        batch.columnCount = columns.count
        batch.removeAll()
        unsafe batch.bytes.append(contentsOf: UnsafeBufferPointer(start: arena.base, count: arena.count))
        batch.ends.append(contentsOf: ends)
        try checkText(batch)
    }

    private func read(into arena: inout ByteArena, _ ends: inout [CellEnd]) throws(JobError) {
        arena.count = 0
        ends.removeAll(keepingCapacity: true)
        let handle = unsafe statement.handle
        let types = columns.map(\.type)
        while arena.count < batchBytes {
            let code = unsafe sqlite3_step(handle)
            if code == SQLITE_DONE {
                isAtEnd = true
                return
            }
            if code != SQLITE_ROW { throw connection.failure(code, doing: "read") }
            for index in types.indices {
                let column = CInt(truncatingIfNeeded: index)
                let isNull = try unsafe append(handle, column, types[index], &arena)
                if arena.count > CellEnd.largestOffset { throw storedValueInvalid(column, "more than 1 GiB") }
                ends.append(CellEnd(arena.count, isNull: isNull))
            }
        }
    }

    /// Appends one value of the current row; true when it is null.
    @inline(__always)
    private func append(
        _ handle: OpaquePointer, _ index: CInt, _ type: ColumnType, _ arena: inout ByteArena
    ) throws(JobError) -> Bool {
        let stored = unsafe sqlite3_column_type(handle, index)
        if stored == SQLITE_TEXT {
            // The blob call gives the bytes where they are; the text call would copy them to add a zero byte.
            if let bytes = unsafe sqlite3_column_blob(handle, index) {
                let text = unsafe UnsafeBufferPointer(
                    start: bytes.assumingMemoryBound(to: UInt8.self), count: Int(sqlite3_column_bytes(handle, index)))
                if type == .timestamp {
                    guard let instant = unsafe Timestamp.parse(text) else {
                        throw storedValueInvalid(index, "text that is not an RFC 3339 timestamp")
                    }
                    arena.append(instant)
                } else {
                    unsafe arena.append(text)
                }
            }
        } else if stored == SQLITE_INTEGER {
            let value = unsafe sqlite3_column_int64(handle, index)
            switch type {
            case .timestamp:
                let instant = Instant(microseconds: value)
                guard Self.instants.contains(instant) else {
                    throw storedValueInvalid(index, "an instant outside the years 1 to 9999")
                }
                arena.append(instant)
            case .bool: arena.append(value == 0 ? "false" : "true")
            case .double: arena.append(Double(value).description)
            case .text, .int, .decimal, .date, .uuid, .json: arena.append(value)
            }
        } else if stored == SQLITE_NULL {
            return true
        } else if stored == SQLITE_FLOAT {
            let value = unsafe sqlite3_column_double(handle, index)
            // No format has a number for it: JSON would not be JSON any more.
            guard value.isFinite else { throw storedValueInvalid(index, "an infinite number") }
            arena.append(value.description)
        } else {
            throw storedValueInvalid(index, "binary data")
        }
        return false
    }

    /// SQLite does not check that text is UTF-8; every format needs it to be.
    private func checkText(_ batch: RowBatch) throws(JobError) {
        if (try? UTF8Span(validating: batch.bytes.span)) != nil { return }
        for row in 0..<batch.rowCount {
            for column in columns.indices {
                let field = Array(batch.bytes[batch.range(row: row, column: column)])
                if (try? UTF8Span(validating: field.span)) == nil {
                    throw storedValueInvalid(CInt(column), "text that is not UTF-8")
                }
            }
        }
    }

    private func storedValueInvalid(_ index: CInt, _ found: String) -> JobError {
        let column = columns[Int(index)]
        return JobError(
            .storedValueInvalid,
            "\(connection.name): a \(column.type.rawValue) column holds \(found)",
            position: DataPosition(field: column.name))
    }
}
