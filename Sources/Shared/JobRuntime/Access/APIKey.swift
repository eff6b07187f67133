internal import Glibc
internal import JobCore
internal import Signing

/// A key that proves who asks for a job: `pk_`, 43 random characters (256 bits), `_`, and six that check the others.
///
/// Whoever scans text for leaked secrets can tell one from any other word, and a mistyped one is known without asking
/// the database. A fast hash is enough to keep it: nobody guesses 256 bits, as they would a password.
struct APIKey: Sendable {
    private static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    private static let randomCount = 43
    private static let checkCount = 6

    /// What is given to its owner, once.
    let secret: Secret

    /// SHA-256 of the whole key in hexadecimal: what is kept.
    var hash: String { SHA256Digest.of(secret.reveal()).hex }

    /// A new key.
    static func make() -> APIKey {
        var generator = SystemRandomNumberGenerator()
        let random = (0..<randomCount).map { _ in digits[Int.random(in: digits.indices, using: &generator)] }
        let body = "pk_" + String(decoding: random, as: UTF8.self)
        return APIKey(secret: Secret(body + "_" + check(body)))
    }

    private init(secret: Secret) { self.secret = secret }

    /// Reads a key; `nil` when the text cannot be one.
    init?(_ text: Secret) {
        let key = text.reveal()
        let parts = key.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "pk", parts[1].utf8.count == Self.randomCount,
            parts[1].utf8.allSatisfy({ Self.digits.contains($0) }), parts[2] == Self.check("pk_" + parts[1])
        else { return nil }
        secret = text
    }

    /// The first bits of the SHA-256 of what comes before, in base 62.
    private static func check(_ body: String) -> String {
        var number = SHA256Digest.of(body).bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        var text: [UInt8] = []
        for _ in 0..<checkCount {
            text.append(digits[Int(number % 62)])
            number /= 62
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Whom a key belongs to, as the table `api_keys` holds it.
struct APIKeyRecord: Sendable, Equatable {
    /// SHA-256 of the key in hexadecimal.
    let hash: String
    let orgId: String
    let actorId: String
    let role: String
    let plan: String
    /// `nil` while the key is good.
    let revokedAt: Instant?

    /// What people call the key: the beginning of its hash.
    var id: String { String(hash.prefix(12)) }
}
