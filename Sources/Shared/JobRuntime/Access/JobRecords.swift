package import JobCore

/// The jobs' own tables in the database, which may be new to them and busy with other things.
package struct JobRecords: Sendable {
    private let database: any Database

    package init(_ database: any Database) { self.database = database }

    /// Looks something up.
    package func read<Value: Sendable>(_ work: @Sendable (any RecordSession) throws -> Value) async throws -> Value {
        try await database.transact(.reading, work)
    }

    /// Changes something, alone among the writers that name the same lock; creates the tables when they are missing.
    package func write<Value: Sendable>(
        lock: String, moreFollows: Bool = false, _ work: @Sendable (any RecordSession) throws -> Value
    ) async throws -> Value {
        let access = RecordAccess.writing(lock: lock, moreFollows: moreFollows)
        do {
            return try await patiently(access, work)
        } catch let error as JobError where error.code == .databaseStatement {
            try await create(because: error)
            return try await patiently(access, work)
        }
    }

    private func patiently<Value: Sendable>(
        _ access: RecordAccess, _ work: @Sendable (any RecordSession) throws -> Value
    ) async throws -> Value {
        var retries = DatabaseRetries(of: .records)
        while true {
            do {
                return try await database.transact(access, work)
            } catch let error as JobError {
                guard let pause = retries.pause(after: error) else { throw error }
                try await Task.sleep(for: .milliseconds(pause))
            }
        }
    }

    /// Creates what is missing of the jobs' own tables.
    ///
    /// Throws `tables_missing` (78) when that is not allowed.
    private func create(because error: JobError) async throws {
        do {
            try await database.transact(.writing(lock: "tables")) { session in
                for table in TableDefinition.system { try session.create(table) }
            }
        } catch let refused as JobError where refused.code == .databaseForbidden {
            throw JobError(
                .tablesMissing,
                "\(error.message), and the role may not create the tables that jobs need",
                hint: "run `ImportJob migrate` once with a role that may", cause: refused)
        }
    }
}
