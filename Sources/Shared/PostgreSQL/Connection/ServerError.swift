internal import CPQ
internal import JobCore

/// What the server says about a statement that failed, without its text, which can quote values.
struct ServerError: Error {
    /// Five characters (https://www.postgresql.org/docs/current/errcodes-appendix.html).
    let sqlState: String
    let table: String?
    let column: String?
    let constraint: String?
    let type: String?
    /// The line of a COPY at which it happened, from 1; a hint only.
    let line: Int?

    init(_ result: QueryResult) {
        sqlState = result.diagnosis(cpq_diag_sqlstate) ?? "XX000"
        table = result.diagnosis(cpq_diag_table)
        column = result.diagnosis(cpq_diag_column)
        constraint = result.diagnosis(cpq_diag_constraint)
        type = result.diagnosis(cpq_diag_type)
        line = Self.line(result.diagnosis(cpq_diag_context))
    }

    /// The number in `COPY events, line 17`, in whatever language that is written.
    private static func line(_ context: String?) -> Int? {
        guard let context, context.hasPrefix("COPY "), let comma = context.firstIndex(of: ",") else { return nil }
        let digits = context[comma...].drop { !$0.isASCII || !$0.isNumber }.prefix { $0.isASCII && $0.isNumber }
        return Int(digits)
    }

    /// Class of the SQLSTATE, its first two characters.
    var sqlClass: String { String(sqlState.prefix(2)) }

    /// Whether the rows are at fault: values (22), constraints (23), one command that meets a row twice (21), a trigger
    /// that raises an exception (P0), the check option of a view (44).
    var isAboutRows: Bool { ["21", "22", "23", "44", "P0"].contains(sqlClass) }

    /// The objects it is about, for people.
    var objects: String {
        [("table", table), ("column", column), ("constraint", constraint), ("type", type)]
            .compactMap { name, value in value.map { "\(name) \($0)" } }.joined(separator: ", ")
    }
}
