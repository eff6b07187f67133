import Signing

/// The bucket: what is stored and how each operation changes it.
struct FakeStore: Sendable {
    struct Object: Sendable {
        let pieces: [FakeBody]
        let entityTag: String
        let modified: Double
        let generation: Int
        /// Content headers and `x-amz-meta-*`.
        let headers: [String: String]

        var size: Int { pieces.reduce(0) { $0 + $1.count } }
    }

    struct Upload: Sendable {
        struct Part: Sendable {
            let body: FakeBody
            let entityTag: String
            let modified: Double
        }

        let key: String
        let headers: [String: String]
        let started: Double
        var parts: [Int: Part] = [:]
    }

    let options: FakeS3.Options
    var objects: [String: Object] = [:]
    var uploads: [String: Upload] = [:]
    var nextUpload = 1
    private var lastWrites: [String: Double] = [:]
    private var generations = 1_700_000_000_000_000

    init(_ options: FakeS3.Options) { self.options = options }

    /// Executes an operation whose signature was right.
    mutating func execute(
        _ request: FakeS3.Request, _ body: FakeBody, now: Double
    ) throws(FakeFailure) -> FakeReply {
        if request.operation == "ListBuckets" { return FakeReply(xml: bucketList) }
        guard request.operation != "Unknown" else {
            throw FakeFailure(501, "NotImplemented", "\(request.method) of this resource is not implemented.")
        }
        guard request.bucket == options.bucket else {
            throw FakeFailure(404, "NoSuchBucket", "The specified bucket does not exist.")
        }
        try checkRequest(request, body)
        switch request.operation {
        case "HeadBucket":
            return FakeReply(200, headers: ["x-amz-bucket-region": options.bucketRegion ?? options.region])
        case "CreateBucket": throw FakeFailure(409, "BucketAlreadyOwnedByYou", "The bucket exists and is yours.")
        case "GetBucketLocation":
            let region = options.bucketRegion ?? options.region
            return FakeReply(xml: "<LocationConstraint \(FakeXML.namespace)>\(region)</LocationConstraint>")
        case "ListObjectsV2": return try listObjects(request)
        case "ListMultipartUploads": return try listUploads(request)
        case "ListParts": return try listParts(request)
        case "PutObject": return try put(request, body, now: now)
        case "GetObject", "HeadObject": return try get(request)
        case "DeleteObject": return try delete(request)
        case "CreateMultipartUpload": return createUpload(request, now: now)
        case "UploadPart": return try uploadPart(request, body, now: now)
        case "CompleteMultipartUpload": return try completeUpload(request, body, now: now)
        case "AbortMultipartUpload":
            guard let name = request.query["uploadId"], uploads[name]?.key == request.key else { throw noSuchUpload }
            uploads[name] = nil
            return FakeReply(204)
        default: throw FakeFailure(501, "NotImplemented", "\(request.operation) is not implemented.")
        }
    }

    private var bucketList: String {
        "<ListAllMyBucketsResult \(FakeXML.namespace)><Buckets><Bucket><Name>\(options.bucket)</Name>"
            + "<CreationDate>2026-01-01T00:00:00.000Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>"
    }

    var noSuchUpload: FakeFailure {
        FakeFailure(404, "NoSuchUpload", "The specified multipart upload does not exist.")
    }

    private var noSuchKey: FakeFailure { FakeFailure(404, "NoSuchKey", "The specified key does not exist.") }

    /// Refuses what no operation accepts.
    private func checkRequest(_ request: FakeS3.Request, _ body: FakeBody) throws(FakeFailure) {
        guard request.key.utf8.count <= 1024 else { throw FakeFailure(400, "KeyTooLongError", "Your key is too long") }
        if options.mode == .r2 {
            let refused = [
                "x-amz-acl", "x-amz-tagging", "x-amz-server-side-encryption", "x-amz-object-lock-",
                "x-amz-expected-bucket-owner", "x-amz-request-payer",
            ]
            for name in request.headers.keys.sorted() where refused.contains(where: { name.hasPrefix($0) }) {
                if name.hasPrefix("x-amz-server-side-encryption-customer-") { continue }
                throw FakeFailure(501, "NotImplemented", "Header '\(name)' with this value is not implemented.")
            }
        }
        let metadata = request.headers.filter { $0.key.hasPrefix("x-amz-meta-") }
            .reduce(0) { $0 + $1.key.utf8.count - "x-amz-meta-".utf8.count + $1.value.utf8.count }
        guard metadata <= (options.mode == .aws || options.mode == .minioOld ? 2048 : 8192) else {
            throw FakeFailure(400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed size.")
        }
        if let claimed = request.headers["content-md5"] {
            guard claimed.utf8.count == 24, claimed.hasSuffix("==") else {
                throw FakeFailure(400, "InvalidDigest", "The Content-MD5 you specified is not valid.")
            }
            if let known = body.md5, FakeDigest.base64(known) != claimed {
                throw FakeFailure(400, "BadDigest", "The Content-MD5 you specified did not match what we received.")
            }
        }
        if let claimed = request.headers["x-amz-checksum-sha256"], !request.operation.hasPrefix("Complete"),
            FakeDigest.base64(body.sha256.bytes) != claimed
        {
            throw FakeFailure(400, "BadDigest", "The SHA256 you specified did not match what we received.")
        }
    }

    /// Refuses a write too soon after the last one of the key.
    func checkRate(_ key: String) throws(FakeFailure) {
        if let last = lastWrites[key], FakeClock.monotonic() - last < options.minimumWriteInterval {
            throw FakeFailure(429, "TooManyRequests", "Reduce your concurrent request rate for the same object.")
        }
    }

    /// Stores an object and tells the headers of the answer.
    @discardableResult
    mutating func store(
        _ key: String, pieces: [FakeBody], entityTag: String, headers: [String: String], now: Double
    ) -> [String: String] {
        generations += 1
        lastWrites[key] = FakeClock.monotonic()
        objects[key] = Object(
            pieces: pieces, entityTag: entityTag, modified: now, generation: generations, headers: headers)
        var answer = ["ETag": entityTag]
        if options.mode == .gcs { answer["x-goog-generation"] = String(generations) }
        return answer
    }

    /// Headers that are kept with an object.
    static func keptHeaders(_ request: FakeS3.Request) -> [String: String] {
        let names = [
            "content-type", "content-encoding", "content-disposition", "content-language", "cache-control", "expires",
        ]
        return request.headers.filter { $0.key.hasPrefix("x-amz-meta-") || names.contains($0.key) }
    }

    private mutating func put(
        _ request: FakeS3.Request, _ body: FakeBody, now: Double
    ) throws(FakeFailure) -> FakeReply {
        try checkRate(request.key)
        try checkWriteCondition(request, existing: objects[request.key])
        let tag = "\"\(FakeDigest.hex(body.tag))\""
        return FakeReply(
            200,
            headers: store(
                request.key, pieces: [body], entityTag: tag, headers: Self.keptHeaders(request), now: now))
    }

    private mutating func delete(_ request: FakeS3.Request) throws(FakeFailure) -> FakeReply {
        try checkDeleteCondition(request, existing: objects[request.key])
        objects[request.key] = nil
        return FakeReply(204)
    }

    private func get(_ request: FakeS3.Request) throws(FakeFailure) -> FakeReply {
        guard let object = objects[request.key] else { throw noSuchKey }
        let size = object.size
        var headers = object.headers
        headers["ETag"] = object.entityTag
        headers["Last-Modified"] = FakeClock.httpDate(object.modified)
        headers["Accept-Ranges"] = "bytes"
        if headers["content-type"] == nil { headers["content-type"] = "binary/octet-stream" }
        if options.mode == .gcs { headers["x-goog-generation"] = String(object.generation) }
        for (name, value) in request.query where name.hasPrefix("response-") {
            headers[String(name.dropFirst("response-".count)).lowercased()] = value
        }
        try checkReadCondition(request, object)
        var reply = FakeReply(200, headers: headers)
        reply.content = .pieces(object.pieces, 0..<size)
        guard let text = request.headers["range"], let wanted = Self.range(text, size: size) else { return reply }
        guard !wanted.isEmpty else {
            throw FakeFailure(
                416, "InvalidRange", "The requested range is not satisfiable",
                headers: ["Content-Range": "bytes */\(size)"],
                elements: FakeXML.element("ActualObjectSize", String(size)))
        }
        reply.status = 206
        reply.headers["Content-Range"] = "bytes \(wanted.lowerBound)-\(wanted.upperBound - 1)/\(size)"
        reply.content = .pieces(object.pieces, wanted)
        return reply
    }

    /// The bytes of a Range header; empty when unsatisfiable, nil when the header is to be ignored.
    private static func range(_ text: String, size: Int) -> Range<Int>? {
        guard text.hasPrefix("bytes=") else { return nil }
        let ends = text.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        if ends[0].isEmpty {
            guard let count = Int(ends[1]) else { return nil }
            return max(0, size - count)..<size
        }
        guard let first = Int(ends[0]) else { return nil }
        guard first < size else { return 0..<0 }
        if ends[1].isEmpty { return first..<size }
        guard let last = Int(ends[1]), last >= first else { return nil }
        return first..<min(last + 1, size)
    }
}
