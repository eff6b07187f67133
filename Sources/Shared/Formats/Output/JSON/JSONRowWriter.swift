package import JobCore

/// How rows stand in a JSON file.
package enum JSONLayout: String, Sendable, CaseIterable {
    /// One object a line (JSON Lines).
    case lines
    /// One array of objects.
    case array
}

/// Writes rows as JSON objects, each on a line of its own, members in column order.
///
/// Numbers, booleans and valid JSON text are written bare; all else is a string, so the file is valid whatever the
/// fields hold. Text is expected to be UTF-8.
package struct JSONRowWriter: RowWriter {
    /// Output that is reserved at once; a longer row gets what it needs.
    private static let pieceBytes = 1 << 18

    private let layout: JSONLayout
    private let shape: JSONRowShape
    private var isFirst = true

    /// A writer of rows with these columns.
    package init(columns: [Column], layout: JSONLayout) {
        self.layout = layout
        shape = JSONRowShape(columns: columns, layout: layout)
    }

    /// Opens the array in the layout `array`.
    package mutating func begin(into output: inout [UInt8]) {
        isFirst = true
        if layout == .array { output.append(UInt8(ascii: "[")) }
    }

    /// Appends rows whose fields are in the order of the columns; a batch of another width adds nothing.
    package mutating func write(_ batch: RowBatch, rows: Range<Int>, into output: inout [UInt8]) {
        guard batch.columnCount == shape.kinds.count, !rows.isEmpty else { return }
        if isFirst, layout == .array { output.append(0x0A) }
        var row = rows.lowerBound
        batch.withCells { cells in
            while row < rows.upperBound {
                let span = JSONRowSpan(cells: cells, shape: shape)
                let need = max(Self.pieceBytes, span.bound(row: row))
                output.append(addingCapacity: need) { output in
                    unsafe output.withUnsafeMutableBufferPointer { buffer, count in
                        let room = unsafe UnsafeMutableBufferPointer(rebasing: buffer[count...])
                        count += unsafe span.write(&row, to: rows.upperBound, isFirst: &isFirst, into: room)
                    }
                }
            }
        }
    }

    /// Closes the array in the layout `array`.
    package mutating func end(into output: inout [UInt8]) {
        switch layout {
        case .lines: break
        case .array: output.append(contentsOf: (isFirst ? "]\n" : "\n]\n").utf8)
        }
    }
}

/// What every row of a JSON file has in common.
struct JSONRowShape: Sendable {
    /// How the values of a column are written.
    enum Kind: UInt8, Sendable {
        case string
        /// Canonical text that is a JSON number or boolean.
        case bare
        /// A number that may be infinite or not a number, for which JSON has no form.
        case double
        case json
    }

    let kinds: [Kind]
    /// What stands before each value, `{"id":` or `,"name":`, back to back.
    let prefixes: [UInt8]
    /// Where each prefix ends.
    let prefixEnds: [Int]
    /// What stands between two rows and behind the last one.
    let isArray: Bool

    init(columns: [Column], layout: JSONLayout) {
        isArray = layout == .array
        kinds = columns.map { column in
            switch column.type {
            case .text, .timestamp, .date, .uuid: .string
            case .int, .decimal, .bool: .bare
            case .double: .double
            case .json: .json
            }
        }
        var prefixes: [UInt8] = []
        var prefixEnds: [Int] = []
        for (index, column) in columns.enumerated() {
            prefixes.append(UInt8(ascii: index == 0 ? "{" : ","))
            JSONSerializer.appendQuoted(column.name.utf8, to: &prefixes)
            prefixes.append(UInt8(ascii: ":"))
            prefixEnds.append(prefixes.count)
        }
        // Room for wide loads.
        prefixes.append(contentsOf: repeatElement(0, count: 16))
        self.prefixes = prefixes
        self.prefixEnds = prefixEnds
    }
}
