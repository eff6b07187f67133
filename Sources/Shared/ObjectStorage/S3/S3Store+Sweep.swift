package import JobCore

extension S3Store {
    /// Aborts the multipart uploads of abandoned keys below the prefix: they cost money until somebody does.
    package func sweep(prefix: String, where abandoned: @Sendable (ObjectKey) -> Bool) async throws(JobError) {
        try ObjectKey.check(prefix: prefix)
        // Uploads outside a folder of their own may be anybody's.
        guard prefix.hasSuffix("/") else { return }
        try await sweepUploads(prefix: prefix) { key, _ in abandoned(key) }
    }

    /// Aborts those uploads of keys that start with the prefix of which key and id are `abandoned`.
    func sweepUploads(prefix: String, where abandoned: (ObjectKey, String) -> Bool) async throws(JobError) {
        var marker: (key: String, upload: String)?
        var isFirst = true
        while isFirst || marker != nil {
            isFirst = false
            marker = try await sweepPage(prefix, after: marker, abandoned)
        }
    }

    /// Aborts the uploads of one page of the listing; where the next page begins.
    private func sweepPage(
        _ prefix: String, after marker: (key: String, upload: String)?, _ abandoned: (ObjectKey, String) -> Bool
    ) async throws(JobError) -> (key: String, upload: String)? {
        var operation = S3Operation("GET", nil, verb: "list the uploads of")
        operation.query = [
            ("uploads", ""), ("prefix", client.location.prefix + prefix), ("encoding-type", "url"),
        ]
        if let marker { operation.query += [("key-marker", marker.key), ("upload-id-marker", marker.upload)] }
        let page: XMLElement
        do throws(JobError) {
            page = try await document(operation, "ListMultipartUploadsResult")
        } catch {
            // Some servers cannot list uploads, some keys may not; a job does not fail for what others left behind.
            if error.isRetryable && error.exitCode != .protocolError { throw error }
            return nil
        }
        for upload in page.all("Upload") {
            guard let key = key(upload["Key"], page), key.hasPrefix(prefix), let id = upload["UploadId"],
                abandoned(key, id)
            else { continue }
            try await abort(key, id)
        }
        guard page["IsTruncated"] == "true", let key = page["NextKeyMarker"], let id = page["NextUploadIdMarker"]
        else { return nil }
        return (key, id)
    }

    /// Drops the parts of an upload; one that is gone is no error.
    func abort(_ key: ObjectKey, _ uploadID: String, seconds: Double? = nil) async throws(JobError) {
        var operation = S3Operation("DELETE", key, verb: "abort the upload of")
        operation.query = [("uploadId", uploadID)]
        operation.secondsAllowed = seconds
        if seconds != nil { operation.maximumAttempts = 1 }
        _ = try await client.perform(operation)
    }
}
