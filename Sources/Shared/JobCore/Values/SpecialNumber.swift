/// Numbers that have no digits: `NaN`, `Infinity` and `-Infinity`, as PostgreSQL and the JSON mapping of Protocol Buffers
/// write them.
package enum SpecialNumber {
    /// Appends the canonical text; false, with nothing appended, when the bytes are none.
    ///
    /// Upper and lower case count as one, `inf` is short for `Infinity`, and a plus may stand before it.
    package static func append(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) -> Bool {
        guard let text = unsafe canonical(bytes) else { return false }
        output.append(contentsOf: text.utf8)
        return true
    }

    private static func canonical(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        guard bytes.count >= 3, bytes.count <= 9 else { return nil }
        switch unsafe String(decoding: bytes, as: UTF8.self).lowercased() {
        case "nan": return "NaN"
        case "infinity", "+infinity", "inf", "+inf": return "Infinity"
        case "-infinity", "-inf": return "-Infinity"
        default: return nil
        }
    }
}
