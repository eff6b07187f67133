/// Text that spreadsheets take for a formula (OWASP, CSV Injection), and the apostrophe that keeps them from it.
package enum FormulaText {
    /// Whether the text begins like a formula, full-width forms included, perhaps behind apostrophes.
    ///
    /// Text that has its apostrophe already counts, so that it can be told from text that got one here.
    static func begins(_ text: UnsafePointer<UInt8>, count: Int) -> Bool {
        var start = 0
        while unsafe start < count && text[start] == UInt8(ascii: "'") { start += 1 }
        guard start < count else { return false }
        switch unsafe text[start] {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D, 0x0A, 0x00:
            return true
        case 0xEF:
            guard unsafe start + 3 <= count && text[start + 1] == 0xBC else { return false }
            // U+FF0B, U+FF0D, U+FF1D, U+FF20.
            let last = unsafe text[start + 2]
            return last == 0x8B || last == 0x8D || last == 0x9D || last == 0xA0
        default: return false
        }
    }

    /// The text without the apostrophe that `formulas: escape` puts in front.
    @inline(__always)
    package static func unescaped(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        guard let base = text.baseAddress, unsafe text.first == UInt8(ascii: "'"),
            unsafe begins(base, count: text.count)
        else { return unsafe text }
        return unsafe UnsafeBufferPointer(rebasing: text.dropFirst())
    }
}
