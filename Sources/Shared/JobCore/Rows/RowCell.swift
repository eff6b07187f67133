/// Where a cell of a batch begins and ends, and what kind of cell it is.
@usableFromInline package struct RowCell: Sendable {
    /// Where its bytes begin in those of the batch.
    @usableFromInline package let start: Int
    /// Its entry in `RowBatch.ends`.
    @usableFromInline package let entry: CellEnd

    @inlinable @inline(__always)
    init(start: Int, entry: CellEnd) {
        self.start = start
        self.entry = entry
    }

    /// Where its bytes end.
    @inlinable @inline(__always)
    package var end: Int { entry.offset }

    /// How many bytes it has.
    @inlinable @inline(__always)
    package var count: Int { end &- start }

    /// Whether it is null.
    @inlinable @inline(__always)
    package var isNull: Bool { entry.isNull }

    /// Whether the source marked it as a string.
    @inlinable @inline(__always)
    package var isString: Bool { entry.isString }

    /// Whether the record has no such name.
    @inlinable @inline(__always)
    package var isAbsent: Bool { entry.isAbsent }
}
