internal import JobCore

/// The cells of one row of a source batch.
@safe struct SourceCells {
    private let cells: RowCells
    /// Index of the first cell of the row.
    private var first = 0
    /// Indices of strings that are what they are.
    private let literals: Set<Int>
    private let hasLiterals: Bool

    /// The cells of the first row.
    init(_ cells: RowCells, literals: Set<Int>) {
        self.cells = cells
        self.literals = literals
        hasLiterals = !literals.isEmpty
    }

    /// Goes to another row.
    @inline(__always)
    mutating func go(toRow row: Int) { first = row * cells.columnCount }

    @inline(__always)
    func isNull(_ column: Int) -> Bool { cells[first + column].isNull }

    /// Whether the record has no such name.
    @inline(__always)
    func isAbsent(_ column: Int) -> Bool { cells[first + column].isAbsent }

    /// Of the columns of the first rank that the record names, those with a value.
    func chosen(_ ranks: [[Int]]) -> [Int] {
        for rank in ranks where rank.contains(where: { !isAbsent($0) }) { return rank.filter { !isNull($0) } }
        return []
    }

    @inline(__always)
    func isString(_ column: Int) -> Bool { cells[first + column].isString }

    /// Whether the column has a string that is not to be taken for the JSON that is in it.
    @inline(__always)
    func isLiteral(_ column: Int) -> Bool { hasLiterals && literals.contains(first + column) }

    @inline(__always)
    func text(_ column: Int) -> UnsafeBufferPointer<UInt8> { unsafe cells.text(cells[first + column]) }
}
