internal import Formats
internal import JobCore
internal import JobRuntime

/// What only a person can tell of a column whose numbers may be written in two ways; goes with `format_ambiguous`.
struct NumberQuestion: Error {
    /// The two ways to write 1234.56.
    static let formats = ["1.234,56", "1,234.56"]
    /// Values that each of them is tried on.
    private static let triedRows = 1_000

    private let field: SourceField
    private let text: String
    private var sampled = 0
    private var read = [Int](repeating: 0, count: NumberQuestion.formats.count)

    /// The question about the column of a batch.
    init(_ field: SourceField, _ text: String, _ batch: SourceBatch) {
        self.field = field
        self.text = text
        let patterns = Self.formats.map { NumberPattern($0) }
        batch.rows.withCells { cells in
            for row in 0..<min(cells.rowCount, Self.triedRows) {
                let cell = cells[row, field.source]
                if cell.isNull || cell.count == 0 || cell.count > 1_000 { continue }
                sampled += 1
                for (index, pattern) in patterns.enumerated() {
                    if unsafe pattern?.plain(cells.text(cell)) != nil { read[index] += 1 }
                }
            }
        }
    }

    /// The entry of `mapping` that answers it with a format.
    static func entry(_ field: SourceField, _ format: String) -> JSONValue {
        .object([
            JSONMember(
                String(field.sourceName.prefix(128)),
                .object([JSONMember("field", .string(field.name)), JSONMember("format", .string(format))]))
        ])
    }

    /// The preview of a dry run that ends with it.
    var preview: Preview {
        var preview = Preview()
        preview.questions = [
            PreviewQuestion(
                about: field.name, source: field.sourceName, text: "\(text): which is meant?", sampled: sampled,
                choices: zip(Self.formats, read).map { format, rows in
                    PreviewQuestion.Choice(spec: JSONMember("mapping", Self.entry(field, format)), rows: rows)
                })
        ]
        return preview
    }
}
