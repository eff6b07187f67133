/// A way to write numbers, told by an example: `1.234,56`.
///
/// The example is the number 1234.56 in that way, with or without a mark between groups: `1,234.56`, `1.234,56`,
/// `1 234,56`, `1'234.56`, `1234,56`, `1234.56`.
struct NumberPattern: Sendable, Equatable {
    let text: String
    private let decimalMark: UInt8
    /// Any of these bytes sequences may stand between groups.
    private let groupMarks: [[UInt8]]

    /// Reads an example; nil when it is none.
    init?(_ text: String) {
        guard text.hasPrefix("1"), text.hasSuffix("56") else { return nil }
        let middle = text.dropFirst().dropLast(2)
        guard let decimal = middle.utf8.last, decimal == UInt8(ascii: ".") || decimal == UInt8(ascii: ","),
            middle.dropLast().hasSuffix("234")
        else { return nil }
        switch middle.dropLast(4) {
        case "": groupMarks = []
        case "." where decimal != UInt8(ascii: "."): groupMarks = [[UInt8(ascii: ".")]]
        case "," where decimal != UInt8(ascii: ","): groupMarks = [[UInt8(ascii: ",")]]
        // An apostrophe and the typographic one; a space, and those that do not break a line.
        case "'", "\u{2019}": groupMarks = ["'", "\u{2019}"].map { Array($0.utf8) }
        case " ", "\u{A0}", "\u{202F}": groupMarks = [" ", "\u{A0}", "\u{202F}"].map { Array($0.utf8) }
        default: return nil
        }
        decimalMark = decimal
        self.text = text
    }

    /// Currency signs that may stand before or behind a number.
    private static let currencies = ["$", "€", "£", "¥"].map { Array($0.utf8) }

    /// The number with a point and without groups; nil when the text is not written in this way.
    ///
    /// A group has three digits, and the first one does not begin with a zero: `0.125` under `1.234,56` is no number.
    /// Between commas, groups in front of the last one may all be of two digits, as in India: `12,34,567`.
    func plain(_ cell: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var rest = unsafe Array(cell)[...]
        var output: [UInt8] = []
        Self.takeCurrency(&rest)
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            output.append(sign)
            rest = rest.dropFirst()
        }
        Self.takeCurrency(&rest)
        // The digits since the last mark; nil before the first mark.
        var group: Int?
        var digits = 0
        let startsWithZero = rest.first == 0x30
        var leading = 0
        var hasPairs = false
        var hasTriples = false
        while let byte = rest.first, byte != decimalMark {
            if byte &- 0x30 < 10 {
                output.append(byte)
                digits += 1
                group? += 1
                rest = rest.dropFirst()
            } else if digits > 0, let mark = groupMarks.first(where: { rest.starts(with: $0) }) {
                switch group {
                case nil where digits > 3 || startsWithZero: return nil
                case nil: break
                case 2 where mark == [UInt8(ascii: ",")]: hasPairs = true
                case 3: hasTriples = true
                default: return nil
                }
                if group == nil { leading = digits }
                if hasPairs && hasTriples { return nil }
                let isFollowed = rest.dropFirst(mark.count).first.map { $0 &- 0x30 < 10 } ?? false
                if !isFollowed { break }
                group = 0
                rest = rest.dropFirst(mark.count)
            } else {
                break
            }
        }
        if let group, group != 3 || (hasPairs && leading > 2) { return nil }
        if rest.first == decimalMark {
            output.append(UInt8(ascii: "."))
            let fraction = rest.dropFirst().prefix { $0 &- 0x30 < 10 }
            if fraction.isEmpty { return nil }
            output += fraction
            rest = rest.dropFirst(fraction.count + 1)
        }
        Self.takeCurrency(&rest)
        return rest.isEmpty ? output : nil
    }

    private static func takeCurrency(_ rest: inout ArraySlice<UInt8>) {
        takeSpaces(&rest)
        for sign in currencies where rest.starts(with: sign) {
            rest = rest.dropFirst(sign.count)
            break
        }
        takeSpaces(&rest)
    }

    private static func takeSpaces(_ rest: inout ArraySlice<UInt8>) {
        let spaces = [" ", "\u{A0}", "\u{202F}"].map { Array($0.utf8) }
        while let space = spaces.first(where: { rest.starts(with: $0) }) { rest = rest.dropFirst(space.count) }
    }
}

/// Words for true and false, told as `subscribed,yes/unsubscribed,no`; in any case.
///
/// `*` is any other word: `/*` makes false of everything.
struct WordPattern: Sendable, Equatable {
    let text: String
    private let yes: Set<String>
    private let no: Set<String>

    /// Reads a list; nil when it is none.
    init?(_ text: String) {
        let sides = text.split(separator: "/", omittingEmptySubsequences: false)
        guard sides.count == 2 else { return nil }
        let words = sides.map { side in
            Set(side.split(separator: ",").map { Self.normalise($0) }.filter { !$0.isEmpty })
        }
        let isOneSided = words[0] == ["*"] || words[1] == ["*"]
        guard isOneSided || (!words[0].isEmpty && !words[1].isEmpty), words[0].isDisjoint(with: words[1]) else {
            return nil
        }
        yes = words[0]
        no = words[1]
        self.text = text
    }

    private static func normalise(_ word: some StringProtocol) -> String {
        String(word.lowercased().drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    /// What the word says; nil when it is not listed.
    func value(_ cell: UnsafeBufferPointer<UInt8>) -> Bool? {
        guard cell.count <= 256 else { return nil }
        let word = unsafe Self.normalise(String(decoding: cell, as: UTF8.self))
        if yes.contains(word) { return true }
        if no.contains(word) { return false }
        return yes.contains("*") ? true : no.contains("*") ? false : nil
    }
}
