/// The report of a job.
package struct ReportFile: ManifestPart {
    package var key = ""
    package var url: String?

    package init() {}

    package init(key: String, url: String?) {
        self.key = key
        self.url = url
    }

    package static let keys: [ManifestKey<ReportFile>] = [
        ManifestKey("key", \.key), ManifestKey("url", orNull: \.url),
    ]
}
