package import JobCore

extension Note: ManifestPart {
    package init() { self.init("", at: "", "") }

    package static let keys: [ManifestKey<Note>] = [
        ManifestKey("code", \.code), ManifestKey("place", \.place), ManifestKey("text", \.text),
    ]
}
