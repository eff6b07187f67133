package import JobCore
internal import PostgreSQL
internal import SQLite

/// The kinds of databases that jobs know.
package struct Backends: Sendable {
    /// Those of the product.
    ///
    /// The only place that names them: a new one is a module and a line here.
    package static let builtIn = Backends([SQLiteDriver(), PostgreSQLDriver()])

    let drivers: [any DatabaseDriver]

    package init(_ drivers: [any DatabaseDriver]) { self.drivers = drivers }

    /// The driver for a URL.
    ///
    /// Throws `configuration_invalid` (78).
    func driver(of url: String) throws(JobError) -> any DatabaseDriver {
        let (scheme, rest) = BackendURL.split(url)
        if !rest.isEmpty, let driver = drivers.first(where: { $0.schemes.contains(scheme) }) { return driver }
        throw JobError(
            .configurationInvalid, "DATABASE_URL has an unsupported form",
            hint: "use " + drivers.reversed().map(\.form).joined(separator: " or "))
    }

    /// The database of a URL; nothing is connected yet.
    ///
    /// Throws `configuration_invalid` (78).
    func database(_ url: String, _ environment: JobEnvironment, jobId: String?) throws(JobError) -> any Database {
        let driver = try driver(of: url)
        if driver.isEmbedded { return try driver.open(url, jobId: jobId, patience: 0) }
        let patience = try environment.databasePatience()
        // Somebody waits for the answer of a command that is no job.
        return try driver.open(url, jobId: jobId, patience: jobId == nil ? min(patience, 10) : patience)
    }
}
