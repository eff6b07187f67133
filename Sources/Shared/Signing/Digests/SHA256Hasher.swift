import COpenSSL

/// SHA-256 over bytes that come in pieces; how they are cut does not change the digest.
///
/// The EVP calls fail only without memory, or when a configured provider (FIPS) lacks SHA-256. No caller can go on
/// after either, so both stop the process instead of being thrown.
@safe
package struct SHA256Hasher: ~Copyable {
    private static let digestByteCount = 32

    private let context: OpaquePointer

    /// A hasher that has seen no bytes.
    package init() {
        guard let context = unsafe EVP_MD_CTX_new() else {
            preconditionFailure("no memory for a digest context")
        }
        unsafe self.context = context
        let status = unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil)
        precondition(status == 1, "the crypto library has no SHA-256")
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    /// Adds all the bytes.
    package mutating func update(_ bytes: [UInt8]) {
        update(bytes, range: bytes.startIndex..<bytes.endIndex)
    }

    /// Adds a part of the bytes without copying it.
    ///
    /// Precondition: the range lies inside the array.
    package mutating func update(_ bytes: [UInt8], range: Range<Int>) {
        let status = unsafe bytes.withUnsafeBytes { buffer in
            let part = unsafe UnsafeRawBufferPointer(rebasing: buffer[range])
            return unsafe EVP_DigestUpdate(context, part.baseAddress, part.count)
        }
        precondition(status == 1, "the digest could not be updated")
    }

    /// The digest of everything added; the hasher then begins again.
    package mutating func finish() -> SHA256Digest {
        var bytes = [UInt8](repeating: 0, count: Self.digestByteCount)
        let status = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
        }
        precondition(status == 1, "the digest could not be finished")
        let restarted = unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil)
        precondition(restarted == 1, "the crypto library has no SHA-256")
        return SHA256Digest(bytes: bytes)
    }
}
