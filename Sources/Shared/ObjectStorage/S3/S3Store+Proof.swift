package import JobCore

extension S3Store {
    /// Writes the object again under conditions that do not hold, then, if no update has taken place yet, under one that
    /// does.
    package func proveConditions(_ key: ObjectKey, _ bytes: [UInt8], tag: ObjectTag) async throws(JobError) -> ObjectTag
    {
        if client.location.isKnown { return tag }
        var tag = tag
        // Somebody may have removed the object a moment ago, but not twice.
        if let created = try await unlessRefused(key, bytes, .createOnly) {
            tag = created
            if try await unlessRefused(key, bytes, .createOnly) != nil {
                throw S3Failure.ignoresCondition(.createOnly, client.location)
            }
        }
        let isProven = client.conditions.isProven
        let nothing = dialect == .gcs ? "1" : String(repeating: "0", count: 32)
        let gone = PutMode.updateIfMatches(ObjectTag(rawValue: nothing))
        if try await unlessRefused(key, bytes, gone) != nil {
            throw S3Failure.ignoresCondition(gone, client.location)
        }
        if isProven { return tag }
        return try await put(bytes, at: key, contentType: "application/json", mode: .updateIfMatches(tag)).tag
    }

    /// Begins an upload with one part, looks for it as the sweep of the next attempt would, and drops it.
    package func proveUploads(_ key: ObjectKey) async throws(JobError) {
        let upload = try await S3Multipart.begin(key, "text/plain", Self.newWriteID(), self)
        do throws(JobError) {
            _ = try await upload.send(Array("part".utf8), number: 1)
            var listed = 0
            try await sweepUploads(prefix: key.text) { found, id in
                if found == key, id == upload.uploadID { listed += 1 }
                return false
            }
            try expect("list an upload that was begun", listed == 1)
            try await abort(key, upload.uploadID)
            try await sweepUploads(prefix: key.text) { found, id in
                if found == key, id == upload.uploadID { listed += 1 }
                return false
            }
            try expect("abort an upload", listed == 1)
        } catch {
            await upload.abort()
            throw error
        }
    }

    /// The tag of what was written; `nil` when the store refused to.
    private func unlessRefused(_ key: ObjectKey, _ bytes: [UInt8], _ mode: PutMode) async throws(JobError) -> ObjectTag?
    {
        do throws(JobError) {
            return try await put(bytes, at: key, contentType: "application/json", mode: mode).tag
        } catch {
            if error.code == .preconditionFailed { return nil }
            throw error
        }
    }
}
