/// What is wrong, or looks wrong, with values of a column.
package struct PreviewFinding: ManifestPart {
    /// The code of its rejects, or of a warning.
    package var code = ""
    /// Values that it is found in.
    package var count = 0
    /// Line of the first of them.
    package var line: Int?
    package var message = ""

    package init() {}

    package init(code: String, count: Int, line: Int, message: String) {
        self.code = code
        self.count = count
        self.line = line
        self.message = message
    }

    package static let keys: [ManifestKey<PreviewFinding>] = [
        ManifestKey("code", \.code), ManifestKey("count", \.count), ManifestKey("line", \.line),
        ManifestKey("message", \.message),
    ]
}
