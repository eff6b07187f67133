/// A kind of database, as a URL names it: what its module offers to the list of drivers.
package protocol DatabaseDriver: Sendable {
    /// Schemes of its URLs.
    var schemes: [String] { get }
    /// The form of its URLs, for hints.
    var form: String { get }
    /// Its SQL.
    var dialect: any SQLDialect { get }
    /// It is a file of this machine that belongs to whoever runs the job, and asks nobody who that is.
    var isEmbedded: Bool { get }

    /// The database that the URL names; nothing is connected yet.
    ///
    /// `jobId` names the connections of a job; a server that is away is waited for so many seconds. Throws
    /// `configuration_invalid` (78).
    func open(_ url: String, jobId: String?, patience: Double) throws(JobError) -> any Database
}
