/// One object of the result.
package struct ResultFile: ManifestPart {
    package var key = ""
    package var name = ""
    package var rows = 0
    package var bytes = 0
    package var sha256 = ""
    package var contentType = ""
    package var compression = "none"
    package var url: String?

    package init() {}

    package init(
        key: String, name: String, rows: Int, bytes: Int, sha256: String, contentType: String, compression: String
    ) {
        self.key = key
        self.name = name
        self.rows = rows
        self.bytes = bytes
        self.sha256 = sha256
        self.contentType = contentType
        self.compression = compression
    }

    package static let keys: [ManifestKey<ResultFile>] = [
        ManifestKey("key", \.key), ManifestKey("name", \.name), ManifestKey("rows", \.rows),
        ManifestKey("bytes", \.bytes), ManifestKey("sha256", \.sha256), ManifestKey("contentType", \.contentType),
        ManifestKey("compression", \.compression), ManifestKey("url", orNull: \.url),
    ]
}
