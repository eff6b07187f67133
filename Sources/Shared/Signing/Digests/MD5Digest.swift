import COpenSSL

/// An MD5 digest (RFC 1321), which stores take as `Content-MD5`; it guards against accidents, not against attackers.
package enum MD5Digest {
    /// The 16 bytes of the digest; `nil` where the crypto library refuses MD5 (FIPS).
    package static func of(_ bytes: [UInt8]) -> [UInt8]? {
        var digest = [UInt8](repeating: 0, count: 16)
        let status = unsafe digest.withUnsafeMutableBufferPointer { buffer in
            unsafe EVP_Digest(bytes, bytes.count, buffer.baseAddress, nil, EVP_md5(), nil)
        }
        return status == 1 ? digest : nil
    }
}
