internal import JobCore

/// Contents that are none of the formats sources are in.
enum RefusedContent {
    /// What files that are no text begin with, and what they are.
    private static let signatures: [(bytes: [UInt8], name: String, hint: String)] = [
        (
            [0x50, 0x4B, 0x03, 0x04], "a ZIP archive or an Excel workbook",
            "export the sheet as CSV, or unpack the archive"
        ),
        ([0x50, 0x4B, 0x05, 0x06], "an empty ZIP archive", "unpack the archive"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel or Word document", "export the sheet as CSV"),
        ([0x1F, 0x8B], "gzip data", "it was compressed twice: decompress it once before the upload"),
        ([0x28, 0xB5, 0x2F, 0xFD], "Zstandard data", "it was compressed twice: decompress it once before the upload"),
        ([0x42, 0x5A, 0x68], "bzip2 data", "decompress the file"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz data", "decompress the file"),
        ([0x37, 0x7A, 0xBC, 0xAF], "a 7-Zip archive", "unpack the archive"),
        ([0x25, 0x50, 0x44, 0x46, 0x2D], "a PDF document", "export the table as CSV"),
        ([0x89, 0x50, 0x4E, 0x47], "a PNG image", "CSV, JSON or JSON Lines is expected"),
        ([0xFF, 0xD8, 0xFF], "a JPEG image", "CSV, JSON or JSON Lines is expected"),
        ([0x47, 0x49, 0x46, 0x38], "a GIF image", "CSV, JSON or JSON Lines is expected"),
        ([0x50, 0x41, 0x52, 0x31], "a Parquet file", "convert the file to CSV or JSON Lines"),
        ([0x53, 0x51, 0x4C, 0x69, 0x74, 0x65, 0x20, 0x66], "an SQLite database", "export the table as CSV"),
        ([0x7F, 0x45, 0x4C, 0x46], "a program", "CSV, JSON or JSON Lines is expected"),
        ([0xFF, 0xFE], "UTF-16 text", "save the file as UTF-8"),
        ([0xFE, 0xFF], "UTF-16 text", "save the file as UTF-8"),
    ]

    /// Looks at the first bytes of the decompressed file; a few KiB are enough.
    ///
    /// Throws `not_text` for what is no text, and `not_tabular` for a page of HTML or XML.
    static func check(_ sample: [UInt8]) throws(JobError) {
        for signature in signatures where sample.starts(with: signature.bytes) {
            // "BZh" and "PAR1" can begin a header; what follows tells text from binary data.
            if signature.bytes.allSatisfy({ 0x20..<0x7F ~= $0 }) && signature.bytes.count < 5 && isText(sample) {
                continue
            }
            throw notText(signature.name, hint: signature.hint)
        }
        guard isText(sample) else { throw notText("binary data", hint: "CSV, JSON or JSON Lines is expected") }
        if let name = markup(sample[TextStart.offset(in: sample)...]) {
            throw JobError(
                .notTabular, "the source is no table, it looks like \(name)",
                position: DataPosition(byteOffset: 0))
        }
    }

    /// What a file that begins with a tag is; `nil` when it begins otherwise.
    private static func markup(_ text: ArraySlice<UInt8>) -> String? {
        guard let first = text.firstIndex(where: { !TextStart.isSpace($0) }), text[first] == UInt8(ascii: "<") else {
            return nil
        }
        let beginning = String(decoding: text[first...].prefix(1024), as: UTF8.self).lowercased()
        func begins(_ names: [String]) -> Bool {
            names.contains { name in
                guard beginning.hasPrefix("<" + name) else { return false }
                let next = beginning.dropFirst(name.count + 1).first
                return next.map { !$0.isLetter && !$0.isNumber && $0 != "_" } ?? true
            }
        }
        let elements = [
            "!doctype html", "html", "head", "body", "title", "meta", "script", "style", "div", "table", "p", "center",
            "h1", "form",
        ]
        if begins(elements) { return "an HTML page" }
        if begins(["?xml", "!doctype", "!--"]) {
            return beginning.contains("<html") || beginning.contains("<body") ? "an HTML page" : "an XML document"
        }
        return nil
    }

    /// Few control characters, hardly a NUL: a stray one is the business of the reader, which names the row.
    private static func isText(_ sample: [UInt8]) -> Bool {
        let nuls = sample.count { $0 == 0 }
        let controls = sample.count {
            $0 < 0x20 && !TextStart.isSpace($0) && $0 != TextStart.recordSeparator || $0 == 0x7F
        }
        if nuls * 100 <= sample.count && controls * 20 <= sample.count { return true }
        // In a small file a single one is a large share: then the rest must be lines of text.
        return controls == nuls && nuls * 8 <= sample.count && sample.contains { $0 == 0x0A || $0 == 0x0D }
            && String(validating: sample, as: UTF8.self) != nil
    }

    private static func notText(_ name: String, hint: String) -> JobError {
        JobError(
            .notText, "the source is no text, it looks like \(name)", hint: hint,
            position: DataPosition(byteOffset: 0))
    }
}
