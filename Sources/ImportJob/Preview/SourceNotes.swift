internal import Formats
internal import JobCore
internal import JobRuntime

/// Looks at an import for what a careful person would want to know.
///
/// Used by one task.
struct SourceNotes {
    /// Rows of a column without a target that are looked at.
    private static let closeRows = 1000
    /// Columns without a target that are looked at.
    private static let closeColumns = 200

    private var doubleEncoded: [String: Int] = [:]
    /// Columns that go nowhere and have values by which somebody refuses messages.
    private var refusals: Set<String> = []
    private var closeLook = 0

    /// Looks at a batch that was mapped.
    mutating func look(_ batch: CheckedBatch) {
        for (column, count) in DoubleEncoding.counts(batch.mapped) {
            doubleEncoded[batch.mapping.columns[column].name, default: 0] += count
        }
        guard closeLook < Self.closeRows else { return }
        let rows = batch.source.rows
        let dropped = Set(batch.mapping.unmapped)
        let consent = ConsentName(Column("status", .text, holdsConsent: true))
        let columns = batch.source.columns.indices.lazy.filter { dropped.contains(batch.source.columns[$0]) }
        for column in columns.prefix(Self.closeColumns) {
            let isRefusal = (0..<min(rows.rowCount, Self.closeRows)).contains { row in
                let range = rows.range(row: row, column: column)
                guard range.count <= 64, let text = rows.text(row: row, column: column) else { return false }
                return consent.isRefusal(text)
            }
            if isRefusal { refusals.insert(batch.source.columns[column]) }
        }
        closeLook += rows.rowCount
    }

    /// Adds what was seen; `unmapped` are the columns that reached no field.
    func add(to book: NoteBook, unmapped: [String]) {
        for name in unmapped where refusals.contains(name) || Self.isConsent(name) {
            book.add(
                Note(
                    "consent_not_imported", at: String(name.prefix(128)),
                    "The column looks like who wants messages and who has left, and it is not imported; "
                        + "say in 'mapping' where it goes, or keep it with 'unmapped': 'attributes'."))
        }
        for (field, count) in doubleEncoded.sorted(by: { $0.key < $1.key }) {
            book.add(
                Note(
                    "double_encoded", at: field,
                    "\(count) values look like text that was encoded as UTF-8 twice, such as Ã¼ for ü; they are stored as "
                        + "they came. Export the file again with the right encoding if that is not meant."))
        }
    }

    private static func isConsent(_ name: String) -> Bool {
        // A status of nothing in particular is one too: where it goes nowhere somebody should look.
        ConsentName.of(name).meaning != .nothing
    }
}
