internal import JobCore

/// The last record of a sink, for the rare rows that need a closer look.
struct CSVRow {
    /// Why fields are no text.
    enum Fault {
        case invalidUTF8, nul

        /// The fault in words, for text that was in this encoding when it was not UTF-8.
        func reason(_ encoding: String?) -> (code: ErrorCode, what: String, message: String) {
            switch self {
            case .invalidUTF8:
                if let encoding {
                    let what = "bytes that have no meaning in \(encoding)"
                    return (.invalidEncoding, what, what)
                }
                let advice = "; for a file in another encoding set csv.encoding, such as windows-1252"
                return (.invalidUTF8, "invalid UTF-8", "invalid UTF-8" + advice)
            case .nul: return (.nulByte, "a NUL byte", "a NUL byte")
            }
        }
    }

    let fields: [[UInt8]]

    /// The record whose first field is at index `first` of the sink, its text at offset `bytes`.
    init(_ sink: CSVScanner.Sink, fields first: Int, bytes: Int) {
        var start = bytes
        fields = sink.ends[first...].map { entry in
            let end = entry.offset
            defer { start = end }
            return Array(sink.bytes[start..<end])
        }
    }

    var count: Int { fields.count }

    /// The fields as text; what is no UTF-8 is replaced.
    var texts: [String] { fields.map { String(decoding: $0, as: UTF8.self) } }

    /// What keeps the fields from being text.
    var fault: Fault? {
        if fields.contains(where: { UTF8Text.firstInvalid(in: $0) != nil }) { return .invalidUTF8 }
        return fields.contains { $0.contains(0) } ? .nul : nil
    }

    /// The fields as column names: trimmed, numbered where empty; a name may be there twice.
    func names(limits: ReaderLimits, at place: DataPosition) throws(JobError) -> [String] {
        var names: [String] = []
        for (index, field) in fields.enumerated() {
            let trimmed = Self.trim(field)
            let name = trimmed.isEmpty ? Array("column_\(index + 1)".utf8) : trimmed
            if name.count > limits.nameBytes {
                var position = place
                position.field = "column_\(index + 1)"
                throw ReaderLimit.nameBytes.error(limits, at: position)
            }
            names.append(String(decoding: name, as: UTF8.self))
        }
        return names
    }

    /// Fields up to the last one that is not blank.
    var used: Int {
        (fields.lastIndex { !BlankText.isBlank($0, from: 0, to: $0.count) } ?? -1) + 1
    }

    private static func trim(_ field: [UInt8]) -> [UInt8] {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
        guard let first = field.firstIndex(where: { !isSpace($0) }), let last = field.lastIndex(where: { !isSpace($0) })
        else { return [] }
        return Array(field[first...last])
    }
}
