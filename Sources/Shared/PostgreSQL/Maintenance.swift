internal import JobCore

/// Creates and looks at tables, and keeps the jobs' own records, on a thread of its own.
actor Maintenance {
    private let executor = BlockingExecutor(label: "postgresql-maintenance")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Two migrations at once wait for each other by this number.
    private static let lock = 6_107_530_321

    private let settings: ConnectionSettings
    private nonisolated let waker = Waker()

    init(_ settings: ConnectionSettings) { self.settings = settings }

    /// Creates what is missing in one transaction; returns the names of the new tables.
    func migrate(_ tables: [TableDefinition]) async throws -> [String] {
        try await connected { try Self.create(tables, $0) }
    }

    /// Names of tables that are not there.
    func missing(_ tables: [TableDefinition]) async throws -> [String] {
        try await connected { connection in try Session.within(connection) { try Self.missing(tables, connection) } }
    }

    /// What a careful operator would change about the connection and the role.
    func advice() async throws -> [String] {
        try await connected { connection in
            let role = try connection.execute(
                """
                SELECT current_user, rolsuper, rolbypassrls,
                  (SELECT string_agg(g.rolname, ', ' ORDER BY g.rolname) FROM pg_roles g
                   WHERE g.rolname IN ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files')
                     AND pg_has_role(r.rolname, g.oid, 'MEMBER')),
                  CASE WHEN to_regclass('audit_log') IS NOT NULL
                    THEN has_table_privilege(to_regclass('audit_log'), 'UPDATE, DELETE, TRUNCATE') END
                FROM pg_roles r WHERE r.rolname = current_user
                """)
            var lines: [String] = []
            let name = role.text(0, 0) ?? ""
            if role.flag(0, 1) {
                lines.append(
                    "role \(name) is a superuser: give jobs a role of their own with rights on their tables only")
            } else {
                if role.flag(0, 2) { lines.append("role \(name) bypasses row level security") }
                if let powers = role.text(0, 3) { lines.append("role \(name) is a member of \(powers)") }
                if role.flag(0, 4) {
                    lines.append("role \(name) may change audit_log: leave it SELECT and INSERT on that table only")
                }
            }
            if connection.isRemote && !connection.usesTLS {
                lines.append("the connection is not encrypted: add sslmode=verify-full to DATABASE_URL")
            }
            return lines
        }
    }

    /// Runs statements on the jobs' own tables; what is not committed is rolled back with the connection.
    func transact<Value: Sendable>(
        _ access: RecordAccess, _ work: @Sendable (any RecordSession) throws -> Value
    ) async throws -> Value {
        try await connected(doing: "keep records") { connection in
            switch access {
            case .reading:
                try connection.execute(Session.begin("READ ONLY", on: connection))
            case .writing(let lock, _):
                try connection.execute(Session.begin("", on: connection))
                try PostgreSQLRecords(connection: connection).lock(lock)
            }
            let value = try work(PostgreSQLRecords(connection: connection))
            try connection.execute("COMMIT")
            return value
        }
    }

    func connected<Value: Sendable>(
        doing: String = "look at the tables", _ work: @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        try await withTaskCancellationHandler {
            let connection = try await Session.connect(settings, waker: waker)
            return try perform(doing, connection, work)
        } onCancel: {
            waker.wake()
        }
    }

    private func perform<Value>(
        _ doing: String, _ connection: Connection, _ work: (Connection) throws -> Value
    ) throws -> Value {
        do {
            return try work(connection)
        } catch {
            throw connection.failure(error, doing: doing)
        }
    }

    /// Creates what is missing of these tables, in one transaction.
    static func create(_ tables: [TableDefinition], _ connection: Connection) throws -> [String] {
        try connection.execute(Session.begin("", on: connection))
        try connection.execute("SELECT pg_advisory_xact_lock($1)", [String(lock)])
        let missing = try Self.missing(tables, connection)
        for table in tables where missing.contains(table.name) {
            for statement in PostgreSQLDialect().createStatements(table) { try connection.execute(statement) }
        }
        try connection.execute("COMMIT")
        return missing
    }

    /// Names of those tables that are not there.
    static func missing(_ tables: [TableDefinition], _ connection: Connection) throws -> [String] {
        try tables.map(\.name).filter { name in
            try connection.execute("SELECT to_regclass($1) IS NULL", [Quoting.table(name)]).flag(0, 0)
        }
    }
}
