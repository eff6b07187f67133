/// AWS Signature Version 4 for headers and for presigned URLs; pure, the date is a parameter.
///
/// The rules are those of S3 (one percent-encoding of the path, no normalisation), described in
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and `sigv4-query-string-auth.html`.
package struct SigV4Signer: Sendable {
    /// What is signed of the body.
    package enum Payload: Sendable {
        /// Nothing; for connections whose integrity TLS already guards.
        case unsigned
        case digest(SHA256Digest)

        /// The value of `x-amz-content-sha256`.
        package var text: String {
            switch self {
            case .unsigned: "UNSIGNED-PAYLOAD"
            case .digest(let digest): digest.hex
            }
        }
    }

    /// A name and a value, neither encoded.
    package typealias Pair = (name: String, value: String)

    private static let algorithm = "AWS4-HMAC-SHA256"

    private let credentials: AWSCredentials
    private let region: String
    private let service: String

    package init(credentials: AWSCredentials, region: String, service: String = "s3") {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// The header fields that authorise a request: the given ones, `x-amz-date`, `x-amz-content-sha256`, the session
    /// token and `Authorization`.
    ///
    /// All given fields are signed, and `host` is signed besides them. `path` is already percent-encoded.
    package func fields(
        _ method: String, host: String, path: String, query: [Pair] = [], fields: [Pair] = [], payload: Payload,
        at date: SigningDate
    ) -> [Pair] {
        var signed = fields
        signed.append(("x-amz-content-sha256", payload.text))
        signed.append(("x-amz-date", date.text))
        if let token = credentials.sessionToken { signed.append(("x-amz-security-token", token.reveal())) }
        let all = signed + [("host", host)]
        let names = Self.signedNames(all)
        let canonical = Self.canonicalRequest(
            method, path: path, query: Self.canonicalQuery(query), fields: all, payload: payload.text)
        let authorization =
            "\(Self.algorithm) Credential=\(credentials.accessKeyID)/\(scope(date)), SignedHeaders=\(names), "
            + "Signature=\(signature(of: canonical, date))"
        return signed + [("Authorization", authorization)]
    }

    /// The query string of a presigned URL.
    ///
    /// Precondition: 1…604,800 seconds. Only `host` is signed, so any client may use the URL.
    package func presignedQuery(
        _ method: String, host: String, path: String, query: [Pair] = [], secondsToLive: Int, at date: SigningDate
    ) -> String {
        precondition((1...604_800).contains(secondsToLive), "a presigned URL lives 1 to 604800 seconds")
        var pairs = query
        pairs.append(("X-Amz-Algorithm", Self.algorithm))
        pairs.append(("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope(date))"))
        pairs.append(("X-Amz-Date", date.text))
        pairs.append(("X-Amz-Expires", String(secondsToLive)))
        if let token = credentials.sessionToken { pairs.append(("X-Amz-Security-Token", token.reveal())) }
        pairs.append(("X-Amz-SignedHeaders", "host"))
        let canonicalQuery = Self.canonicalQuery(pairs)
        let canonical = Self.canonicalRequest(
            method, path: path, query: canonicalQuery, fields: [("host", host)], payload: "UNSIGNED-PAYLOAD")
        return "\(canonicalQuery)&X-Amz-Signature=\(signature(of: canonical, date))"
    }

    /// A query string in the order and encoding that is signed; the same goes on the wire.
    package static func canonicalQuery(_ pairs: [Pair]) -> String {
        pairs.map { (name: URIEncoding.component($0.name), value: URIEncoding.component($0.value)) }
            .sorted { ($0.name, $0.value) < ($1.name, $1.value) }
            .map { "\($0.name)=\($0.value)" }
            .joined(separator: "&")
    }

    static func canonicalRequest(
        _ method: String, path: String, query: String, fields: [Pair], payload: String
    ) -> String {
        let lines = fields.map { ($0.name.lowercased(), trimmed($0.value)) }.sorted { $0 < $1 }
            .map { "\($0.0):\($0.1)\n" }.joined()
        return "\(method)\n\(path)\n\(query)\n\(lines)\n\(signedNames(fields))\n\(payload)"
    }

    private static func signedNames(_ fields: [Pair]) -> String {
        fields.map { $0.name.lowercased() }.sorted().joined(separator: ";")
    }

    /// Without spaces at the ends, and with one for each run of spaces inside.
    private static func trimmed(_ value: String) -> String {
        value.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
    }

    private func scope(_ date: SigningDate) -> String { "\(date.day)/\(region)/\(service)/aws4_request" }

    private func signature(of canonicalRequest: String, _ date: SigningDate) -> String {
        let text = "\(Self.algorithm)\n\(date.text)\n\(scope(date))\n\(SHA256Digest.of(canonicalRequest).hex)"
        var key = Array("AWS4\(credentials.secretAccessKey.reveal())".utf8)
        for part in [String(date.day), region, service, "aws4_request"] {
            key = HMACSHA256.code(key: key, message: part)
        }
        return Hexadecimal.text(HMACSHA256.code(key: key, message: text))
    }
}
