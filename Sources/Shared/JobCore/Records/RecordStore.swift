/// What a transaction over the jobs' own tables is for.
package enum RecordAccess: Sendable, Equatable {
    /// Looks things up; works on a database that takes no writes.
    case reading
    /// Changes things; of all transactions that name the same lock one runs at a time.
    ///
    /// `moreFollows`: what a database does to leave everything tidy can wait for the next one.
    case writing(lock: String, moreFollows: Bool = false)
}

/// Where the jobs keep their own records: how far imports are, who may run jobs, who did what.
package protocol RecordStore: Sendable {
    /// Runs a few statements on the jobs' own tables in one transaction; nothing stays of one that fails.
    ///
    /// Throws what `work` throws, `database_busy` when other writers keep it out, `database_read_only` or
    /// `database_file_read_only` when it cannot be written at all, and `database_statement` when a table is missing.
    func transact<Value: Sendable>(
        _ access: RecordAccess, _ work: @Sendable (any RecordSession) throws -> Value
    ) async throws -> Value
}

/// A transaction over the jobs' own tables, while it is open.
///
/// What a statement is made of is said by value, so that no database has to take another one's SQL.
package protocol RecordSession {
    /// Hands over the records that the query is about, in its order, until `take` has enough and returns false.
    func read(_ query: RecordQuery, _ take: (Record) throws -> Bool) throws

    /// Adds one record.
    func insert(_ fields: [RecordField], into table: TableDefinition) throws

    /// Changes the records that meet all conditions; how many do.
    func update(_ table: TableDefinition, set fields: [RecordField], where conditions: [RecordCondition]) throws -> Int

    /// Removes the records that meet all conditions; how many did.
    @discardableResult
    func delete(from table: TableDefinition, where conditions: [RecordCondition]) throws -> Int

    /// Throws what an insert into the table would, without one.
    func proveInsert(into table: TableDefinition) throws

    /// Creates the table and its indexes where they are missing.
    func create(_ table: TableDefinition) throws
}

extension RecordSession {
    /// The records that the query is about.
    package func records(_ query: RecordQuery) throws -> [Record] {
        var found: [Record] = []
        try read(query) { record in
            found.append(record)
            return true
        }
        return found
    }
}
