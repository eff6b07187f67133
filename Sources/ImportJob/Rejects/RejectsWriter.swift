internal import Compression
internal import JobCore
internal import JobRuntime
internal import ObjectStorage
internal import Signing

/// Writes the refused rows as a CSV file: the original columns, then the text of rows that could not be split, where each
/// stood, and what is wrong with it.
struct RejectsWriter {
    /// What the file says about each row.
    private static let ownColumns = [rawColumn, "_line", "_record", "_byteOffset", "_column", "_code", "_message"]
    /// A row that could not be split, as it came; its other columns are empty.
    static let rawColumn = "_raw"
    private static let pageRows = 1000
    private let context: JobContext
    private let store: RejectStore
    private let loader: any RowLoader
    /// All parts that are to be written, when the database does not have them.
    private let parts: [RejectPart]?

    init(context: JobContext, store: RejectStore, loader: any RowLoader, parts: [RejectPart]? = nil) {
        self.context = context
        self.store = store
        self.loader = loader
        self.parts = parts
    }

    private func page(after record: Int) async throws -> [KeptReject] {
        guard let parts else { return try await loader.rejects(after: record, limit: Self.pageRows) }
        return record == 0 ? parts.map { .part($0) } : []
    }

    /// Those columns of a source that a rejects file added, when it is one; they are no data.
    static func areOwn(in columns: [String]) -> Set<String> {
        ["_line", "_code", "_message"].allSatisfy(columns.contains) ? Set(ownColumns) : []
    }

    /// Stores the file, compressed when it is large.
    func write(columns: [String]) async throws -> RejectsFile {
        let own = Self.areOwn(in: columns)
        let columns = columns.filter { !own.contains($0) }
        let output = RejectsOutput(context)
        do {
            try await output.write(CSVRecord.encode(columns + Self.ownColumns) + "\n")
            var page = try await page(after: 0)
            while let last = page.last {
                for kept in page { try await write(kept, columns.count, to: output) }
                page = try await self.page(after: last.firstRecord)
            }
            return try await output.finish()
        } catch {
            await output.abort()
            throw error
        }
    }

    private func write(_ kept: KeptReject, _ columnCount: Int, to output: RejectsOutput) async throws {
        switch kept {
        case .row(let reject): try await write(reject, columnCount, to: output)
        case .part(let part):
            guard let reader = try await store.open(part) else {
                tellGone(part)
                return
            }
            do {
                while let reject = try await reader.next() { try await write(reject, columnCount, to: output) }
            } catch {
                await reader.close()
                throw error
            }
            await reader.close()
        }
    }

    /// One after the other: a row may have 64 MiB.
    private func write(_ reject: RejectRecord, _ columnCount: Int, to output: RejectsOutput) async throws {
        let frame = frame(of: reject, columnCount: columnCount)
        try await output.write(frame.before)
        try await output.write(reject.fields)
        try await output.write(frame.behind)
        output.count(reject.code)
    }

    /// Refused rows of an earlier attempt may have been removed for their age, or by whoever keeps the store.
    private func tellGone(_ part: RejectPart) {
        let text =
            "\(part.rows) refused rows from record \(part.firstRecord) on, which an earlier attempt has stored, are not "
            + "there any more: they are counted, and not in the rejects file"
        context.log.warning(text)
        context.notes.add(Note("rejects_gone", at: "record \(part.firstRecord)", text))
    }

    /// What stands before the fields and behind them: a row that could not be split has but one, in a column of its own.
    private func frame(of reject: RejectRecord, columnCount: Int) -> (before: String, behind: String) {
        let column = reject.column.isEmpty ? nil : reject.column
        let reason = CSVRecord.encode(
            [
                String(reject.line), String(reject.record), String(reject.byteOffset), column, reject.code,
                reject.message,
            ])
        if reject.fieldCount == 0 { return (String(repeating: ",", count: columnCount), ",\(reason)\n") }
        // Rows of a JSON source may be older than the last columns that came.
        let missing = String(repeating: ",", count: max(0, columnCount - reject.fieldCount))
        return ("", "\(missing),,\(reason)\n")
    }
}

/// Stores the text of the rejects file: as it is up to some size, gzip beyond.
///
/// Used by one task.
private final class RejectsOutput {
    /// A file that opens in a spreadsheet at once, as long as a spreadsheet would want it.
    private static let plainBytes = 4 << 20
    /// Bytes that are compressed and stored at once.
    private static let pieceBytes = 1 << 16

    private let context: JobContext
    private var upload: (any ObjectUpload)?
    private var compressor: Compressor?
    private var key = ""
    /// What is not uploaded yet.
    private var pending: [UInt8] = []
    private var hasher = SHA256Hasher()
    private var bytes = 0
    private var rows = 0
    private var byCode: [String: Int] = [:]

    init(_ context: JobContext) { self.context = context }

    /// A row with this code was written.
    func count(_ code: String) {
        rows += 1
        byCode[code, default: 0] += 1
    }

    func write(_ text: String) async throws {
        pending += text.utf8
        if upload == nil && pending.count > Self.plainBytes { try await begin(.gzip) }
        if upload != nil && pending.count > Self.pieceBytes { try await send() }
    }

    func finish() async throws -> RejectsFile {
        if upload == nil { try await begin(.none) }
        try await send()
        try compressor?.finish(into: &pending)
        try await store()
        let compression = compressor?.kind ?? .none
        _ = try await upload?.complete(mode: .createOnly)
        return RejectsFile(
            key: key, rows: rows, bytes: bytes, sha256: hasher.finish().hex, compression: compression.rawValue,
            byCode: byCode)
    }

    func abort() async { await upload?.abort() }

    private func begin(_ kind: CompressionKind) async throws {
        let key = try context.key("rejects.csv" + kind.fileSuffix)
        self.key = key.text
        compressor = try Compressor(kind)
        upload = try await context.place.store.beginUpload(key, contentType: "text/csv")
    }

    private func send() async throws {
        var plain: [UInt8] = []
        swap(&plain, &pending)
        try compressor?.compress(plain, into: &pending)
        try await store()
    }

    private func store() async throws {
        if pending.isEmpty { return }
        hasher.update(pending)
        bytes += pending.count
        try await upload?.write(pending)
        pending.removeAll()
    }
}

extension KeptReject {
    /// Record number of the first row.
    fileprivate var firstRecord: Int {
        switch self {
        case .part(let part): part.firstRecord
        case .row(let reject): reject.record
        }
    }
}
