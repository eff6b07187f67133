internal import JobCore

/// The last record of a sink, for the rare rows that need a closer look.
struct CSVRow {
    /// Why fields are no text.
    enum Fault: String {
        case invalidUTF8 = "invalid_utf8"
        case nul = "nul_byte"

        /// The fault in words.
        var what: String {
            switch self {
            case .invalidUTF8: "invalid UTF-8"
            case .nul: "a NUL byte"
            }
        }

        /// What may help.
        var advice: String {
            switch self {
            case .invalidUTF8: "; for a file in another encoding set csv.encoding, such as windows-1252"
            case .nul: ""
            }
        }
    }

    private let fields: [[UInt8]]

    /// The record whose first field is at index `first` of the sink, its text at offset `bytes`.
    init(_ sink: CSVScanner.Sink, fields first: Int, bytes: Int) {
        var start = bytes
        fields = sink.ends[first...].map { entry in
            let end = Int(entry & RowBatch.offsetMask)
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

    /// The fields as column names: trimmed, numbered where empty.
    func names(limits: ReaderLimits, at place: DataPosition) throws(JobError) -> [String] {
        var names: [String] = []
        var known: Set<[UInt8]> = []
        for (index, field) in fields.enumerated() {
            let trimmed = Self.trim(field)
            let name = trimmed.isEmpty ? Array("column_\(index + 1)".utf8) : trimmed
            var position = place
            position.field = "column_\(index + 1)"
            if name.count > limits.nameBytes { throw ReaderLimit.nameBytes.error(limits, at: position) }
            guard known.insert(name).inserted else {
                let text = String(decoding: name, as: UTF8.self)
                throw JobError(
                    "duplicate_column", .dataError, "the header names the column \"\(text)\" twice",
                    hint: "give every column a name of its own", position: position)
            }
            names.append(String(decoding: name, as: UTF8.self))
        }
        return names
    }

    private static func trim(_ field: [UInt8]) -> [UInt8] {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
        guard let first = field.firstIndex(where: { !isSpace($0) }), let last = field.lastIndex(where: { !isSpace($0) })
        else { return [] }
        return Array(field[first...last])
    }
}
