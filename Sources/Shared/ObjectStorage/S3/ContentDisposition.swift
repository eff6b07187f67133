import Signing

/// The field that names a download (RFC 6266).
enum ContentDisposition {
    /// A name of plain characters as it is; any other as UTF-8 (RFC 8187), beside a plain one for old clients.
    static func attachment(_ fileName: String) -> String {
        let bytes = fileName.unicodeScalars.map {
            isPlain($0) ? UInt8(truncatingIfNeeded: $0.value) : UInt8(ascii: "_")
        }
        let plain = String(decoding: bytes, as: UTF8.self)
        let usual = "attachment; filename=\"\(plain)\""
        return plain == fileName ? usual : "\(usual); filename*=UTF-8''\(URIEncoding.component(fileName))"
    }

    /// Characters that need no quoting rules (section 4.3).
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.isASCII else { return false }
        return scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "._-".unicodeScalars.contains(scalar)
    }
}
