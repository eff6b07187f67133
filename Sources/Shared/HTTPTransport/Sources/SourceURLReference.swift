package import JobCore

extension SourceURL {
    /// The URL that a reference, as `Location` holds it, stands for (RFC 3986 section 5.2).
    ///
    /// Characters outside ASCII are percent-encoded first, as servers send them in spite of the rules. Throws
    /// `invalid_source_url`, by the same checks as for a URL that was given.
    package func resolving(_ reference: String, allowList: AllowList = AllowList()) throws(JobError) -> SourceURL {
        let plain = Self.encodingNonASCII(String(reference.prefix { $0 != "#" }))
        if Self.hasScheme(plain) {
            return try SourceURL(validating: plain, allowList: allowList).withoutDotSegments(allowList)
        }
        if plain.hasPrefix("//") {
            return try SourceURL(validating: "\(scheme.rawValue):\(plain)", allowList: allowList)
                .withoutDotSegments(allowList)
        }
        let question = plain.firstIndex(of: "?") ?? plain.endIndex
        let referencePath = String(plain[..<question])
        var newQuery = String(plain[question...])
        let newPath: String
        if referencePath.isEmpty {
            newPath = path
            if newQuery.isEmpty { newQuery = query.map { "?" + $0 } ?? "" }
        } else if referencePath.hasPrefix("/") {
            newPath = Self.removingDotSegments(referencePath)
        } else {
            newPath = Self.removingDotSegments(Self.folder(of: path) + referencePath)
        }
        return try SourceURL(validating: origin + newPath + newQuery, allowList: allowList)
    }

    private func withoutDotSegments(_ allowList: AllowList) throws(JobError) -> SourceURL {
        let rest = query.map { "?" + $0 } ?? ""
        return try SourceURL(validating: origin + Self.removingDotSegments(path) + rest, allowList: allowList)
    }

    /// The path up to its last slash, with it.
    private static func folder(of path: String) -> Substring {
        guard let slash = path.lastIndex(of: "/") else { return "/" }
        return path[...slash]
    }

    /// A path that begins with a slash, without its `.` and `..` segments (RFC 3986 section 5.2.4).
    private static func removingDotSegments(_ path: String) -> String {
        var kept: [Substring] = []
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        for segment in segments {
            switch segment {
            case ".": break
            case "..": _ = kept.popLast()
            default: kept.append(segment)
            }
        }
        // A path that ends with a dot segment names a folder.
        if let last = segments.last, last == "." || last == ".." { kept.append("") }
        return "/" + kept.joined(separator: "/")
    }

    /// Whether the text begins with a scheme and a colon (RFC 3986 section 3.1).
    private static func hasScheme(_ text: String) -> Bool {
        guard let colon = text.firstIndex(of: ":") else { return false }
        let scheme = text[..<colon].utf8
        guard let first = scheme.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first | 0x20) else {
            return false
        }
        return !scheme.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
    }

    private static func encodingNonASCII(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 > 0x7F }) else { return text }
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            if byte > 0x7F {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
            } else {
                encoded.append(byte)
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
