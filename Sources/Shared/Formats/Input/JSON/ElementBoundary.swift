/// Finds the end of a JSON value that arrives in pieces; what is inside is checked later, by the parser.
struct ElementBoundary: Sendable {
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var isScalar = false

    /// Index behind the value within `bytes[start..<end]`, `nil` when it goes on.
    mutating func end(_ bytes: [UInt8], from start: Int, to end: Int) -> Int? {
        for index in start..<end {
            let byte = bytes[index]
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                    if depth == 0 { return index + 1 }
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // Behind a number, the bracket of the array around it.
                if depth == 0 { return index }
                depth -= 1
                if depth == 0 { return index + 1 }
            case UInt8(ascii: ","), 0x20, 0x09, 0x0A, 0x0D:
                if depth == 0 && isScalar { return index }
            default: isScalar = isScalar || depth == 0
            }
        }
        return nil
    }
}
