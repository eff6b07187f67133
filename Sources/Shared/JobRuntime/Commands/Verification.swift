internal import Compression
internal import Formats
internal import JobCore
internal import ObjectStorage
internal import Signing

/// Reads the files of a job back and compares bytes, SHA-256 and rows with what the manifest says.
struct Verification: Sendable {
    private let job: StoredJob
    private let formats: OutputFormats

    init(job: StoredJob, formats: OutputFormats = .builtIn) {
        self.job = job
        self.formats = formats
    }

    /// One line per file.
    ///
    /// Throws `no_result` (66) and `verify_failed` (76).
    func run() async throws -> [String] {
        guard job.manifest.status == .completed else {
            throw JobError(
                .noResult, "job \(job.folder.jobId) is \(job.manifest.status.rawValue), not completed")
        }
        var lines: [String] = []
        for file in job.manifest.files {
            guard let format = formats[job.manifest.format] else {
                throw failed("its format '\(job.manifest.format.prefix(64))' is none that this version knows")
            }
            try await check(file, format.counter(job.manifest.spec[format.name] ?? .null))
            lines.append("ok  \(file.name)  \(file.rows) rows  \(file.bytes) bytes  sha256 \(file.sha256)")
        }
        if let rejects = job.manifest.rejects {
            let file = ResultFile(
                key: rejects.key, name: rejects.name, rows: rejects.rows, bytes: rejects.bytes,
                sha256: rejects.sha256, contentType: "text/csv", compression: rejects.compression)
            // Written with commas, whatever separates the fields of the source.
            try await check(file, CSVOutput().counter(.null))
            lines.append("ok  \(file.name)  \(file.rows) rows  \(file.bytes) bytes  sha256 \(file.sha256)")
        }
        let rows = job.manifest.files.reduce(0) { $0 + $1.rows }
        if !job.manifest.kind.loadsRows && rows != job.manifest.counts.rowsWritten {
            throw failed("the files hold \(rows) rows, the manifest says \(job.manifest.counts.rowsWritten)")
        }
        return lines.isEmpty ? ["ok  the job has stored no file"] : lines
    }

    private func check(_ file: ResultFile, _ rows: any RowCounting) async throws {
        let reader: any ObjectReader
        do {
            reader = try await job.place.store.openReader(ObjectKey(validating: file.key), chunkBytes: 1 << 20)
        } catch {
            throw failed("\(file.name) cannot be read: \(error.description)")
        }
        guard let compression = CompressionKind(rawValue: file.compression) else {
            throw failed("\(file.name) is compressed in a way that this version does not know")
        }
        let counter = try RowCounter(rows, compression: compression)
        let found: (rows: Int, bytes: Int, sha256: String)
        do throws(JobError) {
            var chunk: [UInt8] = []
            while try await reader.read(into: &chunk) { try counter.consume(chunk) }
            await reader.close()
            found = try counter.finish()
        } catch {
            guard error.exitCode == .dataError else { throw error }
            // What the job wrote could be read: this is not it any more.
            throw failed("\(file.name) cannot be read: \(error.description)")
        }
        if found.bytes != file.bytes { throw failed("\(file.name) has \(found.bytes) bytes, not \(file.bytes)") }
        if found.sha256 != file.sha256 { throw failed("the SHA-256 of \(file.name) differs") }
        if found.rows != file.rows { throw failed("\(file.name) holds \(found.rows) rows, not \(file.rows)") }
    }

    private func failed(_ message: String) -> JobError {
        JobError(
            .verifyFailed, message)
    }
}
