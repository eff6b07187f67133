internal import Formats
internal import JobCore

/// A field that takes its values from one column of the source.
struct SourceField: Sendable {
    /// The target as specs name it.
    let name: String
    let rule: ValueRule
    /// Column of the source batch, and its name.
    let source: Int
    let sourceName: String
    let isKey: Bool
}

/// Cells of one column of the source as they came, some of good rows and some that were refused.
struct FieldSample {
    private static let cellLimit = 500
    private static let cellBytes = 160

    let field: SourceField
    /// One column.
    private(set) var cells = RowBatch(columnCount: 1)
    private var seen = 0
    private var refused = 0
    private var refusedKept = 0
    /// Every `stride`th refused cell is kept.
    private var stride = 1

    init(_ field: SourceField) { self.field = field }

    /// Adds a cell of any row, as long as there is room.
    mutating func add(_ batch: RowBatch, row: Int) {
        if seen < Self.cellLimit, keep(batch, row) { seen += 1 }
    }

    /// Adds a refused cell; they come from the whole file, ever fewer of them.
    mutating func addRefused(_ batch: RowBatch, row: Int) {
        refused += 1
        guard refused % stride == 0, refusedKept < 2 * Self.cellLimit, keep(batch, row) else { return }
        refusedKept += 1
        if refusedKept % (Self.cellLimit / 2) == 0 { stride *= 4 }
    }

    private mutating func keep(_ batch: RowBatch, _ row: Int) -> Bool {
        if batch.isNull(row: row, column: field.source) { return false }
        if batch.range(row: row, column: field.source).count > Self.cellBytes { return false }
        cells.appendField(of: batch, row: row, column: field.source)
        return true
    }

    /// The cells as text, without white space at their ends.
    var texts: [String] {
        cells.withCells { cells in
            (0..<cells.rowCount).map { row in
                unsafe String(decoding: CellCanonicaliser.trim(cells.text(cells[row, 0])), as: UTF8.self)
            }
        }
    }
}

/// One way to read a column that was tried.
struct TriedRule {
    /// What an entry of `mapping` gets besides its field.
    let options: [JSONMember]
    /// For each sampled cell whether it is read.
    let takes: [Bool]

    var count: Int { takes.count { $0 } }
}
