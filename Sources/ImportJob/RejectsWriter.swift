internal import JobCore
internal import JobRuntime
internal import ObjectStorage
internal import Signing

/// Writes the refused rows as a CSV file: the original columns, then where each stood, and what is wrong with it.
struct RejectsWriter {
    /// What the file says about each row.
    private static let ownColumns = ["_line", "_record", "_byteOffset", "_column", "_code", "_message"]
    private static let pageRows = 1000
    private let context: JobContext
    private let loader: any RowLoader

    init(context: JobContext, loader: any RowLoader) {
        self.context = context
        self.loader = loader
    }

    /// Those columns of a source that a rejects file added, when it is one; they are no data.
    static func areOwn(in columns: [String]) -> Set<String> {
        ["_line", "_code", "_message"].allSatisfy(columns.contains) ? Set(ownColumns) : []
    }

    /// Stores the file.
    func write(columns: [String]) async throws -> RejectsFile {
        let own = Self.areOwn(in: columns)
        let columns = columns.filter { !own.contains($0) }
        let key = try context.key("rejects.csv")
        let upload = try await context.backends.store.beginUpload(key, contentType: "text/csv")
        do {
            let file = try await write(columns, to: upload, key: key.text)
            _ = try await upload.complete(mode: .createOnly)
            return file
        } catch {
            await upload.abort()
            throw error
        }
    }

    private func write(_ columns: [String], to upload: any ObjectUpload, key: String) async throws -> RejectsFile {
        let digest = RunningDigest()
        try await digest.write(
            CSVRecord.encode(columns + Self.ownColumns) + "\n", to: upload)
        var rows = 0
        var page = try await loader.rejects(after: 0, limit: Self.pageRows)
        while let last = page.last {
            try await digest.write(page.map { line($0, columnCount: columns.count) }.joined(), to: upload)
            rows += page.count
            page = try await loader.rejects(after: last.record, limit: Self.pageRows)
        }
        return RejectsFile(
            key: key, rows: rows, bytes: digest.bytes, sha256: digest.finish(), byCode: try await loader.rejectCounts())
    }

    private func line(_ reject: RejectRecord, columnCount: Int) -> String {
        // Rows of a JSON source may be older than the last columns that came.
        let missing = String(repeating: ",", count: max(0, columnCount - reject.fieldCount))
        let column = reject.column.isEmpty ? nil : reject.column
        let reason = CSVRecord.encode(
            [
                String(reject.line), String(reject.record), String(reject.byteOffset), column, reject.code,
                reject.message,
            ])
        return "\(reject.fields)\(missing),\(reason)\n"
    }
}

/// Counts and digests what goes into an upload.
///
/// Used by one task.
private final class RunningDigest {
    private var hasher = SHA256Hasher()
    private(set) var bytes = 0

    func write(_ text: String, to upload: any ObjectUpload) async throws {
        let output = Array(text.utf8)
        hasher.update(output)
        bytes += output.count
        try await upload.write(output)
    }

    func finish() -> String { hasher.finish().hex }
}
