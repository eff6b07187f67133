internal import Formats

/// The refused rows of an import.
package struct RejectsFile: ManifestPart {
    package var key = ""
    package var rows = 0
    package var bytes = 0
    package var sha256 = ""
    /// `none` or `gzip`.
    package var compression = "none"
    package var url: String?
    package var byCode: [String: Int] = [:]
    /// Refused rows that are not in the file, because there were too many.
    package var omitted = 0

    package init() {}

    package init(
        key: String, rows: Int, bytes: Int, sha256: String, compression: String = "none", byCode: [String: Int],
        omitted: Int = 0
    ) {
        self.key = key
        self.rows = rows
        self.bytes = bytes
        self.sha256 = sha256
        self.compression = compression
        self.byCode = byCode
        self.omitted = omitted
    }

    /// The last part of its key.
    package var name: String { key.split(separator: "/").last.map(String.init) ?? key }

    package static let keys: [ManifestKey<RejectsFile>] = [
        ManifestKey("key", \.key), ManifestKey("rows", \.rows), ManifestKey("bytes", \.bytes),
        ManifestKey("sha256", \.sha256), ManifestKey("compression", \.compression), ManifestKey("url", orNull: \.url),
        ManifestKey("byCode", \.byCode, json: Self.json, value: Self.counts),
        ManifestKey("omitted", \.omitted, unless: 0),
    ]

    /// The counts in the order of their codes.
    private static func json(_ counts: [String: Int]) -> JSONValue {
        .object(counts.sorted { $0.key < $1.key }.map { JSONMember($0.key, .integer($0.value)) })
    }

    private static func counts(_ json: JSONValue) -> [String: Int]? {
        Dictionary(json.members.map { ($0.name, $0.value.asInteger ?? 0) }, uniquingKeysWith: { $1 })
    }
}
