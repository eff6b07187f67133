extension FakeStore {
    mutating func createUpload(_ request: FakeS3.Request, now: Double) -> FakeReply {
        // Names grow, so that their order is the order of creation.
        let number = String(nextUpload, radix: 16)
        nextUpload += 1
        let name = "upload-" + String(repeating: "0", count: max(0, 12 - number.count)) + number
        uploads[name] = Upload(key: request.key, headers: Self.keptHeaders(request), started: now)
        return FakeReply(
            xml: "<InitiateMultipartUploadResult \(FakeXML.namespace)>" + FakeXML.element("Bucket", options.bucket)
                + FakeXML.element("Key", request.key) + FakeXML.element("UploadId", name)
                + "</InitiateMultipartUploadResult>")
    }

    mutating func uploadPart(
        _ request: FakeS3.Request, _ body: FakeBody, now: Double
    ) throws(FakeFailure) -> FakeReply {
        guard let number = request.query["partNumber"].flatMap({ Int($0) }), number >= 1,
            number <= options.maximumParts
        else { throw FakeFailure(400, "InvalidArgument", "Part number must be from 1 to \(options.maximumParts).") }
        guard let name = request.query["uploadId"], uploads[name]?.key == request.key else { throw noSuchUpload }
        let tag = "\"\(FakeDigest.hex(body.tag))\""
        uploads[name]?.parts[number] = Upload.Part(body: body, entityTag: tag, modified: now)
        return FakeReply(200, headers: ["ETag": tag])
    }

    mutating func completeUpload(
        _ request: FakeS3.Request, _ body: FakeBody, now: Double
    ) throws(FakeFailure) -> FakeReply {
        guard let name = request.query["uploadId"], let upload = uploads[name], upload.key == request.key else {
            throw noSuchUpload
        }
        if options.mode == .gcs {
            let conditions = ["if-match", "if-none-match", "x-goog-if-generation-match"]
            if conditions.contains(where: { request.headers[$0] != nil }) {
                throw FakeFailure(400, "InvalidArgument", "Preconditions are not supported in the requests.")
            }
        }
        let parts = try listedParts(body, upload)
        try checkSizes(parts)
        try checkRate(request.key)
        if options.mode != .gcs { try checkWriteCondition(request, existing: objects[request.key]) }
        let digest = FakeMD5.of(parts.flatMap(\.body.tag))
        let tag = "\"\(FakeDigest.hex(digest))-\(parts.count)\""
        uploads[name] = nil
        let headers = store(
            request.key, pieces: parts.map(\.body), entityTag: tag, headers: upload.headers, now: now)
        var reply = FakeReply(
            xml: "<CompleteMultipartUploadResult \(FakeXML.namespace)>" + FakeXML.element("Bucket", options.bucket)
                + FakeXML.element("Key", request.key) + FakeXML.element("ETag", tag)
                + "</CompleteMultipartUploadResult>")
        reply.headers["x-goog-generation"] = headers["x-goog-generation"]
        return reply
    }

    private func listedParts(_ body: FakeBody, _ upload: Upload) throws(FakeFailure) -> [Upload.Part] {
        let malformed = FakeFailure(400, "MalformedXML", "The XML you provided was not well-formed.")
        let document = String(decoding: body.bytes(0..<body.count), as: UTF8.self)
        let items = FakeXML.texts("Part", in: document[...])
        guard !items.isEmpty else { throw malformed }
        guard items.count <= options.maximumParts else {
            throw FakeFailure(400, "InvalidArgument", "Too many parts.")
        }
        var parts: [Upload.Part] = []
        var last = 0
        for item in items {
            guard let number = FakeXML.texts("PartNumber", in: item).first.flatMap({ Int($0) }),
                let raw = FakeXML.texts("ETag", in: item).first
            else { throw malformed }
            guard number > last else { throw FakeFailure(400, "InvalidPartOrder", "The parts are not in order.") }
            last = number
            guard let part = upload.parts[number], part.entityTag == "\"\(Self.unquoted(raw))\"" else {
                throw FakeFailure(400, "InvalidPart", "Part \(number) was not found or has another entity tag.")
            }
            parts.append(part)
        }
        return parts
    }

    private static func unquoted(_ text: Substring) -> String {
        for quote in ["\"", "&quot;", "&#34;"] where text.hasPrefix(quote) && text.hasSuffix(quote) {
            return String(text.dropFirst(quote.count).dropLast(quote.count))
        }
        return String(text)
    }

    private func checkSizes(_ parts: [Upload.Part]) throws(FakeFailure) {
        let sizes = parts.map(\.body.count)
        if sizes.dropLast().contains(where: { $0 < options.minimumPartBytes }) {
            throw FakeFailure(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
        }
        guard options.mode == .r2, let first = sizes.first, let last = sizes.last, sizes.count > 1 else { return }
        if sizes.dropLast().contains(where: { $0 != first }) || last > first {
            throw FakeFailure(400, "InvalidPart", "All non-trailing parts must have the same length.")
        }
    }
}
