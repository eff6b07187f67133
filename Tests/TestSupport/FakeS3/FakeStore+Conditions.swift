extension FakeStore {
    private var failed: FakeFailure {
        FakeFailure(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
    }

    private static func names(_ header: String, _ tag: String) -> Bool {
        header.split(separator: ",").contains { item in
            let text = item.filter { $0 != " " }
            return text == "*" || text == tag || "\"\(text)\"" == tag
        }
    }

    private func checkGeneration(_ request: FakeS3.Request, existing: Object?) throws(FakeFailure) {
        guard let text = request.headers["x-goog-if-generation-match"] else { return }
        guard Int(text) == existing?.generation ?? 0 else { throw failed }
    }

    /// Judges the conditions of a PutObject or CompleteMultipartUpload.
    func checkWriteCondition(_ request: FakeS3.Request, existing: Object?) throws(FakeFailure) {
        let update = request.headers["if-match"]
        switch options.conditions {
        case .honoured: break
        case .bare: if update?.contains("\"") == true { throw failed }
        case .refused: if update != nil { throw failed }
        case .ignored: return
        case .updatesIgnored: if update != nil { return }
        case .unknown, .unknownAtEnd:
            if options.conditions == .unknownAtEnd, request.method == "PUT" { break }
            if update != nil || request.headers["if-none-match"] != nil {
                throw FakeFailure(501, "NotImplemented", "A header you provided implies functionality not implemented.")
            }
        }
        if options.mode == .gcs {
            // The XML interface knows no If-Match for writes: it is ignored, and a client that trusts it is found out.
            try checkGeneration(request, existing: existing)
            return
        }
        if let wanted = request.headers["if-none-match"] {
            guard wanted == "*" || options.mode == .r2 else {
                throw FakeFailure(501, "NotImplemented", "A header you provided is not implemented: If-None-Match.")
            }
            if let existing, Self.names(wanted, existing.entityTag) { throw failed }
        }
        guard let wanted = request.headers["if-match"] else { return }
        if let existing {
            if !Self.names(wanted, existing.entityTag) { throw failed }
            return
        }
        switch options.mode {
        case .aws: throw FakeFailure(404, "NoSuchKey", "The specified key does not exist.")
        case .r2: throw failed
        case .minioOld, .gcs: return
        }
    }

    /// Judges the conditions of a DeleteObject: only where the provider has them.
    func checkDeleteCondition(_ request: FakeS3.Request, existing: Object?) throws(FakeFailure) {
        if options.mode == .gcs { try checkGeneration(request, existing: existing) }
        guard options.mode == .aws, let wanted = request.headers["if-match"] else { return }
        guard let existing else { throw FakeFailure(404, "NoSuchKey", "The specified key does not exist.") }
        if !Self.names(wanted, existing.entityTag) { throw failed }
    }

    /// Judges the conditions of a GetObject or HeadObject.
    func checkReadCondition(_ request: FakeS3.Request, _ object: Object) throws(FakeFailure) {
        if options.mode == .gcs { try checkGeneration(request, existing: object) }
        if let wanted = request.headers["if-match"], !Self.names(wanted, object.entityTag) { throw failed }
        if let wanted = request.headers["if-none-match"], Self.names(wanted, object.entityTag) {
            throw FakeFailure(304, "NotModified", "Not Modified", headers: ["ETag": object.entityTag])
        }
    }
}
