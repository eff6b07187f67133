/// What takes the rows of a batch in the open transaction: a table, or a dry run of it.
///
/// Used by one task.
package protocol BatchWriter: AnyObject {
    /// A transaction was opened.
    func begin()

    /// Takes these rows; of a key all rows of the batch are among them, or none. Tells what became of each.
    func load(_ batch: RowBatch, rows: [Int]) throws -> LoadOutcome
}

extension BatchWriter {
    package func begin() {}
}
