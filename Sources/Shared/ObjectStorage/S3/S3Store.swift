package import HTTPTransport
package import JobCore

/// A bucket of an S3-compatible store: Cloudflare R2, Amazon S3, MinIO, Ceph, Google Cloud Storage.
///
/// Uses the part of the interface that all of them have
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html).
package struct S3Store: ObjectStore {
    /// Objects that are asked for whole are manifests and their like.
    private static let maximumWholeBytes = 256 << 20

    package let description: String
    let client: S3Client

    /// A store at the location; opens no connection.
    package init(
        _ location: S3Location, sender: any HTTPSender, credentials: any CredentialSource,
        policy: RetryPolicy = RetryPolicy(), quota: RetryQuota = RetryQuota(), clock: StoreClock = .system,
        outageSeconds: Double = 35, notice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        description = location.description
        client = S3Client(
            location, sender: sender, credentials: credentials,
            rules: RequestRules(
                policy: policy, quota: quota, clock: clock,
                outage: StoreOutage(seconds: outageSeconds, notice: notice)))
    }

    var dialect: S3Location.Dialect { client.location.dialect }

    package func put(
        _ bytes: [UInt8], at key: ObjectKey, contentType: String, mode: PutMode
    ) async throws(JobError) -> ObjectInfo {
        let form = client.conditions.form
        switch try await write(bytes, key, contentType, mode, form) {
        case .stored(let info): return info
        case .refused(let found):
            guard isDoubtful(mode, found) else { throw StoreFailure.precondition(key, mode) }
        }
        // The condition holds all the same: the store may want it in the other form.
        let other: S3Conditions.Form = mode == .createOnly || form == .bare ? .quoted : .bare
        switch try await write(bytes, key, contentType, mode, other) {
        case .stored(let info): return info
        case .refused(let found):
            throw isDoubtful(mode, found)
                ? S3Failure.refusesCondition(mode, client.location) : StoreFailure.precondition(key, mode)
        }
    }

    private enum Written {
        case stored(ObjectInfo)
        /// The condition did not hold, the store says; what it has.
        case refused(ObjectInfo?)
    }

    private func write(
        _ bytes: [UInt8], _ key: ObjectKey, _ contentType: String, _ mode: PutMode, _ form: S3Conditions.Form
    ) async throws(JobError) -> Written {
        let writeID = Self.newWriteID()
        var operation = S3Operation("PUT", key, verb: "write")
        operation.body = bytes
        operation.fields = [("Content-Type", contentType), (S3Object.writeField, writeID)]
        operation.fields += S3Object.condition(mode, dialect, form)
        let answer = try await client.perform(operation)
        if answer.isSuccess, let tag = S3Object.tag(answer.head, dialect) {
            if case .updateIfMatches = mode { client.conditions.keep(form) }
            return .stored(
                ObjectInfo(key: key, size: bytes.count, tag: tag, lastModified: S3Object.time(answer.head)))
        }
        // An earlier try, here or on a connection that was closed, may have taken place although its reply was lost:
        // then this one has met its own object.
        guard let head = try await fields(of: key) else {
            if answer.isSuccess { throw S3Failure.unreadable(operation.subject) }
            return .refused(nil)
        }
        let info = try S3Object.info(key, head, dialect)
        if head[S3Object.writeField] == writeID, info.size == bytes.count { return .stored(info) }
        if answer.isSuccess { throw S3Failure.unreadable(operation.subject) }
        return .refused(info)
    }

    /// Whether a refused write should have taken place, by what is stored: a store that knows the condition in no form
    /// answers so each time.
    private func isDoubtful(_ mode: PutMode, _ found: ObjectInfo?) -> Bool {
        switch mode {
        case .overwrite: false
        case .createOnly: found == nil
        case .updateIfMatches(let tag): dialect == .s3 && !client.conditions.isProven && found?.tag == tag
        }
    }

    package func head(_ key: ObjectKey) async throws(JobError) -> ObjectInfo? {
        guard let head = try await fields(of: key) else { return nil }
        return try S3Object.info(key, head, dialect)
    }

    package func get(_ key: ObjectKey, range: Range<Int>?) async throws(JobError) -> StoredObject {
        if let range, range.isEmpty || range.lowerBound < 0 { return try await getNothing(key, range) }
        var operation = S3Operation("GET", key, verb: "read")
        // An error document may be longer than what was asked for.
        operation.maximumBodyBytes = max(range?.count ?? Self.maximumWholeBytes, 1 << 16)
        if let range { operation.fields = [("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")] }
        let answer = try await client.perform(operation)
        switch answer.verdict {
        case .success: break
        case .rangeOutside:
            guard let range else { throw S3Failure.unreadable(operation.subject) }
            return try await getNothing(key, range)
        default: throw StoreFailure.notFound(key)
        }
        let info = try S3Object.info(key, answer.head, dialect)
        if let range {
            guard range.upperBound <= info.size else {
                throw StoreFailure.invalidRange(key, range, size: info.size)
            }
            guard answer.body.count == range.count else { throw S3Failure.unreadable(operation.subject) }
        }
        return StoredObject(info: info, bytes: answer.body, readAt: S3Object.time(answer.head))
    }

    /// A range that cannot be asked for: no bytes when it lies inside the object, an error otherwise.
    private func getNothing(_ key: ObjectKey, _ range: Range<Int>) async throws(JobError) -> StoredObject {
        guard let head = try await fields(of: key) else { throw StoreFailure.notFound(key) }
        let info = try S3Object.info(key, head, dialect)
        guard range.isEmpty, (0...info.size).contains(range.lowerBound) else {
            throw StoreFailure.invalidRange(key, range, size: info.size)
        }
        return StoredObject(info: info, bytes: [], readAt: S3Object.time(head))
    }

    package func openReader(_ key: ObjectKey, chunkBytes: Int) async throws(JobError) -> any ObjectReader {
        try await S3Reader(key, of: client, chunkBytes: chunkBytes)
    }

    package func beginUpload(_ key: ObjectKey, contentType: String) async throws(JobError) -> any ObjectUpload {
        S3Upload(key, contentType: contentType, to: self)
    }

    package func delete(_ key: ObjectKey) async throws(JobError) {
        _ = try await client.perform(S3Operation("DELETE", key, verb: "delete"))
    }

    package func downloadLink(
        _ key: ObjectKey, fileName: String, secondsToLive: Int
    ) async throws(JobError) -> ObjectLink {
        let signed = try await client.presign(
            "GET", key, query: [("response-content-disposition", ContentDisposition.attachment(fileName))],
            secondsToLive: secondsToLive)
        return ObjectLink(url: signed.url, expiresAt: signed.expiresAt)
    }

    package func uploadLink(_ key: ObjectKey, secondsToLive: Int) async throws(JobError) -> ObjectLink {
        let signed = try await client.presign("PUT", key, query: [], secondsToLive: secondsToLive)
        return ObjectLink(url: signed.url, expiresAt: signed.expiresAt)
    }
}

extension S3Store {
    /// A name for one write.
    static func newWriteID() -> String {
        var random = SystemRandomNumberGenerator()
        return String(random.next(), radix: 36) + String(random.next(), radix: 36)
    }

    /// The object when it is what the write with that name made.
    func ownWrite(_ key: ObjectKey, _ writeID: String, _ size: Int) async throws(JobError) -> ObjectInfo? {
        guard let head = try await fields(of: key), head[S3Object.writeField] == writeID else { return nil }
        let info = try S3Object.info(key, head, dialect)
        return info.size == size ? info : nil
    }

    /// The header fields of an object; `nil` when there is none.
    private func fields(of key: ObjectKey) async throws(JobError) -> HTTPHead? {
        do throws(JobError) {
            let answer = try await client.perform(S3Operation("HEAD", key, verb: "inspect"))
            return answer.isSuccess ? answer.head : nil
        } catch {
            // An answer to HEAD has no body to tell why it was refused.
            guard !error.isRetryable || error.exitCode == .protocolError else { throw error }
            var operation = S3Operation("GET", key, verb: "inspect")
            operation.fields = [("Range", "bytes=0-0")]
            _ = try await client.perform(operation)
            throw error
        }
    }
}
