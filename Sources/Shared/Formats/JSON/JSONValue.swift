package import JobCore

/// A small JSON document (RFC 8259): a job specification, a manifest, a catalogue.
///
/// The order of members and the text of numbers are kept.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// The number exactly as it was written.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])
}

/// One name and value of a JSON object.
package struct JSONMember: Sendable, Equatable {
    /// Decoded text of the name.
    package let name: String
    /// What the name stands for.
    package var value: JSONValue

    /// A member of an object.
    package init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}

/// How large a JSON document may be.
package struct JSONLimits: Sendable {
    /// Arrays and objects inside each other; never more than 512 count, whatever is set.
    package var maxDepth = 128
    /// Bytes of the whole document.
    package var maxBytes = 1 << 20

    /// Limits, each at its default unless given.
    package init(maxDepth: Int = 128, maxBytes: Int = 1 << 20) {
        self.maxDepth = maxDepth
        self.maxBytes = maxBytes
    }
}

extension JSONValue {
    /// Reads one whole document; nothing but white space may follow it.
    ///
    /// Throws the document's code, with line and byte offset.
    package init(
        parsing bytes: [UInt8], limits: JSONLimits = JSONLimits(), as document: JSONDocument = .other
    ) throws(JobError) {
        var parser = JSONParser(bytes, limits: limits, document: document)
        self = try parser.parse()
    }

    /// The value of the member of that name, `nil` when there is none or this is not an object.
    ///
    /// Names are compared byte by byte, as RFC 8259, section 8.3, advises.
    package subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        let count = name.utf8.count
        return members.first { $0.name.utf8.count == count && $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// The document on one line without spaces, members in their order.
    package func serialized() -> String {
        var serializer = JSONSerializer(indents: false, sorts: false)
        serializer.append(self)
        return serializer.text
    }

    /// The document indented by two spaces, members in their order, with a final newline.
    package func serializedPretty() -> String {
        var serializer = JSONSerializer(indents: true, sorts: false)
        serializer.append(self)
        return serializer.text + "\n"
    }

    /// The document on one line, members sorted by the UTF-8 bytes of their names: what is hashed.
    package func canonical() -> String {
        var serializer = JSONSerializer(indents: false, sorts: true)
        serializer.append(self)
        return serializer.text
    }
}
