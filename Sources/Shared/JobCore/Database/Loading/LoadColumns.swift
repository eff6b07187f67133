/// The columns that a load was begun with; every batch of it has exactly these.
package struct LoadColumns: Sendable {
    private let names: [String]

    package init(_ columns: [Column]) { names = columns.map(\.name) }

    /// Throws `internal_error` for a batch of other columns: its values would land in other fields.
    package func check(_ chunk: [RowBatch]) throws(JobError) {
        for batch in chunk {
            let isWhole = batch.ends.count == batch.rowCount * batch.columnCount
            let isNamed = batch.names.isEmpty || batch.names == names
            // A batch without a row may not have been told its columns.
            if batch.ends.isEmpty || isWhole && isNamed && batch.columnCount == names.count { continue }
            throw JobError(
                .internalError, "a batch has other columns than the load was begun with",
                hint: "report this defect; nothing of the batch was loaded")
        }
    }
}
