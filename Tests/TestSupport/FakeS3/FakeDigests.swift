import COpenSSL
import Signing

/// MD5 (RFC 1321) over bytes that come in pieces.
@safe
struct FakeMD5: ~Copyable {
    private let context: OpaquePointer?

    init() {
        unsafe context = EVP_MD_CTX_new()
        let status = unsafe EVP_DigestInit_ex(context, EVP_md5(), nil)
        precondition(status == 1, "the crypto library has no MD5")
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    mutating func update(_ bytes: [UInt8], range: Range<Int>) {
        let status = unsafe bytes.withUnsafeBytes { buffer in
            let part = unsafe UnsafeRawBufferPointer(rebasing: buffer[range])
            return unsafe EVP_DigestUpdate(context, part.baseAddress, part.count)
        }
        precondition(status == 1, "the digest could not be updated")
    }

    consuming func finish() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 16)
        let status = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
        }
        precondition(status == 1, "the digest could not be finished")
        return bytes
    }

    static func of(_ bytes: [UInt8]) -> [UInt8] {
        var hasher = FakeMD5()
        hasher.update(bytes, range: bytes.indices)
        return hasher.finish()
    }
}

/// Digests and their notations.
enum FakeDigest {
    /// HMAC-SHA256 (RFC 2104).
    static func hmac(key: [UInt8], _ text: String) -> [UInt8] {
        let short = key.count > 64 ? SHA256Digest.of(key).bytes : key
        let block = short + [UInt8](repeating: 0, count: 64 - short.count)
        let inner = SHA256Digest.of(block.map { $0 ^ 0x36 } + Array(text.utf8)).bytes
        return SHA256Digest.of(block.map { $0 ^ 0x5C } + inner).bytes
    }

    static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Base64 with padding (RFC 4648 section 4).
    static func base64(_ bytes: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var value = group.reduce(0) { $0 << 8 | Int($1) }
            value <<= 8 * (3 - group.count)
            for place in 0..<4 {
                text.append(place <= group.count ? letters[value >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
