/// JSON in the one form in which it is stored and exported: that of PostgreSQL's `jsonb`, without white space.
///
/// Members are unique (the last one wins) and ordered by the length of their names, then by bytes; strings have the
/// escapes that RFC 8259 demands and no others; numbers have no exponent and keep their scale.
/// See https://www.postgresql.org/docs/current/datatype-json.html.
package enum CanonicalJSON {
    /// Levels of nesting that a value in a row may have.
    static let maximumDepth = 64
    /// Bytes by which exponents that are written out may lengthen a text: five can become a thousand.
    private static let maximumGrowth = 1 << 20

    /// Appends the canonical text; false, with nothing appended, when the bytes are not JSON that can be stored.
    ///
    /// A zero character (`\u0000`) cannot, nor can a number of more than 1,000 digits, those counted that its exponent
    /// adds.
    package static func append(_ cell: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) -> Bool {
        if unsafe CanonicalJSONCheck.passes(cell) {
            unsafe output.append(contentsOf: cell)
            return true
        }
        guard let base = cell.baseAddress else { return false }
        let start = output.count
        var writer = unsafe CanonicalJSONWriter(
            JSONScanner(base, end: cell.count, readable: cell.count, maxDepth: maximumDepth),
            limit: start + cell.count + maximumGrowth)
        if writer.writeDocument(to: &output) { return true }
        output.removeLast(output.count - start)
        return false
    }

    /// Appends text as a JSON string; false, with nothing appended, when it has a zero character or is not UTF-8.
    package static func append(text: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) -> Bool {
        if let base = text.baseAddress {
            let count = text.count
            if unsafe UTF8Text.hasNUL(base, from: 0, to: count) { return false }
            if unsafe UTF8Text.firstInvalid(base, from: 0, to: count) != count { return false }
        }
        unsafe JSONSerializer.appendQuoted(text, to: &output)
        return true
    }
}
