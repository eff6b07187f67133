internal import CPQ
internal import JobCore

/// Turns the rows of a binary COPY TO STDOUT into batches of canonical text.
///
/// The hot loop of every PostgreSQL export.
@safe final class BinaryRowDecoder {
    /// What the first bytes of a binary COPY must be.
    private static let signature = Array(
        "PGCOPY\n\u{ff}\r\n\0".unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
    private static let headerBytes = 19
    /// Bytes that any value of fixed size may need as text.
    private static let fixedBytes = 40

    private let connection: Connection
    private let columns: [Column]
    private let forms: [WireForm]
    private let batchBytes: Int
    private let checksText: Bool
    /// A row that did not fit into the last batch, and where its fields begin.
    private var pending: UnsafeMutableBufferPointer<CChar>?
    private var hasHeader = true
    private(set) var isAtEnd = false

    init(connection: Connection, columns: [Column], forms: [WireForm], batchBytes: Int) {
        self.connection = connection
        self.columns = columns
        self.forms = forms
        self.batchBytes = batchBytes
        unsafe pending = nil
        // Every other server encoding is converted to valid UTF-8.
        checksText = connection.parameter("server_encoding") == "SQL_ASCII"
    }

    deinit { if let row = unsafe pending { unsafe connection.release(row) } }

    /// Begins with the rows of the next COPY.
    func restart() {
        hasHeader = true
        isAtEnd = false
    }

    /// Reads rows until the batch is full or the rows end.
    func fill(_ batch: inout RowBatch) throws {
        batch.columnCount = forms.count
        batch.ends.removeAll(keepingCapacity: true)
        var capacity = max(batch.bytes.count, batchBytes + batchBytes / 8)
        while true {
            if batch.bytes.count < capacity {
                batch.bytes.append(contentsOf: repeatElement(0, count: capacity - batch.bytes.count))
            }
            try read(into: &batch.bytes, &batch.ends)
            if isAtEnd || !batch.ends.isEmpty { break }
            // One row is larger than the whole batch.
            capacity *= 2
            if capacity > CellEnd.largestOffset { throw invalid(0, "a row of more than 512 MiB") }
        }
        if checksText { try checkText(batch) }
    }

    private func read(into bytes: inout [UInt8], _ ends: inout [CellEnd]) throws {
        let limit = batchBytes
        try unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            var used = 0
            while used < limit {
                let next = try unsafe pending ?? connection.copyOut()
                guard let row = unsafe next else {
                    isAtEnd = true
                    return
                }
                unsafe pending = row
                let message = UnsafeRawBufferPointer(row)
                let start = try unsafe begin(message)
                let count = message.count
                if unsafe start + 2 <= count && message.loadUnaligned(fromByteOffset: start, as: UInt16.self) == 0xFFFF
                {
                    // The trailer; what follows is the end of the COPY.
                    unsafe connection.release(row)
                    unsafe pending = nil
                    hasHeader = false
                    continue
                }
                let end = try unsafe decode(message, start, base, used, buffer.count, &ends)
                if end < 0 { return }
                used = end
                unsafe connection.release(row)
                unsafe pending = nil
                hasHeader = false
            }
        }
    }

    /// Where the row's fields begin: behind the header in the first message.
    private func begin(_ message: UnsafeRawBufferPointer) throws -> Int {
        guard hasHeader else { return 0 }
        guard message.count >= Self.headerBytes, unsafe message.prefix(11).elementsEqual(Self.signature) else {
            throw unexpected
        }
        return Self.headerBytes
    }

    /// Appends one row; -1, with nothing appended, when there is no room for it.
    @inline(__always)
    private func decode(
        _ message: UnsafeRawBufferPointer, _ start: Int, _ base: UnsafeMutablePointer<UInt8>, _ used: Int, _ room: Int,
        _ ends: inout [CellEnd]
    ) throws -> Int {
        let firstEnd = ends.count
        let count = message.count
        var position = start + 2
        var out = used
        guard position <= count, unsafe Self.int16(message, start) == forms.count else { throw unexpected }
        for index in forms.indices {
            guard position + 4 <= count else { throw unexpected }
            let length = unsafe Int(Self.int32(message, position))
            position += 4
            if length < 0 {
                ends.append(CellEnd(out, .null))
                continue
            }
            guard position + length <= count else { throw unexpected }
            let field = unsafe UnsafeRawBufferPointer(rebasing: message[position..<position + length])
            position += length
            if out + max(length, Self.fixedBytes) > room {
                ends.removeLast(ends.count - firstEnd)
                return -1
            }
            let written = try unsafe write(field, forms[index], to: base + out, room: room - out, index)
            if written < 0 {
                ends.removeLast(ends.count - firstEnd)
                return -1
            }
            out += written
            ends.append(CellEnd(out))
        }
        return out
    }

    /// Writes the canonical text of one value; -1 when there is no room for it.
    @inline(__always)
    private func write(
        _ field: UnsafeRawBufferPointer, _ form: WireForm, to target: UnsafeMutablePointer<UInt8>, room: Int,
        _ index: Int
    ) throws -> Int {
        switch form {
        case .text:
            if let source = field.baseAddress {
                unsafe UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: field.count)
            }
            return field.count
        case .jsonb:
            return unsafe JSONCompaction.write(field, to: target)
        case .bool:
            return unsafe BinaryValue.write(field[0] != 0, to: target)
        case .int2:
            return unsafe IntegerText.write(Int64(Self.int16(field, 0)), to: target)
        case .int4:
            return unsafe IntegerText.write(Int64(Self.int32(field, 0)), to: target)
        case .int8:
            return unsafe IntegerText.write(Self.int64(field, 0), to: target)
        case .oid:
            return unsafe IntegerText.write(Int64(UInt32(bitPattern: Self.int32(field, 0))), to: target)
        case .float4:
            return unsafe BinaryValue.write(Float(bitPattern: UInt32(bitPattern: Self.int32(field, 0))), to: target)
        case .float8:
            return unsafe BinaryValue.write(Double(bitPattern: UInt64(bitPattern: Self.int64(field, 0))), to: target)
        case .numeric:
            return unsafe NumericText.write(field, to: target, room: room)
        case .timestamp:
            guard let instant = unsafe BinaryValue.instant(Self.int64(field, 0)) else {
                throw invalid(index, "an instant after the year 294246")
            }
            return unsafe Timestamp.write(instant, to: target)
        case .date:
            return unsafe CalendarDate.write(BinaryValue.day(Self.int32(field, 0)), to: target)
        case .uuid:
            return unsafe BinaryValue.writeUUID(field, to: target)
        }
    }

    @inline(__always)
    static func int16(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int16 {
        unsafe Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int16.self))
    }

    @inline(__always)
    static func int32(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int32 {
        unsafe Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
    }

    @inline(__always)
    static func int64(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int64 {
        unsafe Int64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
    }

    private func checkText(_ batch: RowBatch) throws(JobError) {
        for row in 0..<batch.rowCount {
            for column in columns.indices {
                let field = Array(batch.bytes[batch.range(row: row, column: column)])
                if (try? UTF8Span(validating: field.span)) == nil { throw invalid(column, "text that is not UTF-8") }
            }
        }
    }

    private var unexpected: JobError {
        JobError(
            .databaseProtocol, "\(connection.name): the rows are not in the binary form of COPY")
    }

    private func invalid(_ index: Int, _ found: String) -> JobError {
        JobError(
            .storedValueInvalid,
            "\(connection.name): a \(columns[index].type.rawValue) column holds \(found)",
            position: DataPosition(field: columns[index].name))
    }
}
