package import JobCore

/// The jobs' own tables in the database, which may be new to them and busy with other things.
package struct JobRecords: Sendable {
    /// Tries while other writers keep a write out, and the pause before each further one in milliseconds.
    private static let tries = 6
    private static let pause = 250

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
        } catch let error as JobError where error.code == "database_statement" {
            try await create(because: error)
            return try await patiently(access, work)
        }
    }

    private func patiently<Value: Sendable>(
        _ access: RecordAccess, _ work: @Sendable (any RecordSession) throws -> Value
    ) async throws -> Value {
        for _ in 1..<Self.tries {
            do {
                return try await database.transact(access, work)
            } catch let error as JobError where Self.passing.contains(error.code) {
                try await Task.sleep(for: .milliseconds(Self.pause))
            }
        }
        return try await database.transact(access, work)
    }

    /// Failures of a moment.
    private static let passing: Set<String> = [
        "database_busy", "database_conflict", "database_locked", "database_connection_lost",
    ]

    /// Creates what is missing of the jobs' own tables.
    ///
    /// Throws `tables_missing` (78) when that is not allowed.
    private func create(because error: JobError) async throws {
        do {
            try await database.transact(.writing(lock: "tables")) { session in
                for table in TableDefinition.system {
                    for statement in table.createStatements(session.dialect) {
                        try session.run(SQLStatement(statement))
                    }
                }
            }
        } catch let refused as JobError where refused.code == "database_forbidden" {
            throw JobError(
                "tables_missing", .configuration,
                "\(error.message), and the role may not create the tables that jobs need",
                hint: "run `ImportJob migrate` once with a role that may", cause: refused)
        }
    }
}
