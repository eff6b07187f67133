/// Password hashes that can be imported: bcrypt, and scrypt and argon2 in PHC string form
/// (https://github.com/P-H-C/phc-string-format).
enum PasswordHash {
    /// Whether the bytes are a hash of a known kind.
    ///
    /// Says nothing about the password.
    static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count <= 512, unsafe bytes.first == UInt8(ascii: "$") else { return false }
        let parts = unsafe String(decoding: bytes, as: UTF8.self).split(
            separator: "$", omittingEmptySubsequences: false)
        guard parts.count >= 4 else { return false }
        switch parts[1] {
        case "2a", "2b", "2y": return isBcrypt(parts)
        case "scrypt": return parts.count == 5 && hasParameters(parts[2], ["ln", "r", "p"]) && isEncoded(parts[3...])
        case "argon2id", "argon2i", "argon2d":
            return parts.count == 6 && parts[2] == "v=19" && hasParameters(parts[3], ["m", "t", "p"])
                && isEncoded(parts[4...])
        default: return false
        }
    }

    /// `$2b$12$` and 53 characters of salt and hash.
    private static func isBcrypt(_ parts: [Substring]) -> Bool {
        guard parts.count == 4, parts[2].utf8.count == 2, parts[2].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let cost = Int(parts[2]), (4...31).contains(cost)
        else { return false }
        return parts[3].utf8.count == 53 && parts[3].utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x2E || $0 == 0x2F }
    }

    /// `m=65536,t=3,p=4`: exactly these names in this order, positive numbers.
    private static func hasParameters(_ text: Substring, _ names: [String]) -> Bool {
        let pairs = text.split(separator: ",", omittingEmptySubsequences: false)
        guard pairs.count == names.count else { return false }
        return zip(pairs, names).allSatisfy { pair, name in
            guard pair.hasPrefix(name + "=") else { return false }
            let digits = pair.dropFirst(name.utf8.count + 1)
            return digits.utf8.allSatisfy { (0x30...0x39).contains($0) } && (Int(digits) ?? 0) > 0
        }
    }

    /// Salt and hash in base 64 without padding.
    private static func isEncoded(_ parts: ArraySlice<Substring>) -> Bool {
        parts.allSatisfy { part in
            part.utf8.count >= 8 && part.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x2B || $0 == 0x2F }
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
