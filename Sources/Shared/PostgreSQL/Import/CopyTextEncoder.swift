internal import JobCore

/// Rows of canonical text in the text form of COPY FROM STDIN.
///
/// The hot loop of every PostgreSQL import. Each type's own input function reads the text, so that any column takes it;
/// see https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2.
struct CopyTextEncoder {
    /// Bytes that are handed to libpq at once.
    private static let sliceBytes = 1 << 16

    /// Columns whose canonical text the server would not understand outside the years 1 to 9999.
    private let isDated: [Bool]
    /// What stands in front of each row: a constant column and its tab.
    private let prefix: [UInt8]
    /// Whether the number of the row in its batch comes first.
    private let hasRowNumber: Bool
    private var output: [UInt8] = []

    init(columns: [ColumnType], constant: String? = nil, hasRowNumber: Bool = false) {
        isDated = columns.map { $0 == .timestamp || $0 == .date }
        self.hasRowNumber = hasRowNumber
        guard let constant else {
            prefix = []
            return
        }
        var bytes: [UInt8] = []
        for byte in constant.utf8 {
            if let letter = Self.escape(byte) {
                bytes += [UInt8(ascii: "\\"), letter]
            } else {
                bytes.append(byte)
            }
        }
        prefix = bytes + [UInt8(ascii: "\t")]
    }

    /// Sends these rows of the batch into the COPY that is open on the connection.
    mutating func send(_ batch: RowBatch, rows: [Int], over connection: Connection) throws {
        var next = 0
        while next < rows.count {
            output.removeAll(keepingCapacity: true)
            var long: Int?
            while long == nil, next < rows.count, output.count < Self.sliceBytes {
                let row = rows[next]
                begin(row)
                let count = batch.withCells { $0.byteCount(row: row) }
                if count > Self.sliceBytes { long = row } else { append(batch, row) }
                next += 1
            }
            if let long { try send(long: batch, long, over: connection) } else { try flush(over: connection) }
        }
    }

    /// Sends what is there; the storage stays.
    private mutating func flush(over connection: Connection) throws {
        try unsafe output.withUnsafeBufferPointer { unsafe try connection.copyIn($0) }
        output.removeAll(keepingCapacity: true)
    }

    /// Sends a row piece by piece: it may have 64 MiB, which nobody holds in another form as a whole.
    private mutating func send(long batch: RowBatch, _ row: Int, over connection: Connection) throws {
        for column in 0..<batch.columnCount {
            let mark = UInt8(ascii: column == batch.columnCount - 1 ? "\n" : "\t")
            let field = batch.range(row: row, column: column)
            if batch.isNull(row: row, column: column) {
                output += [UInt8(ascii: "\\"), UInt8(ascii: "N")]
            } else if isDated[column], !field.isEmpty, batch.bytes[field.lowerBound] <= UInt8(ascii: "-") {
                append(dated: batch, field)
            } else {
                var start = field.lowerBound
                while start < field.upperBound {
                    let end = min(start + Self.sliceBytes, field.upperBound)
                    append(batch, start..<end)
                    start = end
                    if output.count >= Self.sliceBytes { try flush(over: connection) }
                }
            }
            output.append(mark)
        }
        try flush(over: connection)
    }

    private mutating func append(_ batch: RowBatch, _ field: Range<Int>) {
        output.append(addingCapacity: 2 * field.count) { span in
            unsafe span.withUnsafeMutableBufferPointer { target, count in
                unsafe batch.bytes.withUnsafeBufferPointer { bytes in
                    guard let source = bytes.baseAddress, let base = target.baseAddress else { return }
                    count = unsafe Self.copy(source + field.lowerBound, field.count, to: base) - base
                }
            }
        }
    }

    private mutating func append(dated batch: RowBatch, _ field: Range<Int>) {
        output.append(addingCapacity: field.count + 8) { span in
            unsafe span.withUnsafeMutableBufferPointer { target, count in
                unsafe batch.bytes.withUnsafeBufferPointer { bytes in
                    guard let base = target.baseAddress else { return }
                    count = unsafe DatedText.write(UnsafeBufferPointer(rebasing: bytes[field]), to: base)
                }
            }
        }
    }

    /// What stands in front of each row.
    private mutating func begin(_ row: Int) {
        output.append(contentsOf: prefix)
        if hasRowNumber {
            output.append(contentsOf: String(row).utf8)
            output.append(UInt8(ascii: "\t"))
        }
    }

    private mutating func append(_ batch: RowBatch, _ row: Int) {
        let width = batch.columnCount
        batch.withCells { cells in
            var walk = cells.walk(from: row * width)
            // Each byte may become two, each field has a mark behind it, a null is two bytes, an old date has a suffix.
            output.append(addingCapacity: 2 * cells.byteCount(row: row) + 8 * width) { span in
                unsafe span.withUnsafeMutableBufferPointer { target, count in
                    guard let source = unsafe cells.bytes.baseAddress, let base = target.baseAddress else { return }
                    var out = unsafe base + count
                    for column in 0..<width {
                        let cell = walk.next()
                        if cell.isNull {
                            unsafe out[0] = UInt8(ascii: "\\")
                            unsafe out[1] = UInt8(ascii: "N")
                            unsafe out += 2
                        } else if isDated[column], cell.count > 0, unsafe source[cell.start] <= UInt8(ascii: "-") {
                            unsafe out += DatedText.write(cells.text(cell), to: out)
                        } else {
                            unsafe out = Self.copy(source + cell.start, cell.count, to: out)
                        }
                        unsafe out[0] = UInt8(ascii: column == width - 1 ? "\n" : "\t")
                        unsafe out += 1
                    }
                    count = unsafe out - base
                }
            }
        }
    }

    /// Copies bytes with a backslash before those that would end a field; returns the end.
    @inline(__always)
    private static func copy(
        _ source: UnsafePointer<UInt8>, _ count: Int, to target: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var out = unsafe target
        for index in 0..<count {
            let byte = unsafe source[index]
            if byte == UInt8(ascii: "\\") || byte < 0x0E, let letter = escape(byte) {
                unsafe out[0] = UInt8(ascii: "\\")
                unsafe out[1] = letter
                unsafe out += 2
            } else {
                unsafe out[0] = byte
                unsafe out += 1
            }
        }
        return unsafe out
    }

    /// The letter behind the backslash for bytes that cannot stand as they are.
    @inline(__always)
    private static func escape(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\\"): UInt8(ascii: "\\")
        case 0x09: UInt8(ascii: "t")
        case 0x0A: UInt8(ascii: "n")
        case 0x0D: UInt8(ascii: "r")
        default: nil
        }
    }
}

/// Dates and instants outside the years 1 to 9999 as PostgreSQL writes them: `0044-03-15 BC`, `12345-01-01`.
enum DatedText {
    /// Writes the text for canonical text that begins with a sign; returns its length, at most three bytes more.
    static func write(_ text: UnsafeBufferPointer<UInt8>, to target: UnsafeMutablePointer<UInt8>) -> Int {
        let digits = unsafe String(decoding: text.dropFirst().prefix { $0 &- 0x30 < 10 }, as: UTF8.self)
        guard digits.utf8.count >= 4, let year = Int(digits) else {
            return unsafe copy(text, to: target, at: 0)
        }
        let isBefore = unsafe text[0] == UInt8(ascii: "-") || year == 0
        // The year 0 is 1 BC.
        let shown = String(isBefore ? year + 1 : year)
        var count = 0
        for byte in String(repeating: "0", count: max(0, 4 - shown.utf8.count)).utf8 + Array(shown.utf8) {
            unsafe target[count] = byte
            count += 1
        }
        count = unsafe copy(UnsafeBufferPointer(rebasing: text[(1 + digits.utf8.count)...]), to: target, at: count)
        if isBefore {
            for byte in " BC".utf8 {
                unsafe target[count] = byte
                count += 1
            }
        }
        return count
    }

    private static func copy(
        _ text: UnsafeBufferPointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, at start: Int
    ) -> Int {
        var count = start
        for index in text.indices {
            unsafe target[count] = text[index]
            count += 1
        }
        return count
    }
}
