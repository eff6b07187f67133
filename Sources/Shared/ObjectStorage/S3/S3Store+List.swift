package import JobCore
internal import Signing

extension S3Store {
    package func list(prefix: String) async throws(JobError) -> [ObjectInfo] {
        try ObjectKey.check(prefix: prefix)
        var found: [ObjectInfo] = []
        var token: String?
        var isFirst = true
        while isFirst || token != nil {
            isFirst = false
            let page = try await page(prefix: prefix, token: token)
            for item in page.all("Contents") {
                if let info = info(item, page) { found.append(info) }
            }
            token = page["IsTruncated"] == "true" ? page["NextContinuationToken"] : nil
        }
        return found.sorted { $0.key.precedes($1.key) }
    }

    private func page(prefix: String, token: String?) async throws(JobError) -> XMLElement {
        var operation = S3Operation("GET", nil, verb: "list")
        // Names that XML cannot hold come percent-encoded.
        operation.query = [
            ("list-type", "2"), ("prefix", client.location.prefix + prefix), ("encoding-type", "url"),
        ]
        if let token { operation.query.append(("continuation-token", token)) }
        return try await document(operation, "ListBucketResult")
    }

    /// Performs an operation that answers with a document.
    func document(_ operation: S3Operation, _ name: String) async throws(JobError) -> XMLElement {
        try document(await client.perform(operation), operation, name)
    }

    /// The document of an answer; `nil`: servers do not agree on its name.
    func document(_ answer: S3Answer, _ operation: S3Operation, _ name: String?) throws(JobError) -> XMLElement {
        guard answer.isSuccess else { throw S3Failure.refused("NoSuchBucket", operation.subject, client.location) }
        guard let document = XMLElement(answer.body), name == nil || document.name == name else {
            throw S3Failure.unreadable(operation.subject)
        }
        return document
    }

    /// Describes a listed object; `nil` for names that are no keys.
    private func info(_ item: XMLElement, _ page: XMLElement) -> ObjectInfo? {
        guard let key = key(item["Key"], page), let size = item["Size"].flatMap({ Int($0) }) else { return nil }
        let tag = dialect == .gcs ? item["Generation"].map(ObjectTag.init(rawValue:)) : item["ETag"].map(S3Object.tag)
        guard let tag else { return nil }
        let modified = item["LastModified"].flatMap { Timestamp.parse($0) } ?? Instant(seconds: 0)
        return ObjectInfo(key: key, size: size, tag: tag, lastModified: modified)
    }

    /// The key below the store's prefix that a listing names.
    func key(_ text: String?, _ page: XMLElement) -> ObjectKey? {
        guard var text else { return nil }
        if page["EncodingType"] == "url" {
            // As in a form: a plus is a blank, and one that is meant comes as %2B.
            guard let decoded = URIEncoding.decoded(text.replacing("+", with: "%20")) else { return nil }
            text = decoded
        }
        guard let rest = ObjectKey.rest(of: text, after: client.location.prefix) else { return nil }
        return try? ObjectKey(validating: rest)
    }
}
