internal import JobCore

/// The cells of one row of a source batch.
@safe struct SourceCells {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let ends: UnsafeBufferPointer<UInt32>
    /// Where the row begins in `ends`.
    var first = 0
    /// Places in `ends` of strings that are what they are.
    private let literals: Set<Int>
    private let hasLiterals: Bool

    /// The cells of the first row.
    init(
        _ bytes: UnsafeBufferPointer<UInt8>, _ ends: UnsafeBufferPointer<UInt32>, literals: Set<Int>
    ) {
        unsafe self.bytes = bytes
        unsafe self.ends = ends
        self.literals = literals
        hasLiterals = !literals.isEmpty
    }

    @inline(__always)
    func isNull(_ column: Int) -> Bool { unsafe ends[first + column] & RowBatch.nullFlag != 0 }

    /// Whether the record has no such name.
    @inline(__always)
    func isAbsent(_ column: Int) -> Bool {
        unsafe ends[first + column] & RowBatch.absentFlag == RowBatch.absentFlag
    }

    /// Of the columns of the first rank that the record names, those with a value.
    func chosen(_ ranks: [[Int]]) -> [Int] {
        for rank in ranks where rank.contains(where: { !isAbsent($0) }) { return rank.filter { !isNull($0) } }
        return []
    }

    @inline(__always)
    func isString(_ column: Int) -> Bool { unsafe ends[first + column] & RowBatch.stringFlag != 0 }

    /// Whether the column has a string that is not to be taken for the JSON that is in it.
    @inline(__always)
    func isLiteral(_ column: Int) -> Bool { hasLiterals && literals.contains(first + column) }

    @inline(__always)
    func text(_ column: Int) -> UnsafeBufferPointer<UInt8> {
        let place = first + column
        let start = unsafe place == 0 ? 0 : Int(ends[place - 1] & RowBatch.offsetMask)
        return unsafe UnsafeBufferPointer(rebasing: bytes[start..<Int(ends[place] & RowBatch.offsetMask)])
    }
}
