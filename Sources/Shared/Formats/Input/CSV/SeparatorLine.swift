/// The line `sep=;` with which spreadsheets tell each other what separates fields, perhaps in quotes.
struct SeparatorLine {
    let delimiter: UInt8
    /// Bytes of the line with its end.
    let count: Int

    /// The line at the beginning of the bytes; nil when they begin otherwise.
    init?(_ bytes: ArraySlice<UInt8>) {
        let isQuoted = bytes.first == UInt8(ascii: "\"")
        let text = bytes.dropFirst(isQuoted ? 1 : 0)
        let start = text.startIndex
        guard text.count >= (isQuoted ? 7 : 6),
            text.prefix(4).map({ $0 == 0x3D ? $0 : $0 | 0x20 }) == Array("sep=".utf8)
        else { return nil }
        let delimiter = text[start + 4]
        guard delimiter == 0x09 || (delimiter > 0x20 && delimiter < 0x7F && delimiter != UInt8(ascii: "\"")) else {
            return nil
        }
        var end = start + 5
        if isQuoted {
            guard text[end] == UInt8(ascii: "\"") else { return nil }
            end += 1
        }
        switch text[end] {
        case 0x0A: end += 1
        case 0x0D: end += text.endIndex > end + 1 && text[end + 1] == 0x0A ? 2 : 1
        default: return nil
        }
        count = end - bytes.startIndex
        self.delimiter = delimiter
    }
}
