import JobCore

/// Writes one object: in one request when it fits into one part, otherwise as a multipart upload with several parts
/// on their way at once.
///
/// All parts but the last have the same size, which R2 asks for
/// (https://developers.cloudflare.com/r2/objects/multipart-objects/).
actor S3Upload: ObjectUpload {
    /// Parts on their way at once; with the one that is being filled they bound the memory of an upload.
    private static let maximumPartsInFlight = 3
    /// What stores take (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html).
    private static let maximumParts = 10_000

    /// A part the store has, and the buffer it came from.
    private struct Sent: Sendable {
        let part: S3Multipart.Part
        let buffer: [UInt8]
    }

    private let key: ObjectKey
    private let contentType: String
    private let store: S3Store
    private let writeID = S3Store.newWriteID()
    private let partBytes: Int
    private var buffer: [UInt8] = []
    private var size = 0
    private var multipart: S3Multipart?
    private var partCount = 0
    /// The parts that are on their way, oldest first.
    ///
    /// Tasks of their own, because an upload lives across calls; each is awaited or cancelled before the upload ends.
    private var inFlight: [Task<Sent, any Error>] = []
    /// Buffers of parts that have arrived, to be filled again: the allocator would not give as many back.
    private var spare: [[UInt8]] = []
    private var done: [S3Multipart.Part] = []
    private var failure: JobError?

    init(_ key: ObjectKey, contentType: String, to store: S3Store) {
        self.key = key
        self.contentType = contentType
        self.store = store
        partBytes = store.client.location.partBytes
    }

    func write(_ bytes: [UInt8]) async throws(JobError) {
        if let failure { throw failure }
        do throws(JobError) {
            try await append(bytes)
        } catch {
            await end(error)
            throw error
        }
    }

    func complete(mode: PutMode) async throws(JobError) -> ObjectInfo {
        if let failure { throw failure }
        let info: ObjectInfo
        do throws(JobError) {
            info = try await finish(mode)
        } catch {
            await end(error)
            throw error
        }
        multipart = nil
        failure = StoreFailure.uploadEnded(key)
        return info
    }

    func abort() async {
        if failure == nil { await end(StoreFailure.uploadEnded(key)) }
    }

    /// Ends the upload with this error; the store is told to drop the parts.
    private func end(_ error: JobError) async {
        failure = error
        buffer = []
        let tasks = inFlight
        inFlight = []
        for task in tasks { task.cancel() }
        for task in tasks { _ = await task.result }
        guard let multipart else { return }
        self.multipart = nil
        await multipart.abort()
    }

    private func append(_ bytes: [UInt8]) async throws(JobError) {
        size += bytes.count
        var taken = 0
        while taken < bytes.count {
            // Only when more comes: an object of exactly one part is one request.
            if buffer.count == partBytes { try await sendPart() }
            // A small object needs no room for a whole part.
            if buffer.count + bytes.count - taken > buffer.capacity { buffer.reserveCapacity(partBytes) }
            let end = min(bytes.count, taken + partBytes - buffer.count)
            buffer.append(contentsOf: bytes[taken..<end])
            taken = end
        }
    }

    private func sendPart() async throws(JobError) {
        if multipart == nil {
            multipart = try await S3Multipart.begin(key, contentType, writeID, store)
        }
        guard let multipart else { return }
        partCount += 1
        if partCount > Self.maximumParts {
            throw JobError(
                .limitObjectBytes,
                "object \(key) would need more than \(Self.maximumParts) parts of \(partBytes) bytes")
        }
        if inFlight.count == Self.maximumPartsInFlight { try await awaitOldest() }
        let number = partCount
        let body = buffer
        buffer = spare.popLast() ?? []
        buffer.removeAll(keepingCapacity: true)
        inFlight.append(Task { Sent(part: try await multipart.send(body, number: number), buffer: body) })
    }

    private func awaitOldest() async throws(JobError) {
        let task = inFlight.removeFirst()
        let result = await withTaskCancellationHandler {
            await task.result
        } onCancel: {
            task.cancel()
        }
        switch result {
        case .success(let sent):
            done.append(sent.part)
            spare.append(sent.buffer)
        case .failure(let error): throw JobError.wrapping(error)
        }
    }

    private func finish(_ mode: PutMode) async throws(JobError) -> ObjectInfo {
        if multipart == nil {
            let bytes = buffer
            buffer = []
            return try await store.put(bytes, at: key, contentType: contentType, mode: mode)
        }
        if !buffer.isEmpty { try await sendPart() }
        while !inFlight.isEmpty { try await awaitOldest() }
        guard let multipart else { throw StoreFailure.uploadEnded(key) }
        return try await multipart.complete(done, size: size, mode: mode)
    }
}
