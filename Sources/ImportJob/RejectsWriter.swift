internal import JobCore
internal import JobRuntime
internal import ObjectStorage
internal import Signing

/// Writes the refused rows as a CSV file: the original columns, then `_line`, `_column`, `_code`, `_message`.
struct RejectsWriter {
    private let context: JobContext
    private let loader: any RowLoader

    init(context: JobContext, loader: any RowLoader) {
        self.context = context
        self.loader = loader
    }

    /// Stores the file.
    func write(columns: [String]) async throws -> RejectsFile {
        let key = try context.key("rejects.csv")
        let upload = try await context.backends.store.beginUpload(key, contentType: "text/csv")
        do {
            var hasher = SHA256Hasher()
            var output = Array((CSVRecord.encode(columns + ["_line", "_column", "_code", "_message"]) + "\n").utf8)
            var bytes = 0
            var rows = 0
            var last = 0
            repeat {
                let page = try await loader.rejects(after: last, limit: 1000)
                for reject in page {
                    // Rows of a JSON source may be older than the last columns that came.
                    let missing = String(repeating: ",", count: max(0, columns.count - reject.fieldCount))
                    let reason = CSVRecord.encode([
                        String(reject.line), reject.column, reject.code, reject.message,
                    ])
                    output.append(contentsOf: "\(reject.fields)\(missing),\(reason)\n".utf8)
                    rows += 1
                    last = reject.record
                }
                hasher.update(output)
                bytes += output.count
                try await upload.write(output)
                output.removeAll(keepingCapacity: true)
                if page.isEmpty { break }
            } while true
            _ = try await upload.complete(mode: .createOnly)
            return RejectsFile(
                key: key.text, rows: rows, bytes: bytes, sha256: hasher.finish().hex,
                byCode: try await loader.rejectCounts())
        } catch {
            await upload.abort()
            throw error
        }
    }
}
