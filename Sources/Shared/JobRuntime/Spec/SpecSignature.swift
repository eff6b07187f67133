internal import Signing

/// What the operator's signature says of a spec.
package enum SpecSignature: Sendable, Equatable {
    /// There is none.
    case absent
    /// It is not that of these bytes, or there is no key to check it with.
    case wrong
    /// Whoever wrote these bytes has the key: the actor they name is believed.
    case valid

    /// Checks `JOB_SPEC_SIGNATURE`: the HMAC-SHA-256 (RFC 2104) of the bytes under `JOB_SIGNING_KEY`, in hexadecimal.
    init(of bytes: [UInt8], _ environment: JobEnvironment) {
        guard let signature = environment.specSignature else {
            self = .absent
            return
        }
        guard let key = environment.signingKey?.reveal() else {
            self = .wrong
            return
        }
        let expected = Hexadecimal.text(HMACSHA256.code(key: Array(key.utf8), message: bytes))
        self = ConstantTime.equal(expected, signature.lowercased()) ? .valid : .wrong
    }
}
