internal import Compression
internal import JobCore
internal import JobRuntime
internal import ObjectStorage

/// Keeps the refused rows of an import until their file is written: those of a chunk as one compressed object, which the
/// chunk's transaction names.
actor RejectStore {
    /// Bytes that stay in memory too, compressed: a small job need not read again what it has stored.
    private static let heldBytes = 4 << 20
    private static let pieceBytes = 1 << 16

    private let context: JobContext
    private var held: [String: [UInt8]] = [:]
    private var room = RejectStore.heldBytes

    init(_ context: JobContext) { self.context = context }

    /// Keeps the rows, if there are any; `mustStay`: the process that goes on when this one is killed will want them.
    ///
    /// When this returns, they are stored.
    func keep(_ rejects: [RejectRecord], mustStay: Bool) async throws -> RejectPart? {
        guard let first = rejects.first else { return nil }
        let key = try context.folder.rejectPart(attemptId: context.attemptId, number: context.parts.makeNumber())
        let output = Output(key, context, room: room)
        do {
            try await write(rejects, to: output)
            if let bytes = output.whole {
                held[key.text] = bytes
                room -= bytes.count
            }
            if mustStay || output.whole == nil { try await output.complete() }
        } catch {
            await output.abort()
            throw error
        }
        return RejectPart(
            firstRecord: first.record, rows: rejects.count,
            bytes: rejects.reduce(0) { $0 + $1.fields.utf8.count }, object: key.text)
    }

    private func write(_ rejects: [RejectRecord], to output: Output) async throws {
        var compressor = try Compressor(.zstd)
        var plain: [UInt8] = []
        for reject in rejects {
            for text in [RejectForm.line(reject)] + RejectForm.texts(reject) + ["\n"] {
                // A row may have 64 MiB.
                var rest = text.utf8[...]
                while !rest.isEmpty {
                    plain += rest.prefix(Self.pieceBytes)
                    rest = rest.dropFirst(Self.pieceBytes)
                    if plain.count >= Self.pieceBytes {
                        try compressor.compress(plain, into: &output.pending)
                        plain.removeAll(keepingCapacity: true)
                        try await output.flush()
                    }
                }
            }
        }
        try compressor.compress(plain, into: &output.pending)
        try compressor.finish(into: &output.pending)
        try await output.flush()
    }

    /// Begins to read what was kept; `nil` when it is not there any more.
    ///
    /// Throws `rejects_unreadable` when it is none of the job's.
    nonisolated func open(_ part: RejectPart) async throws -> RejectReader? {
        if let bytes = await bytes(of: part) { return try RejectReader(part, .memory(bytes)) }
        guard let key = try? ObjectKey(validating: part.object), context.folder.isRejectPart(key) else {
            throw RejectReader.unreadable(part)
        }
        do throws(JobError) {
            let reader = try await context.place.store.openReader(key, chunkBytes: 1 << 16)
            return try RejectReader(part, .object(reader))
        } catch {
            if error.code == .objectNotFound { return nil }
            throw error
        }
    }

    private func bytes(of part: RejectPart) -> [UInt8]? { held[part.object] }
}

/// An object on its way: in memory as long as it is small.
///
/// Used by one task.
private final class Output {
    private let key: ObjectKey
    private let context: JobContext
    private let room: Int
    /// What is not uploaded yet.
    var pending: [UInt8] = []
    private var upload: (any ObjectUpload)?

    init(_ key: ObjectKey, _ context: JobContext, room: Int) {
        self.key = key
        self.context = context
        self.room = room
    }

    /// All of it, when it is still here.
    var whole: [UInt8]? { upload == nil ? pending : nil }

    /// Uploads what is too much for memory.
    func flush() async throws {
        if upload != nil || pending.count > room { try await send() }
    }

    private func send() async throws {
        if upload == nil {
            context.parts.add(key)
            upload = try await context.place.store.beginUpload(key, contentType: "application/zstd")
        }
        try await upload?.write(pending)
        pending.removeAll()
    }

    /// Makes it an object.
    func complete() async throws {
        try await send()
        _ = try await upload?.complete(mode: .createOnly)
    }

    func abort() async { await upload?.abort() }
}
