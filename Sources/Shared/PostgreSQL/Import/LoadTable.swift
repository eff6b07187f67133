internal import JobCore

/// The live table as what takes many rows in one statement.
struct LoadTable: BulkTable {
    private let connection: Connection
    private let keyConstraints: Set<String>
    /// Needed for inserts.
    private let probe: KeyProbe?
    private var target: RowTarget
    private var hasSavepoint = false

    init(_ target: RowTarget, probe: KeyProbe?, keyConstraints: [String], _ connection: Connection) {
        self.connection = connection
        self.target = target
        self.probe = probe
        self.keyConstraints = Set(keyConstraints)
    }

    /// A new transaction has no savepoint.
    mutating func begin() { hasSavepoint = false }

    func existing(_ batch: RowBatch, _ rows: [Int]) throws -> Set<Int>? { try probe?.existing(batch, rows) }

    mutating func write(_ batch: RowBatch, _ rows: [Int]) throws -> (inserted: Int, updated: Int) {
        let savepoint = (hasSavepoint ? "RELEASE SAVEPOINT dataio; " : "") + "SAVEPOINT dataio; "
        hasSavepoint = true
        do {
            return try target.write(batch, rows, after: savepoint)
        } catch let error as ServerError where error.isAboutRows {
            try connection.execute("ROLLBACK TO SAVEPOINT dataio")
            throw RowFault(place: error.line.map { $0 - 1 }, reason: reason(error))
        }
    }

    private func reason(_ error: ServerError) -> RowVerdict.Reason {
        let isKey = error.sqlState == "23505" && error.constraint.map(keyConstraints.contains) == true
        return isKey ? .duplicateKey : .constraint(error.rowFault)
    }
}

extension ServerError {
    /// What was wrong with a row, for people: the kind, and the constraint or column.
    var rowFault: String {
        let kind =
            switch sqlState {
            case "23502": "not_null"
            case "23503": "foreign_key"
            case "23505": "unique"
            case "23514": "check"
            case "23P01": "exclusion"
            case "44000": "check_option"
            case "P0001": "trigger"
            case "22001", "22026": "too_long"
            case "22003": "out_of_range"
            case "22021", "22P05": "invalid_text"
            case "22P02", "22007", "22008": "invalid_value"
            default: "SQLSTATE \(sqlState)"
            }
        let name = constraint ?? column
        return name.map { "\(kind) (\($0))" } ?? kind
    }
}
