/// Password hashes that can be imported: bcrypt, and scrypt and argon2 in PHC string form
/// (https://github.com/P-H-C/phc-string-format).
///
/// Costs beyond what a login can bear are refused: whoever imports such a hash could stop the server that checks it. The
/// bounds are far above what is advised (OWASP Password Storage Cheat Sheet; RFC 7914, RFC 9106): a bcrypt cost of 20,
/// 4 GiB of memory, 1000 passes, 64 lanes.
enum PasswordHash {
    private static let maximumMemory = 4 << 30

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
        case "scrypt": return parts.count == 5 && isSaneScrypt(parts[2]) && isEncoded(parts[3...])
        case "argon2id", "argon2i", "argon2d":
            return parts.count == 6 && parts[2] == "v=19" && isSaneArgon2(parts[3]) && isEncoded(parts[4...])
        default: return false
        }
    }

    /// `$2b$12$` and 53 characters of salt and hash.
    private static func isBcrypt(_ parts: [Substring]) -> Bool {
        guard parts.count == 4, parts[2].utf8.count == 2, parts[2].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let cost = Int(parts[2]), (4...20).contains(cost)
        else { return false }
        return parts[3].utf8.count == 53 && parts[3].utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x2E || $0 == 0x2F }
    }

    /// 128 · r · 2^ln bytes (RFC 7914 section 2).
    private static func isSaneScrypt(_ text: Substring) -> Bool {
        guard let costs = parameters(text, ["ln", "r", "p"]), costs[0] <= 30, costs[1] <= 1 << 10, costs[2] <= 64 else {
            return false
        }
        return 128 * costs[1] << costs[0] <= maximumMemory
    }

    /// Memory in KiB, at least 8 for each lane (RFC 9106 section 3.1).
    private static func isSaneArgon2(_ text: Substring) -> Bool {
        guard let costs = parameters(text, ["m", "t", "p"]), costs[1] <= 1000, costs[2] <= 64 else { return false }
        return costs[0] >= 8 * costs[2] && costs[0] <= maximumMemory / 1024
    }

    /// `m=65536,t=3,p=4`: exactly these names in this order, positive numbers.
    private static func parameters(_ text: Substring, _ names: [String]) -> [Int]? {
        let pairs = text.split(separator: ",", omittingEmptySubsequences: false)
        guard pairs.count == names.count else { return nil }
        var numbers: [Int] = []
        for (pair, name) in zip(pairs, names) {
            guard pair.hasPrefix(name + "=") else { return nil }
            let digits = pair.dropFirst(name.utf8.count + 1)
            guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits), number > 0 else {
                return nil
            }
            numbers.append(number)
        }
        return numbers
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
