/// Text that spreadsheets take for a formula (OWASP, CSV Injection), and the apostrophes that keep them from it.
///
/// A program may split a file at another character than the one it was written with. Then quotes in the middle of its
/// cells protect nothing, and each `,`, `;`, tab or line end inside a text begins a cell. So the beginning of a text is
/// looked at, and what follows each of these characters but the file's own delimiter, within which quotes hold.
package enum FormulaText {
    /// Whether the text begins like a formula, full-width forms included, perhaps behind apostrophes.
    ///
    /// Text that has its apostrophe already counts, so that it can be told from text that got one here.
    static func begins(_ text: UnsafePointer<UInt8>, count: Int) -> Bool {
        var start = 0
        while unsafe start < count && text[start] == UInt8(ascii: "'") { start += 1 }
        guard start < count else { return false }
        return unsafe isDangerous(text, at: start, count: count, isInQuotes: true)
    }

    /// Whether what follows a separator inside a text would be a dangerous cell: apostrophes and quotes are passed over,
    /// and at the end of the text it is not known what follows.
    private static func beginsInside(_ text: UnsafePointer<UInt8>, from first: Int, count: Int) -> Bool {
        var at = first
        var hasQuote = false
        while at < count {
            let byte = unsafe text[at]
            if byte == UInt8(ascii: "\"") {
                hasQuote = true
            } else if byte != UInt8(ascii: "'") {
                return unsafe isDangerous(text, at: at, count: count, isInQuotes: hasQuote)
            }
            at += 1
        }
        return true
    }

    /// Whether a cell may not begin with what stands there; a line end can only begin one in quotes.
    private static func isDangerous(
        _ text: UnsafePointer<UInt8>, at: Int, count: Int, isInQuotes: Bool
    ) -> Bool {
        switch unsafe text[at] {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x00: return true
        case 0x0D, 0x0A: return isInQuotes
        case 0xEF:
            guard unsafe at + 3 <= count && text[at + 1] == 0xBC else { return false }
            // U+FF0B, U+FF0D, U+FF1D, U+FF20.
            let last = unsafe text[at + 2]
            return last == 0x8B || last == 0x8D || last == 0x9D || last == 0xA0
        default: return false
        }
    }

    /// Whether a reader that was told another delimiter may begin a cell behind the byte.
    @inline(__always)
    static func isSeparator(_ byte: UInt8, delimiter: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: ";"), 0x09: byte != delimiter
        case 0x0A, 0x0D: true
        default: false
        }
    }

    /// Whether an apostrophe stands, or has to stand, behind the byte at `at`.
    @inline(__always)
    static func isGuarded(behind at: Int, _ text: UnsafePointer<UInt8>, count: Int, delimiter: UInt8) -> Bool {
        unsafe isSeparator(text[at], delimiter: delimiter) && beginsInside(text, from: at + 1, count: count)
    }

    /// Whether the text needs an apostrophe anywhere.
    static func needsGuard(_ text: UnsafePointer<UInt8>, count: Int, delimiter: UInt8) -> Bool {
        if unsafe begins(text, count: count) { return true }
        for at in 0..<count where unsafe isGuarded(behind: at, text, count: count, delimiter: delimiter) {
            return true
        }
        return false
    }

    /// Appends the text with its apostrophes.
    package static func append(guarded text: UnsafeBufferPointer<UInt8>, delimiter: UInt8, to output: inout [UInt8]) {
        guard let base = text.baseAddress else { return }
        if unsafe begins(base, count: text.count) { output.append(UInt8(ascii: "'")) }
        for at in text.indices {
            unsafe output.append(base[at])
            if unsafe isGuarded(behind: at, base, count: text.count, delimiter: delimiter) {
                output.append(UInt8(ascii: "'"))
            }
        }
    }

    /// Appends the text without the apostrophes that `formulas: escape` has put into it.
    package static func append(
        unguarded text: UnsafeBufferPointer<UInt8>, delimiter: UInt8, to output: inout [UInt8]
    ) {
        guard let base = text.baseAddress, let first = unsafe text.first else { return }
        var at = unsafe first == UInt8(ascii: "'") && begins(base, count: text.count) ? 1 : 0
        while at < text.count {
            unsafe output.append(base[at])
            let isGuarded = unsafe isGuarded(behind: at, base, count: text.count, delimiter: delimiter)
            at += unsafe isGuarded && at + 1 < text.count && base[at + 1] == UInt8(ascii: "'") ? 2 : 1
        }
    }

    /// The text with its apostrophes.
    package static func guarded(_ text: String, delimiter: UInt8) -> String {
        unsafe convert(text) { unsafe append(guarded: $0, delimiter: delimiter, to: &$1) }
    }

    /// The text without the apostrophes that `formulas: escape` has put into it.
    package static func unguarded(_ text: String, delimiter: UInt8) -> String {
        unsafe convert(text) { unsafe append(unguarded: $0, delimiter: delimiter, to: &$1) }
    }

    private static func convert(
        _ text: String, _ conversion: (UnsafeBufferPointer<UInt8>, inout [UInt8]) -> Void
    ) -> String {
        var text = text
        var output: [UInt8] = []
        text.withUTF8 { unsafe conversion($0, &output) }
        return String(decoding: output, as: UTF8.self)
    }
}
