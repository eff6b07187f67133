import HTTPTransport
import JobCore

/// Reads one version of an object as it arrives; after a cut it goes on where it was, if the version is still there.
actor S3Reader: ObjectReader {
    /// Resumptions without a byte in between.
    private static let maximumBarrenResumptions = 5

    nonisolated let info: ObjectInfo
    private let client: S3Client
    private let chunkBytes: Int
    private var body: (any HTTPBodyReader)?
    /// What has arrived beyond a chunk.
    private var pending: [UInt8] = []
    private var taken = 0
    /// Bytes that have arrived.
    private var arrived = 0
    private var barrenResumptions = 0
    private var failure: JobError?

    init(_ key: ObjectKey, of client: S3Client, chunkBytes: Int) async throws(JobError) {
        precondition(chunkBytes > 0, "a chunk has at least one byte")
        self.client = client
        self.chunkBytes = chunkBytes
        let answer = try await client.open(S3Operation("GET", key, verb: "read"))
        guard answer.isSuccess, let reader = answer.reader else { throw StoreFailure.notFound(key) }
        info = try S3Object.info(key, answer.head, client.location.dialect)
        body = reader
    }

    func read(into buffer: inout [UInt8]) async throws(JobError) -> Bool {
        if let failure { throw failure }
        buffer.removeAll(keepingCapacity: true)
        do throws(JobError) {
            while taken == pending.count && arrived < info.size { try await receive() }
        } catch {
            failure = error
            await body?.close()
            body = nil
            throw error
        }
        let end = min(pending.count, taken + chunkBytes)
        if taken == 0 && end == pending.count {
            swap(&buffer, &pending)
            pending.removeAll(keepingCapacity: true)
        } else {
            buffer.append(contentsOf: pending[taken..<end])
            taken = end
        }
        return !buffer.isEmpty
    }

    func close() async {
        await body?.close()
        body = nil
        if failure == nil { failure = StoreFailure.readerClosed(info.key) }
    }

    /// Waits for the next bytes.
    private func receive() async throws(JobError) {
        if body == nil { try await resume() }
        guard let body else { return }
        taken = 0
        var chunk = pending
        pending = []
        do throws(HTTPFailure) {
            let hasMore = try await body.read(into: &chunk)
            // The end of a body whose length was not announced: the object's own size tells whether it was the end.
            if !hasMore { throw HTTPFailure(.truncated, "the body ended early") }
        } catch {
            self.body = nil
            await body.close()
            guard error.isTransient else {
                throw S3Failure.transport(error, "read object \(info.key)", client.location)
            }
            return
        }
        arrived += chunk.count
        pending = chunk
        barrenResumptions = 0
        if arrived > info.size { throw StoreFailure.changed(info.key) }
    }

    /// Asks for the rest of the same version.
    private func resume() async throws(JobError) {
        barrenResumptions += 1
        if barrenResumptions > Self.maximumBarrenResumptions {
            throw JobError(
                .storeUnavailable, "object \(info.key) ended early again and again at byte \(arrived)")
        }
        var operation = S3Operation("GET", info.key, verb: "read")
        operation.fields = [("Range", "bytes=\(arrived)-")]
        operation.fields += S3Object.readCondition(info.tag, client.location.dialect)
        let answer = try await client.open(operation)
        guard answer.isSuccess, let reader = answer.reader else { throw StoreFailure.changed(info.key) }
        guard answer.head.status == 206, S3Object.tag(answer.head, client.location.dialect) == info.tag,
            answer.head["Content-Range"]?.hasPrefix("bytes \(arrived)-") == true,
            S3Object.size(answer.head) == info.size
        else {
            await reader.close()
            throw StoreFailure.changed(info.key)
        }
        body = reader
    }
}
