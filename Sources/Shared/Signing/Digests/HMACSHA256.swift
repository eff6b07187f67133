import COpenSSL

/// HMAC with SHA-256 (RFC 2104).
package enum HMACSHA256 {
    /// The code of a message, 32 bytes.
    package static func code(key: [UInt8], message: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 0
        let result = unsafe code.withUnsafeMutableBufferPointer { buffer in
            unsafe HMAC(EVP_sha256(), key, CInt(key.count), message, message.count, buffer.baseAddress, &count)
        }
        precondition(unsafe result != nil && count == 32, "the crypto library has no HMAC-SHA-256")
        return code
    }

    /// The code of the UTF-8 bytes of a text.
    package static func code(key: [UInt8], message: String) -> [UInt8] {
        code(key: key, message: Array(message.utf8))
    }
}
