/// A refusal of a request.
struct FakeFailure: Error {
    let status: Int
    let code: String
    var message = "Refused."
    var headers: [String: String] = [:]
    /// More elements of the error document.
    var elements = ""

    init(
        _ status: Int, _ code: String, _ message: String = "Refused.", headers: [String: String] = [:],
        elements: String = ""
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers
        self.elements = elements
    }

    /// The error document.
    func document(_ identifier: String) -> String {
        FakeXML.declaration + "<Error><Code>\(code)</Code><Message>\(FakeXML.escape(message))</Message>"
            + "\(elements)<RequestId>\(identifier)</RequestId></Error>"
    }
}

/// What goes back.
struct FakeReply {
    enum Content {
        case bytes([UInt8])
        case pieces([FakeBody], Range<Int>)
    }

    var status: Int
    var headers: [String: String] = [:]
    var content = Content.bytes([])

    init(_ status: Int, headers: [String: String] = [:]) {
        self.status = status
        self.headers = headers
    }

    init(xml: String) {
        status = 200
        headers = ["Content-Type": "application/xml"]
        content = .bytes(Array((FakeXML.declaration + xml).utf8))
    }

    init(_ failure: FakeFailure, identifier: String) {
        status = failure.status
        headers = failure.headers
        // A status of "not modified" has no body (RFC 9110 section 15.4.5).
        if failure.status == 304 { return }
        headers["Content-Type"] = "application/xml"
        content = .bytes(Array(failure.document(identifier).utf8))
    }

    var length: Int {
        switch content {
        case .bytes(let bytes): bytes.count
        case .pieces(_, let range): range.count
        }
    }
}

/// Text of XML documents.
enum FakeXML {
    static let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    static let namespace = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""

    static func escape(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case _ where scalar.value < 32: result += "&#\(scalar.value);"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    static func element(_ name: String, _ text: String) -> String { "<\(name)>\(escape(text))</\(name)>" }

    /// Texts between each opening and closing tag of the name, outermost document order, entities resolved.
    static func texts(_ name: String, in document: Substring) -> [Substring] {
        var found: [Substring] = []
        var rest = document
        while let open = find("<\(name)>", in: rest) {
            let inner = rest[open.upperBound...]
            guard let close = find("</\(name)>", in: inner) else { break }
            found.append(inner[..<close.lowerBound])
            rest = inner[close.upperBound...]
        }
        return found
    }

    private static func find(_ needle: String, in text: Substring) -> Range<Substring.Index>? {
        let wanted = Array(needle.utf8)
        let view = text.utf8
        var start = view.startIndex
        while let candidate = view[start...].firstIndex(of: UInt8(ascii: "<")) {
            if view[candidate...].starts(with: wanted) {
                return candidate..<view.index(candidate, offsetBy: wanted.count)
            }
            start = view.index(after: candidate)
        }
        return nil
    }
}
