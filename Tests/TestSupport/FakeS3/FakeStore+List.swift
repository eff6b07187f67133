extension FakeStore {
    /// The page of an ordered listing.
    private struct Page {
        let limit: Int
        let encode: (String) -> String

        init(_ request: FakeS3.Request, limit name: String, most: Int) throws(FakeFailure) {
            let asked = request.query[name] ?? "1000"
            guard let number = Int(asked), number >= 0 else {
                throw FakeFailure(400, "InvalidArgument", "Provided \(name) is not an integer.")
            }
            limit = min(number, most)
            let encoded = request.query["encoding-type"] == "url"
            encode = { encoded ? FakePercent.encode($0, keepSlash: true) : $0 }
        }
    }

    func listObjects(_ request: FakeS3.Request) throws(FakeFailure) -> FakeReply {
        let page = try Page(request, limit: "max-keys", most: options.pageSize)
        let prefix = request.query["prefix"] ?? ""
        let delimiter = request.query["delimiter"] ?? ""
        var after = request.query["start-after"] ?? ""
        if let token = request.query["continuation-token"] {
            guard token.hasPrefix("after:") else {
                throw FakeFailure(400, "InvalidArgument", "The continuation token provided is incorrect")
            }
            after = String(token.dropFirst("after:".count))
        }
        var entries = ""
        var groups: [String] = []
        var count = 0
        var last = after
        var truncated = false
        // Keys are ordered by their bytes.
        let keys = objects.keys.filter { $0.utf8.starts(with: prefix.utf8) && Self.less(after, $0) }.sorted(
            by: Self.less)
        for key in keys {
            let group = delimiter.isEmpty ? nil : Self.group(key, prefix: prefix, delimiter: delimiter)
            if let group, groups.last == group || Self.starts(after, with: group) {
                last = key
                continue
            }
            if count == page.limit {
                truncated = true
                break
            }
            count += 1
            last = key
            if let group {
                groups.append(group)
            } else if let object = objects[key] {
                entries +=
                    "<Contents>" + FakeXML.element("Key", page.encode(key))
                    + FakeXML.element("LastModified", FakeClock.isoDate(object.modified))
                    + (options.mode == .gcs ? FakeXML.element("Generation", String(object.generation)) : "")
                    + FakeXML.element("ETag", object.entityTag) + FakeXML.element("Size", String(object.size))
                    + "<StorageClass>STANDARD</StorageClass></Contents>"
            }
        }
        for group in groups {
            entries += "<CommonPrefixes>" + FakeXML.element("Prefix", page.encode(group)) + "</CommonPrefixes>"
        }
        if truncated { entries += FakeXML.element("NextContinuationToken", "after:" + last) }
        if request.query["encoding-type"] == "url" { entries += "<EncodingType>url</EncodingType>" }
        return FakeReply(
            xml: "<ListBucketResult \(FakeXML.namespace)>" + FakeXML.element("Name", options.bucket)
                + FakeXML.element("Prefix", page.encode(prefix)) + "<KeyCount>\(count)</KeyCount>"
                + "<MaxKeys>\(page.limit)</MaxKeys><IsTruncated>\(truncated)</IsTruncated>\(entries)</ListBucketResult>"
        )
    }

    private static func less(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    private static func starts(_ text: String, with prefix: String) -> Bool {
        !text.isEmpty && text.utf8.starts(with: prefix.utf8)
    }

    /// The common prefix a key falls under.
    private static func group(_ key: String, prefix: String, delimiter: String) -> String? {
        let rest = Array(key.utf8.dropFirst(prefix.utf8.count))
        let wanted = Array(delimiter.utf8)
        guard rest.count >= wanted.count else { return nil }
        for start in 0...(rest.count - wanted.count) where rest[start..<start + wanted.count] == wanted[...] {
            return prefix + String(decoding: rest[..<(start + wanted.count)], as: UTF8.self)
        }
        return nil
    }

    func listUploads(_ request: FakeS3.Request) throws(FakeFailure) -> FakeReply {
        let page = try Page(request, limit: "max-uploads", most: options.pageSize)
        let prefix = request.query["prefix"] ?? ""
        let keyMarker = request.query["key-marker"] ?? ""
        let nameMarker = request.query["upload-id-marker"] ?? ""
        let found = uploads.map { (key: $0.value.key, name: $0.key, started: $0.value.started) }
            .filter { item in
                if !item.key.utf8.starts(with: prefix.utf8) { return false }
                if Self.less(keyMarker, item.key) { return true }
                return item.key == keyMarker && !nameMarker.isEmpty && nameMarker < item.name
            }
            .sorted { $0.key == $1.key ? $0.name < $1.name : Self.less($0.key, $1.key) }
        let shown = found.prefix(page.limit)
        let truncated = found.count > shown.count
        var entries = ""
        for item in shown {
            entries +=
                "<Upload>" + FakeXML.element("Key", page.encode(item.key)) + FakeXML.element("UploadId", item.name)
                + FakeXML.element("Initiated", FakeClock.isoDate(item.started)) + "</Upload>"
        }
        if truncated, let last = shown.last {
            entries +=
                FakeXML.element("NextKeyMarker", page.encode(last.key))
                + FakeXML.element("NextUploadIdMarker", last.name)
        }
        if request.query["encoding-type"] == "url" { entries += "<EncodingType>url</EncodingType>" }
        return FakeReply(
            xml: "<ListMultipartUploadsResult \(FakeXML.namespace)>" + FakeXML.element("Bucket", options.bucket)
                + FakeXML.element("Prefix", page.encode(prefix))
                + "<IsTruncated>\(truncated)</IsTruncated>\(entries)</ListMultipartUploadsResult>")
    }

    func listParts(_ request: FakeS3.Request) throws(FakeFailure) -> FakeReply {
        let page = try Page(request, limit: "max-parts", most: options.pageSize)
        guard let name = request.query["uploadId"], let upload = uploads[name], upload.key == request.key else {
            throw noSuchUpload
        }
        let marker = request.query["part-number-marker"].flatMap { Int($0) } ?? 0
        let found = upload.parts.filter { $0.key > marker }.sorted { $0.key < $1.key }
        let shown = found.prefix(page.limit)
        let truncated = found.count > shown.count
        var entries = ""
        for (number, part) in shown {
            entries +=
                "<Part><PartNumber>\(number)</PartNumber>" + FakeXML.element("ETag", part.entityTag)
                + "<Size>\(part.body.count)</Size>"
                + FakeXML.element("LastModified", FakeClock.isoDate(part.modified)) + "</Part>"
        }
        if truncated, let last = shown.last { entries += "<NextPartNumberMarker>\(last.key)</NextPartNumberMarker>" }
        return FakeReply(
            xml: "<ListPartsResult \(FakeXML.namespace)>" + FakeXML.element("Bucket", options.bucket)
                + FakeXML.element("Key", request.key) + FakeXML.element("UploadId", name)
                + "<IsTruncated>\(truncated)</IsTruncated>\(entries)</ListPartsResult>")
    }
}
