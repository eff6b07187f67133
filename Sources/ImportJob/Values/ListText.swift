internal import Formats

/// Lists in one cell, such as `"VIP","Blog"` or `a; b`.
enum ListText {
    /// Appends the items as a JSON array of strings; false when a quote is not closed.
    ///
    /// Items may stand in double quotes, doubled inside, and a backslash takes the delimiter as it is. Spaces around items
    /// and empty items fall away. What is a JSON array already stays one.
    static func append(_ cell: UnsafeBufferPointer<UInt8>, delimiter: UInt8, to output: inout [UInt8]) -> Bool {
        if unsafe cell.first == UInt8(ascii: "["), unsafe CanonicalJSON.append(cell, to: &output) { return true }
        let start = output.count
        output.append(UInt8(ascii: "["))
        var rest = unsafe Array(cell)[...]
        while !rest.isEmpty {
            guard let item = next(&rest, delimiter) else {
                output.removeLast(output.count - start)
                return false
            }
            if item.isEmpty { continue }
            if output.last != UInt8(ascii: "[") || output.count > start + 1 { output.append(UInt8(ascii: ",")) }
            let isText = unsafe item.withUnsafeBufferPointer { unsafe CanonicalJSON.append(text: $0, to: &output) }
            if !isText {
                output.removeLast(output.count - start)
                return false
            }
        }
        output.append(UInt8(ascii: "]"))
        return true
    }

    /// The next item, and the delimiter behind it; nil when a quote is not closed.
    private static func next(_ rest: inout ArraySlice<UInt8>, _ delimiter: UInt8) -> [UInt8]? {
        rest = rest.drop { $0 == 0x20 }
        var item: [UInt8] = []
        if rest.first == UInt8(ascii: "\"") {
            rest = rest.dropFirst()
            while true {
                guard let byte = rest.popFirst() else { return nil }
                if byte == UInt8(ascii: "\"") {
                    guard rest.first == byte else { break }
                    rest = rest.dropFirst()
                }
                item.append(byte)
            }
        }
        while let byte = rest.popFirst(), byte != delimiter {
            let isEscape = byte == UInt8(ascii: "\\") && rest.first == delimiter
            item.append(isEscape ? rest.popFirst() ?? byte : byte)
        }
        while item.last == 0x20 { item.removeLast() }
        return item
    }
}
