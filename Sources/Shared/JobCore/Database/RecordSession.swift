/// What a transaction over the jobs' own tables is for.
package enum RecordAccess: Sendable, Equatable {
    /// Looks things up; works on a database that takes no writes.
    case reading
    /// Changes things; of all transactions that name the same lock one runs at a time.
    ///
    /// `moreFollows`: what a database does to leave everything tidy can wait for the next one.
    case writing(lock: String, moreFollows: Bool = false)
}

/// A transaction over the jobs' own tables (`api_keys`, `audit_log`), while it is open.
package protocol RecordSession {
    /// How this database writes its SQL.
    var dialect: any SQLDialect { get }

    /// Runs one statement; its rows as text, `nil` for null.
    @discardableResult
    func run(_ statement: SQLStatement) throws -> [[String?]]
}
