import Signing

/// One request to a store before it is signed.
struct S3Operation: Sendable {
    let method: String
    /// The object; `nil` for the bucket itself.
    var key: ObjectKey?
    var query: [SigV4Signer.Pair] = []
    var fields: [SigV4Signer.Pair] = []
    var body: [UInt8]?
    /// Bytes of an answer that is collected whole.
    var maximumBodyBytes = 16 << 20
    /// What the operation is called in messages, as in "read".
    let verb: String
    /// Seconds for one try; `nil`: only stalls end it.
    var secondsAllowed: Double?
    /// Tries at most, the first included; `nil`: what the policy says.
    var maximumAttempts: Int?

    init(_ method: String, _ key: ObjectKey?, verb: String) {
        self.method = method
        self.key = key
        self.verb = verb
    }

    /// The field that puts a condition on it.
    var condition: String? {
        fields.first { ["If-Match", "If-None-Match", "x-goog-if-generation-match"].contains($0.name) }?.name
    }

    /// Whether it changes what is stored.
    var isWrite: Bool { method != "GET" && method != "HEAD" }

    /// What the operation is about, for messages.
    var subject: String { key.map { "\(verb) object \($0)" } ?? "\(verb) the bucket" }
}
