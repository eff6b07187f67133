/// The cells of a batch for loops at full speed; valid only while `RowBatch.withCells` runs.
///
/// Precondition of all that takes a row, column or index: it is one of the batch. That is checked in every build.
@safe @usableFromInline package struct RowCells {
    /// The bytes of all cells, and what follows them.
    @usableFromInline package let bytes: UnsafeBufferPointer<UInt8>
    @usableFromInline let ends: UnsafeBufferPointer<CellEnd>
    /// Cells in each row.
    @usableFromInline package let columnCount: Int
    /// Complete rows.
    @usableFromInline package let rowCount: Int

    @inlinable @inline(__always)
    init(
        _ bytes: UnsafeBufferPointer<UInt8>, _ ends: UnsafeBufferPointer<CellEnd>, columnCount: Int, rowCount: Int
    ) {
        unsafe self.bytes = bytes
        unsafe self.ends = ends
        self.columnCount = columnCount
        self.rowCount = rowCount
    }

    /// Cells of all rows, one behind the other.
    @inlinable @inline(__always)
    package var count: Int { unsafe ends.count }

    /// The cell at that index, counted row by row.
    @inlinable @inline(__always)
    package subscript(index: Int) -> RowCell {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "a cell of the batch")
        return unsafe RowCell(start: start(of: index), entry: ends[index])
    }

    /// The cell in that row and column.
    @inlinable @inline(__always)
    package subscript(row: Int, column: Int) -> RowCell { self[row &* columnCount &+ column] }

    /// The bytes of a cell.
    @inlinable @inline(__always)
    package func text(_ cell: RowCell) -> UnsafeBufferPointer<UInt8> {
        unsafe UnsafeBufferPointer(start: bytes.baseAddress.map { unsafe $0 + cell.start }, count: cell.count)
    }

    /// Bytes of the cells of a row.
    @inlinable @inline(__always)
    package func byteCount(row: Int) -> Int {
        precondition(UInt(bitPattern: row) < UInt(bitPattern: rowCount), "a row of the batch")
        let first = row &* columnCount
        return start(of: first &+ columnCount) &- start(of: first)
    }

    /// Walks the cells from that index on.
    @inlinable @inline(__always)
    package func walk(from index: Int) -> Walk {
        precondition(UInt(bitPattern: index) <= UInt(bitPattern: count), "a cell of the batch")
        return unsafe Walk(ends: ends, index: index, start: start(of: index))
    }

    /// Where the cell at that index begins; behind the last one, where that ends.
    ///
    /// Whoever calls it has checked the index.
    @inlinable @inline(__always)
    func start(of index: Int) -> Int { unsafe index == 0 ? 0 : ends[index &- 1].offset }

    /// Cells in order: each begins where the one before it has ended.
    @safe @usableFromInline package struct Walk {
        @usableFromInline let ends: UnsafeBufferPointer<CellEnd>
        @usableFromInline var index: Int
        @usableFromInline var start: Int

        @inlinable @inline(__always)
        init(ends: UnsafeBufferPointer<CellEnd>, index: Int, start: Int) {
            unsafe self.ends = ends
            self.index = index
            self.start = start
        }

        /// The next cell.
        ///
        /// Precondition: there is one.
        @inlinable @inline(__always)
        package mutating func next() -> RowCell {
            precondition(unsafe UInt(bitPattern: index) < UInt(bitPattern: ends.count), "a cell of the batch")
            let cell = unsafe RowCell(start: start, entry: ends[index])
            index &+= 1
            start = cell.end
            return cell
        }
    }
}

extension RowBatch {
    /// Calls `body` with the cells of the batch.
    @inlinable @inline(__always)
    package func withCells<Result, Failure>(_ body: (RowCells) throws(Failure) -> Result) throws(Failure) -> Result {
        let (columnCount, rowCount) = (columnCount, rowCount)
        return try unsafe bytes.withUnsafeBufferPointer { bytes throws(Failure) in
            try unsafe ends.withUnsafeBufferPointer { ends throws(Failure) in
                try body(unsafe RowCells(bytes, ends, columnCount: columnCount, rowCount: rowCount))
            }
        }
    }
}
