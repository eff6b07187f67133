package import JobCore

/// Where a bucket is and how requests to it are addressed: `s3://bucket/prefix?endpoint=https://…&region=auto`.
package struct S3Location: Sendable, Equatable {
    /// Where the bucket's name stands in a URL.
    package enum Addressing: String, Sendable, CaseIterable {
        /// `https://host/bucket/key`
        case path
        /// `https://bucket.host/key`
        case virtual
    }

    /// How a store names versions and conditions.
    package enum Dialect: String, Sendable, CaseIterable {
        /// ETags with `If-Match` and `If-None-Match` (AWS, R2, MinIO, Ceph).
        case s3
        /// Generations with `x-goog-if-generation-match` (the XML interface of Google Cloud Storage).
        case gcs
    }

    /// Bytes of a part when the URL does not say.
    ///
    /// 10,000 of them make 78 GiB, and as many as are in flight fit into the memory of a small container.
    package static let defaultPartBytes = 8 << 20
    private static let smallestPartBytes = 5 << 20
    private static let largestPartBytes = 1 << 30

    package let bucket: String
    /// In front of every key: empty, or segments that end with a slash.
    package let prefix: String
    package let scheme: String
    /// Host and, when it is not the scheme's own, port; without the bucket.
    package let authority: String
    package let region: String
    package let addressing: Addressing
    package let dialect: Dialect
    package let partBytes: Int

    /// Checks the text; `region` is what `AWS_REGION` says.
    ///
    /// Throws `configuration_invalid`, which names the part that is wrong.
    package init(validating url: String, region environmentRegion: String?) throws(JobError) {
        guard url.hasPrefix("s3://") else { throw Self.invalid("does not start with s3://") }
        let parts = url.dropFirst("s3://".count).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        bucket = try Self.bucket(path[0])
        prefix = try Self.prefix(path.count > 1 ? path[1] : "")
        let options = try S3LocationOptions(parts.count > 1 ? parts[1] : "")
        let endpoint = try Self.endpoint(options["endpoint"])
        let region = options["region"] ?? environmentRegion
        if let region, !Self.isName(region) { throw Self.invalid("has a region that is not a name") }
        if let endpoint {
            scheme = endpoint.scheme
            authority = endpoint.authority
            self.region = region ?? (endpoint.authority.hasSuffix(".r2.cloudflarestorage.com") ? "auto" : "us-east-1")
        } else {
            scheme = "https"
            self.region = region ?? "us-east-1"
            authority = Self.awsHost("s3", self.region)
        }
        // Certificates of AWS do not cover names with dots in front.
        let usual: Addressing = endpoint == nil && !bucket.contains(".") ? .virtual : .path
        addressing = try options.choice("addressing", usual)
        dialect = try options.choice("dialect", authority == "storage.googleapis.com" ? .gcs : .s3)
        partBytes = try options.bytes(
            "partBytes", Self.defaultPartBytes, in: Self.smallestPartBytes...Self.largestPartBytes)
    }

    /// The host of a service of AWS, such as `s3`, for a region.
    static func awsHost(_ service: String, _ region: String) -> String {
        "\(service).\(region).amazonaws.com" + (region.hasPrefix("cn-") ? ".cn" : "")
    }

    /// Whether requests go to AWS, the only place whose redirects are followed to another host.
    var isAWS: Bool { authority.hasSuffix(".amazonaws.com") || authority.hasSuffix(".amazonaws.com.cn") }

    /// Whether its conditional writes are known to be right and need no proof.
    var isKnown: Bool {
        isAWS || authority.hasSuffix(".r2.cloudflarestorage.com") || authority == "storage.googleapis.com"
    }

    /// The place, for messages.
    package var description: String { "s3://\(bucket)/\(prefix) at \(scheme)://\(authority)" }

    static func invalid(_ problem: String) -> JobError {
        JobError(
            .configurationInvalid, "OBJECT_STORE_URL \(problem)",
            hint: "use s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION")
    }

    /// 3 to 63 letters, digits, dots and hyphens (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
    private static func bucket(_ text: Substring) throws(JobError) -> String {
        let allowed = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
            }
        }
        guard allowed, (3...63).contains(text.utf8.count) else {
            throw invalid("has a bucket that is not 3 to 63 lower-case letters, digits, dots and hyphens")
        }
        return String(text)
    }

    private static func prefix(_ text: Substring) throws(JobError) -> String {
        let trimmed = text.split(separator: "/").joined(separator: "/")
        guard !trimmed.isEmpty else { return "" }
        // Some would write it encoded, some would not.
        if trimmed.utf8.contains(UInt8(ascii: "%")) { throw invalid("has a prefix with a percent sign") }
        do throws(JobError) {
            return try ObjectKey(validating: trimmed).text + "/"
        } catch {
            throw invalid("has a prefix that is no key: \(error.message)")
        }
    }

    private static func endpoint(_ text: String?) throws(JobError) -> (scheme: String, authority: String)? {
        guard let text else { return nil }
        guard let separator = text.firstRange(of: "://") else {
            throw invalid("has an endpoint without https://")
        }
        let scheme = text[..<separator.lowerBound].lowercased()
        var authority = text[separator.upperBound...].lowercased()
        if authority.hasSuffix("/") { authority.removeLast() }
        let standardPort = scheme == "https" ? ":443" : ":80"
        if authority.hasSuffix(standardPort) { authority.removeLast(standardPort.count) }
        guard scheme == "https" || scheme == "http" else {
            throw invalid("has an endpoint that is neither https:// nor http://")
        }
        guard !authority.contains("/"), !authority.contains("?"), let url = EndpointURL("\(scheme)://\(authority)")
        else {
            throw invalid("has an endpoint that is not a host, or a host and a port")
        }
        if scheme == "http", !url.isLoopback {
            throw invalid("has an endpoint without TLS that is not on this machine; use https://")
        }
        return (scheme, authority)
    }

    private static func isName(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(isNameByte) }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
        }
    }
}
