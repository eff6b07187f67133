internal import JobCore

/// The two kinds of jobs, and what tells them apart where one program looks at the jobs of both.
///
/// The only place of the runtime that names them: everything else asks for a property.
package enum JobKind: String, Sendable, CaseIterable {
    case export
    case `import`

    /// Name of the program that runs such jobs.
    package var program: String {
        switch self {
        case .export: "ExportJob"
        case .import: "ImportJob"
        }
    }

    /// Rows go into the database, with a ledger that says how far they are; otherwise they come out of it.
    package var loadsRows: Bool { self == .import }

    /// Whether a resource of the catalogue has such jobs.
    func offers(_ resource: Resource) -> Bool {
        switch self {
        case .export: resource.canExport
        case .import: resource.canImport
        }
    }

    /// Bytes that the audit log tells of a job: those on the other side of the database.
    func auditedBytes(_ counts: JobCounts) -> Int { loadsRows ? counts.bytesRead : counts.bytesWritten }
}
