import CCurl

/// The URL of a request, checked, and what of it may be shown.
struct RequestTarget: Sendable {
    let url: String
    /// Lower case, without the brackets of an IPv6 literal.
    let host: String
    /// Scheme, host, port and path: neither query nor credentials.
    let name: String

    /// Throws `invalid` for what is no absolute URL of an allowed scheme, holds credentials, or has characters that a
    /// URL on the wire has not.
    init(_ url: String, allowedSchemes: [String]) throws(HTTPFailure) {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
            throw HTTPFailure(.invalid, "http: the URL has characters that must be percent-encoded")
        }
        guard let parts = unsafe curl_url() else { throw HTTPFailure(.invalid, "http: the URL cannot be read") }
        defer { unsafe curl_url_cleanup(parts) }
        let flags = UInt32(CURLU_DISALLOW_USER | CURLU_PATH_AS_IS | CURLU_NON_SUPPORT_SCHEME)
        guard unsafe curl_url_set(parts, CURLUPART_URL, url, flags) == CURLUE_OK,
            let scheme = unsafe Self.part(CURLUPART_SCHEME, of: parts),
            let host = unsafe Self.part(CURLUPART_HOST, of: parts)
        else { throw HTTPFailure(.invalid, "http: the URL is not valid") }
        guard allowedSchemes.contains(scheme.lowercased()), url.dropFirst(scheme.count).hasPrefix("://") else {
            throw HTTPFailure(.invalid, "http: URLs of this scheme are not allowed")
        }
        let authority = url.dropFirst(scheme.count + 3).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        // libcurl takes one slash or three for two.
        guard !authority.isEmpty else { throw HTTPFailure(.invalid, "http: the URL names no host") }
        guard !authority.contains("@") else { throw HTTPFailure(.invalid, "http: the URL holds credentials") }
        self.url = url
        self.host = host.filter { $0 != "[" && $0 != "]" }.lowercased()
        let port = unsafe Self.part(CURLUPART_PORT, of: parts).map { ":" + $0 } ?? ""
        name = "\(scheme)://\(host)\(port)" + (unsafe Self.part(CURLUPART_PATH, of: parts) ?? "")
    }

    private static func part(_ part: CURLUPart, of parts: OpaquePointer) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard unsafe curl_url_get(parts, part, &text, 0) == CURLUE_OK, let text = unsafe text else { return nil }
        defer { unsafe curl_free(text) }
        return unsafe String(cString: text)
    }
}
