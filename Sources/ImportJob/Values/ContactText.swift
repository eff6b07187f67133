internal import JobCore

/// E-mail addresses.
enum EmailAddress {
    /// Bytes of a local part besides letters, digits and dots (RFC 5322, section 3.2.3: `atext`).
    private static let marks = Set("!#$%&'*+-/=?^_`{|}~".utf8)

    /// Whether the text is an address that mail can be sent to by its form: `local@domain.tld`.
    ///
    /// As RFC 5321, sections 4.1.2 and 4.5.3.1, without quoted local parts and addresses in brackets, which no mailing
    /// list has; letters beyond ASCII as RFC 6531 allows.
    static func isValid(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count <= 254, let at = unsafe text.lastIndex(of: UInt8(ascii: "@")), at >= 1, at <= 64 else {
            return false
        }
        var wasDot = true
        for index in 0..<at {
            let byte = unsafe text[index]
            if byte == UInt8(ascii: ".") {
                if wasDot { return false }
                wasDot = true
            } else {
                guard isLetterOrDigit(byte) || byte >= 0x80 || marks.contains(byte) else { return false }
                wasDot = false
            }
        }
        if wasDot { return false }
        guard unsafe isDomain(UnsafeBufferPointer(rebasing: text[(at + 1)...])) else { return false }
        // Of ASCII nothing is left that nobody sees.
        return unsafe VisibleText.isPlain(text) || !VisibleText.hasBlankOrInvisible(text)
    }

    /// Labels of letters, digits and hyphens, at least two, the last one not of digits only.
    private static func isDomain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var labels = 0
        var length = 0
        var last: UInt8 = 0
        var hasLetter = false
        for index in text.indices {
            let byte = unsafe text[index]
            if byte == UInt8(ascii: ".") {
                if length == 0 || last == UInt8(ascii: "-") { return false }
                labels += 1
                length = 0
                hasLetter = false
            } else {
                guard isLetterOrDigit(byte) || byte >= 0x80 || (byte == UInt8(ascii: "-") && length > 0) else {
                    return false
                }
                length += 1
                if length > 63 { return false }
                hasLetter = hasLetter || byte &- 0x30 > 9
            }
            last = byte
        }
        return labels >= 1 && length >= 1 && hasLetter && last != UInt8(ascii: "-")
    }

    @inline(__always)
    private static func isLetterOrDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 }
}

/// Telephone numbers in the form of ITU-T E.164.
enum PhoneNumber {
    /// `+` and the digits of an international number; nil when it is none.
    ///
    /// Spaces, hyphens, points, slashes and parentheses fall away, `00` in front is a `+`, and so does the national `(0)`.
    /// A national number stays unknown: nothing tells its country.
    static func canonical(_ text: UnsafeBufferPointer<UInt8>) -> String? {
        guard text.count <= 64 else { return nil }
        var number = unsafe String(decoding: text, as: UTF8.self)
        for space in ["\u{A0}", "\u{202F}", "\u{2011}", "\u{2010}", "\u{2013}"] {
            number = number.split(separator: space, omittingEmptySubsequences: false).joined()
        }
        number = number.split(separator: "(0)", omittingEmptySubsequences: false).joined()
        var digits = ""
        for byte in number.utf8 {
            switch byte {
            case 0x30...0x39: digits.unicodeScalars.append(UnicodeScalar(byte))
            case UInt8(ascii: "+") where digits.isEmpty: digits = "+"
            case 0x20, 0x09, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "("),
                UInt8(ascii: ")"):
                break
            default: return nil
            }
        }
        if digits.hasPrefix("00") { digits = "+" + digits.dropFirst(2) }
        let isInternational = digits.hasPrefix("+") && !digits.hasPrefix("+0") && (8...16).contains(digits.utf8.count)
        return isInternational ? digits : nil
    }
}
