internal import CSQLite
internal import JobCore

extension Connection {
    /// Why a constraint refused a row.
    ///
    /// Throws `transaction_ended` when it also rolled the transaction back.
    func refusal(_ code: CInt) throws(JobError) -> RowVerdict.Reason {
        if isInTransaction { return .constraint(Self.constraint(code)) }
        throw JobError(
            .transactionEnded,
            "\(name): a constraint or trigger of the table rolled back the transaction")
    }

    /// Name of the violated constraint kind; the message of SQLite would name values.
    private static func constraint(_ code: CInt) -> String {
        switch code >> 8 {
        case 1: "check"
        case 3: "foreign_key"
        case 5: "not_null"
        case 6: "primary_key"
        case 8: "unique"
        case 12: "data_type"
        default: "constraint"
        }
    }
}
