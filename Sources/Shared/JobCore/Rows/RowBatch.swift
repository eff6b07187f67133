internal import Glibc

/// Many rows as one piece: the bytes of all fields back to back, row by row, and where each field ends.
///
/// The unit that travels between stages (1–4 MB, reused). A field starts where the one before it ended. Hot loops read
/// `withCells` and write `bytes` and `ends`, plain arrays that any module can fill at full speed.
///
///     rows:   (1, "ab", null) (22, "", "x")
///     bytes:  1ab22x
///     ends:   1 3 3|null 5 5 6
@usableFromInline package struct RowBatch: Sendable {
    /// Fields in each row.
    @usableFromInline package var columnCount: Int
    /// Names of the columns, for whoever checks that they are the right ones; empty where nobody has told them.
    package var names: [String] = []
    /// Field bytes; may be longer than the last end (room for wide stores), what follows has no meaning.
    @usableFromInline package var bytes: [UInt8]
    /// One entry per field: where it ends in `bytes`, and its kind.
    @usableFromInline package var ends: [CellEnd]
    /// Places in `ends` of strings of which the source says, by the way it wrote the first character, that they are what
    /// they are (JSON only): `"\u005b1]"` is no array in a string.
    package var literals: Set<Int> = []

    /// An empty batch.
    package init(columnCount: Int, byteCapacity: Int = 0) {
        self.columnCount = columnCount
        bytes = []
        ends = []
        bytes.reserveCapacity(byteCapacity)
    }

    /// Complete rows in the batch.
    @inlinable
    package var rowCount: Int { columnCount == 0 ? 0 : ends.count / columnCount }

    /// Bytes of all fields.
    package var byteCount: Int { ends.last?.offset ?? 0 }

    /// Forgets the rows, keeps the storage.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        if !literals.isEmpty { literals.removeAll() }
    }

    /// Where the field's bytes are.
    ///
    /// Precondition: row and column are in range.
    package func range(row: Int, column: Int) -> Range<Int> {
        let index = row * columnCount + column
        return (index == 0 ? 0 : ends[index - 1].offset)..<ends[index].offset
    }

    /// Whether the field is null.
    package func isNull(row: Int, column: Int) -> Bool {
        ends[row * columnCount + column].isNull
    }

    /// Whether the source marked the field as a string.
    package func isString(row: Int, column: Int) -> Bool {
        ends[row * columnCount + column].isString
    }

    /// Whether the record has no such name.
    package func isAbsent(row: Int, column: Int) -> Bool {
        ends[row * columnCount + column].isAbsent
    }

    /// The field as text, `nil` when null.
    ///
    /// For reports and tests, not for hot loops.
    package func text(row: Int, column: Int) -> String? {
        if isNull(row: row, column: column) { return nil }
        return String(decoding: bytes[range(row: row, column: column)], as: UTF8.self)
    }

    /// Whether the field is the same as one of another batch, null or byte by byte.
    package func hasSame(_ row: Int, _ column: Int, as other: RowBatch, _ otherRow: Int, _ otherColumn: Int) -> Bool {
        let isNull = isNull(row: row, column: column)
        if isNull || other.isNull(row: otherRow, column: otherColumn) {
            return isNull == other.isNull(row: otherRow, column: otherColumn)
        }
        return bytes[range(row: row, column: column)] == other.bytes[other.range(row: otherRow, column: otherColumn)]
    }

    /// The beginning of the field as text, `nil` when null; it is cut between characters.
    package func beginning(row: Int, column: Int, bytes count: Int) -> String? {
        if isNull(row: row, column: column) { return nil }
        let range = range(row: row, column: column)
        if range.count <= count { return String(decoding: bytes[range], as: UTF8.self) }
        var end = range.lowerBound + count
        while end > range.lowerBound, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: bytes[range.lowerBound..<end], as: UTF8.self)
    }

    /// Adds one field.
    ///
    /// Rows are complete when `columnCount` fields were added. For set-up code, not for hot loops.
    package mutating func append(_ text: String?, isString: Bool = false) {
        guard let text else {
            ends.append(CellEnd(byteCount, .null))
            return
        }
        bytes.removeLast(bytes.count - byteCount)
        bytes.append(contentsOf: text.utf8)
        ends.append(CellEnd(end, isString ? .string : .value))
    }

    /// Adds a field of another batch.
    package mutating func appendField(of other: RowBatch, row: Int, column: Int) {
        let index = row * other.columnCount + column
        let range = other.range(row: row, column: column)
        let used = byteCount
        if bytes.count > used { bytes.removeLast(bytes.count - used) }
        bytes.append(contentsOf: other.bytes[range])
        if !other.literals.isEmpty, other.literals.contains(index) { literals.insert(ends.count) }
        ends.append(other.ends[index].moved(to: end))
    }

    /// Takes the first column out of the batch.
    package mutating func removeFirstColumn() {
        var kept: [CellEnd] = []
        kept.reserveCapacity(ends.count - rowCount)
        var moved = 0
        var end = 0
        for row in 0..<rowCount {
            let first = range(row: row, column: 0)
            let rest = first.upperBound..<range(row: row, column: columnCount - 1).upperBound
            moved += first.count
            for index in (row * columnCount + 1)..<((row + 1) * columnCount) {
                kept.append(ends[index].moved(by: -moved))
            }
            unsafe bytes.withUnsafeMutableBufferPointer { bytes in
                guard let base = bytes.baseAddress else { return }
                unsafe memmove(base + end, base + rest.lowerBound, rest.count)
            }
            end += rest.count
        }
        bytes.removeLast(bytes.count - end)
        ends = kept
        columnCount -= 1
        literals.removeAll()
        names = Array(names.dropFirst())
    }

    /// Takes the rows from `row` on out of the batch.
    package mutating func cut(at row: Int) -> RowBatch {
        var rest = RowBatch(columnCount: columnCount)
        let kept = row * columnCount
        let start = kept == 0 ? 0 : ends[kept - 1].offset
        rest.bytes = Array(bytes[start..<byteCount])
        rest.ends = ends[kept...].map { $0.moved(by: -start) }
        if !literals.isEmpty {
            rest.literals = Set(literals.filter { $0 >= kept }.map { $0 - kept })
            literals = literals.filter { $0 < kept }
        }
        bytes.removeLast(bytes.count - start)
        ends.removeLast(ends.count - kept)
        return rest
    }

    /// Where a field ends that ends where `bytes` do.
    ///
    /// Precondition: the batch is not too large for it, which whoever fills it sees to (`isOverfull`).
    private var end: Int {
        precondition(bytes.count <= CellEnd.largestOffset, "a batch holds less than 1 GiB")
        return bytes.count
    }

    /// Whether the fields of another batch might not fit.
    package func isOverfull(with other: RowBatch) -> Bool {
        byteCount + other.byteCount > CellEnd.largestOffset
    }

    /// Some of the rows.
    package func subset(_ rows: [Int]) -> RowBatch {
        if rows.count == rowCount { return self }
        var part = RowBatch(columnCount: columnCount)
        for row in rows {
            for column in 0..<columnCount { part.appendField(of: self, row: row, column: column) }
        }
        return part
    }
}
