/// The nine types a column can have, the same for every database and format.
package enum ColumnType: String, Sendable, CaseIterable {
    case text, int, decimal, double, bool, timestamp, date, uuid, json

    /// Whether the canonical text is written without quotes in JSON.
    package var isBareInJSON: Bool {
        switch self {
        case .int, .decimal, .double, .bool, .json: true
        case .text, .timestamp, .date, .uuid: false
        }
    }

    /// Whether a spreadsheet may take the canonical text for a formula; numbers, dates and ids cannot be one.
    package var isFreeText: Bool {
        switch self {
        case .text, .json: true
        case .int, .decimal, .double, .bool, .timestamp, .date, .uuid: false
        }
    }
}
