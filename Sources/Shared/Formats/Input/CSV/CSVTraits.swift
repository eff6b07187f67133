/// What a CSV file turned out to be.
package struct CSVTraits: Sendable, Equatable {
    /// The character around fields.
    package let quote: UInt8
    /// Quotes inside quoted fields have a backslash in front.
    package let isBackslashEscaped: Bool
    /// Blanks around quotes or behind delimiters are no text.
    package let hasBlanks: Bool
    /// Lines above the header that were left out.
    package let skippedLines: Int
}

/// Passes over the first lines of a file, which may come in pieces of any size.
struct LineSkipper: Sendable {
    private var left: Int
    private var followsCR = false
    /// Lines and bytes that were passed.
    private(set) var skippedLines = 0
    private(set) var skipped = 0

    init(lines: Int) { left = lines }

    /// Moves behind those lines.
    mutating func skip(_ input: [UInt8], _ position: inout Int) {
        while position < input.count && (left > 0 || followsCR) {
            let byte = input[position]
            if left == 0 {
                followsCR = false
                guard byte == 0x0A else { return }
            } else if byte == 0x0D || (byte == 0x0A && !followsCR) {
                left -= 1
                skippedLines += 1
            }
            followsCR = byte == 0x0D
            position += 1
            skipped += 1
        }
    }
}
