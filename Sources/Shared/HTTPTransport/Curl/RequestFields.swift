/// The header fields of a request in the form libcurl takes them.
enum RequestFields {
    /// Lines for CURLOPT_HTTPHEADER; throws `invalid` for what would break out of its line.
    static func lines(_ request: HTTPRequest) throws(HTTPFailure) -> [String] {
        // "Name:" takes a default away. `Expect` is never sent: it costs a second when the server ignores it.
        var lines = ["Expect:"]
        var names: Set<String> = []
        for field in request.fields {
            let name = field.name.lowercased()
            guard isToken(field.name), isValue(field.value) else {
                throw HTTPFailure(.invalid, "http: a header field has characters that it must not have")
            }
            guard !["expect", "transfer-encoding", "content-length"].contains(name) else {
                throw HTTPFailure(.invalid, "http: the field \(name) is not the caller's to set")
            }
            names.insert(name)
            // "Name;" is a field without a value: "Name:" would mean that it is not to be sent.
            let isEmpty = field.value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            lines.append(isEmpty ? field.name + ";" : field.name + ": " + field.value)
        }
        if !names.contains("accept") { lines.append("Accept:") }
        if !names.contains("content-type") { lines.append("Content-Type:") }
        return lines
    }

    /// RFC 9110 section 5.6.2.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    /// RFC 9110 section 5.5: no control characters but the tab.
    private static func isValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }
    }
}
