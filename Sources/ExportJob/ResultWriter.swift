internal import Compression
internal import Formats
internal import JobCore
internal import JobRuntime
internal import ObjectStorage
internal import Signing

/// Encodes, compresses and stores batches as the files of the result.
///
/// Used by one task.
final class ResultWriter {
    /// Rows between two looks at the size of a file that may have to end.
    private static let rowsPerSlice = 256
    /// Files of one result: the manifest names each, and must stay small enough to be polled.
    private static let maximumFiles = 10_000
    /// Bytes that travel to the store at once.
    private static let chunkBytes = 1 << 20

    private let spec: ExportSpec
    private let context: JobContext
    private var rows: any RowWriter
    private var compressor: Compressor
    private var hasher = SHA256Hasher()
    /// Encoded rows that are not compressed yet.
    private var encoded: [UInt8] = []
    /// Bytes that are not stored yet.
    private var output: [UInt8] = []
    private var current: (file: ResultFile, upload: any ObjectUpload)?
    private var files: [ResultFile] = []

    /// Bytes of all files so far, as stored.
    private(set) var bytesWritten = 0

    init(spec: ExportSpec, context: JobContext) throws {
        self.spec = spec
        self.context = context
        rows = spec.format.writer(of: spec.columns, spec.formatOptions)
        compressor = try Compressor(spec.compression)
    }

    /// Writes the rows of a batch; begins and ends files as their size asks.
    func write(_ batch: RowBatch) async throws {
        let count = batch.rowCount
        let slice = spec.maxFileBytes == nil ? count : Self.rowsPerSlice
        var row = 0
        while row < count {
            if current == nil { try await begin() }
            let next = min(row + slice, count)
            let start = WallClock.monotonic()
            rows.write(batch, rows: row..<next, into: &encoded)
            current?.file.rows += next - row
            row = next
            context.meter.addTime("encode", since: start)
            if encoded.count >= Self.chunkBytes { try await flush() }
            if let limit = spec.maxFileBytes {
                // What a compressor still holds is not counted: "about that size" is meant.
                if spec.compression != .none { try compress() }
                if (current?.file.bytes ?? 0) + output.count + encoded.count >= limit { try await end() }
            }
        }
    }

    /// Ends the last file; a result without rows still has one.
    func finish() async throws -> [ResultFile] {
        if current == nil && files.isEmpty { try await begin() }
        if current != nil { try await end() }
        return files
    }

    /// Gives up the file that is being written.
    func abort() async {
        await current?.upload.abort()
        current = nil
    }

    private func begin() async throws {
        if files.count == Self.maximumFiles {
            throw JobError(
                .limitFiles, "the result needs more than \(Self.maximumFiles) files")
        }
        let suffix = ".\(spec.format.name)\(spec.compression.fileSuffix)"
        let number = spec.maxFileBytes == nil ? "" : "-" + Self.padded(files.count + 1)
        let name = spec.common.resource.name + number + suffix
        let contentType = spec.format.contentType
        let key = try context.key(name)
        let file = ResultFile(
            key: key.text, name: name, rows: 0, bytes: 0, sha256: "", contentType: contentType,
            compression: spec.compression.rawValue)
        current = (file, try await context.place.store.beginUpload(key, contentType: contentType))
        rows.begin(into: &encoded)
    }

    private func end() async throws {
        rows.end(into: &encoded)
        try compress()
        try compressor.finish(into: &output)
        try await store()
        guard let (ended, upload) = current else { return }
        var file = ended
        let start = WallClock.monotonic()
        file.sha256 = hasher.finish().hex
        // The key is this attempt's alone, so nothing can be there.
        _ = try await upload.complete(mode: .createOnly)
        current = nil
        files.append(file)
        context.meter.addTime("upload", since: start)
    }

    private func flush() async throws {
        try compress()
        if output.count >= Self.chunkBytes { try await store() }
    }

    private func compress() throws {
        let start = WallClock.monotonic()
        if spec.compression == .none && output.isEmpty {
            swap(&encoded, &output)
        } else {
            try compressor.compress(encoded, into: &output)
        }
        encoded.removeAll(keepingCapacity: true)
        context.meter.addTime("encode", since: start)
    }

    private func store() async throws {
        let start = WallClock.monotonic()
        hasher.update(output)
        current?.file.bytes += output.count
        bytesWritten += output.count
        try await current?.upload.write(output)
        output.removeAll(keepingCapacity: true)
        context.meter.addTime("upload", since: start)
    }

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}
