/// What is accepted as the host of a URL or of an allow-list entry.
enum HostName {
    /// Whether it is a name of letters, digits, `-` and `_` in labels of 1 to 63 characters, 253 in all.
    ///
    /// A name whose last label is a number is refused, as are trailing dots: resolvers take `127.1`, `0x7f.1` and
    /// `2130706433` for addresses, each in its own way (WHATWG URL, "ends in a number").
    static func isName(_ text: String) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.allSatisfy(isLabel), let last = labels.last else { return false }
        return !isNumber(last)
    }

    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        let isPlain = label.allSatisfy { character in
            switch character {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isPlain && (1...63).contains(label.count) && label.first != UInt8(ascii: "-")
            && label.last != UInt8(ascii: "-")
    }

    private static func isNumber(_ label: Substring.UTF8View) -> Bool {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        if label.allSatisfy(digits.contains) { return true }
        guard label.first == UInt8(ascii: "0"), let second = label.dropFirst().first else { return false }
        return second | 0x20 == UInt8(ascii: "x")
            && label.dropFirst(2).allSatisfy {
                digits.contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0 | 0x20)
            }
    }
}
