package import JobCore

/// Rows and bytes of a job.
package struct JobCounts: ManifestPart {
    package var rowsTotal = 0
    package var rowsRead = 0
    package var rowsWritten = 0
    package var inserted = 0
    package var updated = 0
    package var skipped = 0
    package var rejected = 0
    package var unprocessed = 0
    package var bytesRead = 0
    package var bytesWritten = 0

    package init() {}

    /// Takes over how far an import is.
    package mutating func take(_ checkpoint: LoadCheckpoint) {
        rowsRead = checkpoint.records
        inserted = checkpoint.inserted
        updated = checkpoint.updated
        skipped = checkpoint.skipped
        rejected = checkpoint.rejected
        rowsWritten = checkpoint.inserted + checkpoint.updated
    }

    /// Whether every row that was read has exactly one fate.
    package var isBalanced: Bool { rowsRead == inserted + updated + skipped + rejected + unprocessed }

    package static let keys: [ManifestKey<JobCounts>] = [
        ManifestKey("rowsTotal", \.rowsTotal), ManifestKey("rowsRead", \.rowsRead),
        ManifestKey("rowsWritten", \.rowsWritten), ManifestKey("inserted", \.inserted),
        ManifestKey("updated", \.updated), ManifestKey("skipped", \.skipped), ManifestKey("rejected", \.rejected),
        ManifestKey("unprocessed", \.unprocessed), ManifestKey("bytesRead", \.bytesRead),
        ManifestKey("bytesWritten", \.bytesWritten),
    ]
}
