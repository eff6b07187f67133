package import JobCore

/// SQLite: `sqlite:PATH`.
package struct SQLiteDriver: DatabaseDriver {
    package init() {}

    package var schemes: [String] { ["sqlite"] }
    package var form: String { "sqlite:PATH" }
    package var dialect: any SQLDialect { SQLiteDialect() }
    package var isEmbedded: Bool { true }

    package func open(_ url: String, jobId: String?, patience: Double) throws(JobError) -> any Database {
        SQLiteDatabase(path: BackendURL.split(url).rest)
    }
}
