package import JobCore

/// PostgreSQL: the URLs of libpq.
package struct PostgreSQLDriver: DatabaseDriver {
    package init() {}

    package var schemes: [String] { ["postgres", "postgresql"] }
    package var form: String { "postgres://USER@HOST/DATABASE" }
    package var dialect: any SQLDialect { PostgreSQLDialect() }
    package var isEmbedded: Bool { false }

    package func open(_ url: String, jobId: String?, patience: Double) throws(JobError) -> any Database {
        try PostgreSQLDatabase(url: url, jobId: jobId, patience: patience)
    }
}
