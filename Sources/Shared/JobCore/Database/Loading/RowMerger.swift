/// The columns of a change: the key of the row that is there, then what the source may change in it.
package struct ChangeLayout: Sendable {
    package let key: [Column]
    package let changed: [Column]
    /// Where each changed column is in a batch of the source.
    package let sources: [Int]
    /// JSON columns that the source does not change, and in which a refusal of messages may stand.
    package let watched: [Column]

    init(resource: Resource, columns: [Column], matchOn: [String]) {
        key = resource.keyColumns
        let fixed = Set(resource.key + matchOn)
        let places = columns.indices.filter { !fixed.contains(columns[$0].name) }
        sources = places
        changed = places.map { columns[$0] }
        let loaded = Set(columns.map(\.name))
        watched =
            changed.contains(where: \.holdsConsent)
            ? resource.columns.filter { $0.type == .json && !loaded.contains($0.name) && !fixed.contains($0.name) } : []
    }

    /// The columns of a change, in the order in which it is written.
    package var columns: [Column] { key + changed }

    /// The columns that are read of a row that is there: those of a change, then the watched ones.
    package var read: [Column] { columns + watched }
}

/// Decides what the values of a row are that is there, when the source has others.
package protocol RowMerger: Sendable {
    /// Appends the changed columns of the row to `output`.
    ///
    /// `stored` has the columns that the layout reads, `incoming` those of the source. Returns whether it kept a refusal of
    /// messages that the source would have lifted.
    func merge(
        _ stored: RowBatch, _ storedRow: Int, _ incoming: RowBatch, _ row: Int, into output: inout RowBatch
    ) -> Bool
}

/// The values of the source replace those that are there, nulls too.
struct ReplacingMerger: RowMerger {
    let layout: ChangeLayout

    func merge(
        _ stored: RowBatch, _ storedRow: Int, _ incoming: RowBatch, _ row: Int, into output: inout RowBatch
    ) -> Bool {
        for column in layout.sources { output.appendField(of: incoming, row: row, column: column) }
        return false
    }
}
