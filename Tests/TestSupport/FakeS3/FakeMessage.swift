/// Percent notation of URLs (RFC 3986), as signatures need it.
enum FakePercent {
    static func decode(_ text: Substring, plusIsSpace: Bool) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let value = UInt8(String(decoding: bytes[index + 1...index + 2], as: UTF8.self), radix: 16)
            {
                result.append(value)
                index += 3
            } else {
                result.append(plusIsSpace && bytes[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    static func encode(_ text: String, keepSlash: Bool) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(byte)
            case UInt8(ascii: "/") where keepSlash:
                result.append(byte)
            default:
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension FakeS3.Request {
    /// Parses a head without its final empty line; nil when it is not HTTP/1.
    init?(head: String, connection: Int, second: Double, bucket expected: String) {
        // A carriage return and a line feed are one Character: the lines are cut as scalars.
        let lines = head.unicodeScalars.split(separator: "\n").map { line in
            Substring(line.last == "\r" ? line.dropLast() : line)
        }
        guard let first = lines.first else { return nil }
        let parts = first.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2] == "HTTP/1.1" || parts[2] == "HTTP/1.0" else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let name = line[..<colon].lowercased()
            let value = Self.trim(line[line.index(after: colon)...])
            headers[name] = headers[name].map { $0 + "," + value } ?? value
        }
        if parts[2] == "HTTP/1.0" && headers["connection"] == nil { headers["connection"] = "close" }
        let target = parts[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        rawPath = target.first.map(String.init) ?? "/"
        pairs = (target.count > 1 ? target[1] : "").split(separator: "&").map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (
                FakePercent.decode(halves[0], plusIsSpace: true),
                halves.count > 1 ? FakePercent.decode(halves[1], plusIsSpace: true) : ""
            )
        }
        method = String(parts[0])
        path = FakePercent.decode(Substring(rawPath), plusIsSpace: false)
        query = Dictionary(pairs.map { ($0.name, $0.value) }) { $1 }
        self.headers = headers
        self.connection = connection
        self.second = second
        guard path.hasPrefix("/") else { return nil }
        if headers["host"]?.hasPrefix(expected + ".") == true {
            bucket = expected
            key = String(path.dropFirst())
        } else {
            let halves = path.dropFirst().split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            bucket = halves.first.map(String.init) ?? ""
            key = halves.count > 1 ? String(halves[1]) : ""
        }
        operation = operationName
    }

    private static func trim(_ text: Substring) -> String {
        var rest = text
        while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return String(rest)
    }

    private var operationName: String {
        let upload = query["uploadId"] != nil
        if bucket.isEmpty { return method == "GET" ? "ListBuckets" : "Unknown" }
        // Sub-resources that change the meaning of a request and are not served.
        let other = ["acl", "tagging", "versioning", "policy", "lifecycle", "cors", "torrent", "delete", "attributes"]
        if other.contains(where: { query[$0] != nil }) || headers["x-amz-copy-source"] != nil { return "Unknown" }
        if key.isEmpty {
            switch method {
            case "HEAD": return "HeadBucket"
            case "PUT": return "CreateBucket"
            case "GET" where query["uploads"] != nil: return "ListMultipartUploads"
            case "GET" where query["location"] != nil: return "GetBucketLocation"
            case "GET" where query["list-type"] == "2": return "ListObjectsV2"
            default: return "Unknown"
            }
        }
        switch method {
        case "PUT" where upload && query["partNumber"] != nil: return "UploadPart"
        case "PUT": return upload ? "Unknown" : "PutObject"
        case "POST" where query["uploads"] != nil: return "CreateMultipartUpload"
        case "POST" where upload: return "CompleteMultipartUpload"
        case "DELETE": return upload ? "AbortMultipartUpload" : "DeleteObject"
        case "GET": return upload ? "ListParts" : "GetObject"
        case "HEAD": return "HeadObject"
        default: return "Unknown"
        }
    }
}
