internal import JobCore
internal import Signing

/// What a signature allows somebody to do with a spec.
package enum SignedVerb: String, Sendable, CaseIterable {
    /// To prepare the job and to run it.
    case run
    /// To prepare it only.
    case prepare
}

/// What the operator's signature says of a spec.
package enum SpecSignature: Sendable, Equatable {
    /// There is none.
    case absent
    /// It does not prove these bytes for this kind of job; why, as far as it can be told.
    case wrong(String)
    /// Whoever signed these bytes has the key, and means this: the actor they name is believed.
    case valid(SignedVerb)

    /// Checks `JOB_SPEC_SIGNATURE`.
    ///
    /// Throws `configuration_invalid` (78) when `JOB_SIGNING_KEY` is too short.
    init(of bytes: [UInt8], kind: JobKind, _ environment: JobEnvironment) throws(JobError) {
        guard let signature = environment.specSignature?.lowercased() else {
            self = .absent
            return
        }
        guard let key = try environment.checkedSigningKey() else {
            self = .wrong("there is no JOB_SIGNING_KEY to check JOB_SPEC_SIGNATURE with")
            return
        }
        func proves(_ kind: JobKind, _ verb: SignedVerb) -> Bool {
            ConstantTime.equal(Self.value(of: bytes, kind: kind, verb: verb, key), signature)
        }
        if let verb = SignedVerb.allCases.first(where: { proves(kind, $0) }) {
            self = .valid(verb)
        } else if let other = JobKind.allCases.first(where: { other in
            other != kind && SignedVerb.allCases.contains { proves(other, $0) }
        }) {
            self = .wrong("JOB_SPEC_SIGNATURE was made for an \(other.rawValue), this is an \(kind.rawValue)")
        } else if ConstantTime.equal(Hexadecimal.text(HMACSHA256.code(key: key.bytes, message: bytes)), signature) {
            self = .wrong("JOB_SPEC_SIGNATURE is of the old kind, which does not say what it is for")
        } else {
            self = .wrong("JOB_SPEC_SIGNATURE is not the signature of this spec")
        }
    }

    /// What `JOB_SPEC_SIGNATURE` has to be: HMAC-SHA-256, under the key for the purpose `spec`, of the lines
    /// `data-io/1 spec`, kind of job and verb, each with a line feed, and the exact bytes of the spec; in hexadecimal.
    package static func value(of bytes: [UInt8], kind: JobKind, verb: SignedVerb, _ key: SigningKey) -> String {
        let purpose = "data-io/1 spec\n\(kind.rawValue)\n\(verb.rawValue)\n"
        return Hexadecimal.text(
            HMACSHA256.code(key: key.key(for: "spec"), message: Array(purpose.utf8) + bytes))
    }
}
