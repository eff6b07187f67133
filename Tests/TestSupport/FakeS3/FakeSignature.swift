import Signing

/// Checks Signature Version 4 from what was on the wire, with nothing of the product's own signer.
///
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
struct FakeSignature {
    let options: FakeS3.Options
    let credentials: FakeS3.Credentials
    /// The server's clock.
    let now: Double

    private struct Claim {
        let scope: [Substring]
        let signedHeaders: [String]
        let signature: String
        let date: String
        let token: String?
        let payload: String
        let presigned: Bool
    }

    /// Throws the refusal of a request that is not signed as it must be.
    func check(_ request: FakeS3.Request, bodySHA256: SHA256Digest) throws(FakeFailure) {
        let claim: Claim
        if request.query["X-Amz-Signature"] != nil || request.query["X-Amz-Algorithm"] != nil {
            claim = try queryClaim(request)
        } else if request.headers["authorization"] != nil {
            claim = try headerClaim(request)
        } else if options.mode == .r2 {
            throw FakeFailure(401, "Unauthorized", "Unauthorized")
        } else {
            throw FakeFailure(403, "AccessDenied", "Access Denied")
        }
        guard claim.scope.count == 5, claim.scope[3] == "s3", claim.scope[4] == "aws4_request",
            claim.date.hasPrefix(claim.scope[1])
        else { throw malformed("The credential is malformed.", claim.presigned) }
        guard claim.scope[0] == credentials.accessKey else {
            throw FakeFailure(403, "InvalidAccessKeyId", "The access key does not exist in our records.")
        }
        try checkRegion(claim)
        try checkTime(request, claim)
        try checkSignedHeaders(request, claim)
        let expected = signature(request, claim)
        guard expected == claim.signature else {
            throw FakeFailure(
                403, "SignatureDoesNotMatch", "The request signature we calculated does not match.",
                elements: FakeXML.element("CanonicalRequest", canonicalRequest(request, claim)))
        }
        if let wanted = credentials.sessionToken, claim.token != wanted {
            throw FakeFailure(403, "InvalidToken", "The provided token is malformed or otherwise invalid.")
        }
        if credentials.sessionToken == nil, claim.token != nil {
            throw FakeFailure(403, "InvalidToken", "A token was sent with a key that has none.")
        }
        try checkPayload(request, claim, bodySHA256)
    }

    private func malformed(_ message: String, _ presigned: Bool) -> FakeFailure {
        FakeFailure(400, presigned ? "AuthorizationQueryParametersError" : "AuthorizationHeaderMalformed", message)
    }

    private func headerClaim(_ request: FakeS3.Request) throws(FakeFailure) -> Claim {
        let text = request.headers["authorization"] ?? ""
        let algorithm = "AWS4-HMAC-SHA256 "
        guard text.hasPrefix(algorithm) else { throw malformed("The algorithm is not supported.", false) }
        var fields: [String: String] = [:]
        for part in text.dropFirst(algorithm.count).split(separator: ",") {
            let halves = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            if halves.count == 2 { fields[String(halves[0])] = String(halves[1]) }
        }
        guard let credential = fields["Credential"], let signed = fields["SignedHeaders"],
            let signature = fields["Signature"], let date = request.headers["x-amz-date"]
        else { throw malformed("A field of the authorization is missing.", false) }
        guard let payload = request.headers["x-amz-content-sha256"] else {
            throw FakeFailure(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
        }
        return Claim(
            scope: credential.split(separator: "/", omittingEmptySubsequences: false),
            signedHeaders: signed.split(separator: ";").map(String.init), signature: signature, date: date,
            token: request.headers["x-amz-security-token"], payload: payload, presigned: false)
    }

    private func queryClaim(_ request: FakeS3.Request) throws(FakeFailure) -> Claim {
        guard request.headers["authorization"] == nil else {
            throw FakeFailure(400, "InvalidArgument", "Only one auth mechanism allowed.")
        }
        guard request.query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256",
            let credential = request.query["X-Amz-Credential"],
            let signed = request.query["X-Amz-SignedHeaders"], let signature = request.query["X-Amz-Signature"],
            let date = request.query["X-Amz-Date"]
        else { throw malformed("A query parameter of the authorization is missing.", true) }
        if options.mode == .r2, request.method == "POST" {
            throw FakeFailure(501, "NotImplemented", "Presigned POST is not implemented.")
        }
        return Claim(
            scope: credential.split(separator: "/", omittingEmptySubsequences: false),
            signedHeaders: signed.split(separator: ";").map(String.init), signature: signature, date: date,
            token: request.query["X-Amz-Security-Token"],
            payload: request.headers["x-amz-content-sha256"] ?? "UNSIGNED-PAYLOAD", presigned: true)
    }

    private func checkRegion(_ claim: Claim) throws(FakeFailure) {
        let region = claim.scope[2]
        switch options.mode {
        case .r2:
            if ["auto", "us-east-1", ""].contains(region) || region == options.region { return }
        case .gcs:
            return
        case .aws, .minioOld:
            if region == options.bucketRegion ?? options.region { return }
        }
        let right = options.bucketRegion ?? options.region
        let headers = ["x-amz-bucket-region": right]
        if options.bucketRegion != nil, region == options.region {
            var all = headers
            if let location = options.redirectLocation { all["Location"] = location }
            let code = options.redirectStatus == 307 ? "TemporaryRedirect" : "PermanentRedirect"
            throw FakeFailure(
                options.redirectStatus, code, "The bucket must be addressed using another endpoint.", headers: all,
                elements: FakeXML.element("Bucket", options.bucket))
        }
        throw FakeFailure(
            400, "AuthorizationHeaderMalformed", "The region '\(region)' is wrong; expecting '\(right)'",
            headers: headers, elements: FakeXML.element("Region", right))
    }

    private func checkTime(_ request: FakeS3.Request, _ claim: Claim) throws(FakeFailure) {
        guard let date = FakeClock.parse(claim.date) else { throw malformed("The date is malformed.", claim.presigned) }
        if !claim.presigned {
            if abs(date - now) <= 900 { return }
            throw FakeFailure(
                403, "RequestTimeTooSkewed", "The difference between the request time and the server's is too large.",
                elements: FakeXML.element("ServerTime", FakeClock.isoDate(now)))
        }
        guard let text = request.query["X-Amz-Expires"], let seconds = Int(text), seconds >= 1, seconds <= 604_800
        else {
            throw malformed("X-Amz-Expires must be between 1 and 604800 seconds.", true)
        }
        if date > now + 900 { throw FakeFailure(403, "AccessDenied", "Request is not valid yet") }
        if now <= date + Double(seconds) { return }
        if options.mode == .r2 { throw FakeFailure(400, "ExpiredRequest", "Request has expired") }
        throw FakeFailure(403, "AccessDenied", "Request has expired")
    }

    private func checkSignedHeaders(_ request: FakeS3.Request, _ claim: Claim) throws(FakeFailure) {
        let signed = claim.signedHeaders
        guard signed == signed.sorted(), signed == signed.map({ $0.lowercased() }) else {
            throw malformed("The signed headers are not sorted in lower case.", claim.presigned)
        }
        let required = request.headers.keys.filter { $0.hasPrefix("x-amz-") || $0.hasPrefix("x-goog-") } + ["host"]
        if let missing = required.sorted().first(where: { !signed.contains($0) }) {
            throw FakeFailure(
                403, "AccessDenied", "There were headers present in the request which were not signed",
                elements: FakeXML.element("HeadersNotSigned", missing))
        }
        if let absent = signed.first(where: { request.headers[$0] == nil }) {
            throw FakeFailure(403, "SignatureDoesNotMatch", "The signed header \(absent) was not sent.")
        }
    }

    private func checkPayload(
        _ request: FakeS3.Request, _ claim: Claim, _ body: SHA256Digest
    ) throws(FakeFailure) {
        if claim.payload == "UNSIGNED-PAYLOAD" {
            let hasBody = request.method == "PUT" || request.method == "POST"
            // A proxy in front may have ended TLS.
            if claim.presigned || !hasBody || request.headers["x-forwarded-proto"] == "https" { return }
            throw FakeFailure(400, "InvalidRequest", "UNSIGNED-PAYLOAD is refused for bodies over plain HTTP.")
        }
        if claim.payload == body.hex { return }
        throw FakeFailure(
            400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match the body.",
            elements: FakeXML.element("S3ComputedContentSHA256", body.hex))
    }

    private func canonicalRequest(_ request: FakeS3.Request, _ claim: Claim) -> String {
        // Encoded anew, so that a client that signed another notation than it sent is found out.
        let query = request.pairs.filter { !claim.presigned || $0.name != "X-Amz-Signature" }
            .map { pair in
                (FakePercent.encode(pair.name, keepSlash: false), FakePercent.encode(pair.value, keepSlash: false))
            }
            .sorted { $0 < $1 }.map { "\($0)=\($1)" }.joined(separator: "&")
        let headers = claim.signedHeaders.map { name in
            let words = (request.headers[name] ?? "").split { $0 == " " }
            return "\(name):\(words.joined(separator: " "))\n"
        }
        return [
            request.method, FakePercent.encode(request.path, keepSlash: true), query, headers.joined(),
            claim.signedHeaders.joined(separator: ";"), claim.payload,
        ].joined(separator: "\n")
    }

    private func signature(_ request: FakeS3.Request, _ claim: Claim) -> String {
        let scope = claim.scope.dropFirst().joined(separator: "/")
        let digest = SHA256Digest.of(Array(canonicalRequest(request, claim).utf8)).hex
        let text = "AWS4-HMAC-SHA256\n\(claim.date)\n\(scope)\n\(digest)"
        var key = Array("AWS4\(credentials.secretKey)".utf8)
        for part in claim.scope.dropFirst() { key = FakeDigest.hmac(key: key, String(part)) }
        return FakeDigest.hex(FakeDigest.hmac(key: key, text))
    }
}
