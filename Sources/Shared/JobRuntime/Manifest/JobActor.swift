/// Who asked for the job.
package struct JobActor: ManifestPart {
    package var id = ""
    package var role = ""
    /// Id of the API key that proved it.
    package var key: String?

    package init() {}

    package init(id: String, role: String, key: String? = nil) {
        self.id = id
        self.role = role
        self.key = key
    }

    /// The actor as the audit log names them.
    package var audited: String { key.map { "\(id) (key \($0))" } ?? id }

    /// Whether the name could be taken for what the audit log calls an operator or the owner of a key.
    static func isReserved(_ id: String) -> Bool {
        id.utf8.starts(with: "operator:".utf8) || id.utf8.firstRange(of: "(key ".utf8) != nil
    }

    package static let keys: [ManifestKey<JobActor>] = [
        ManifestKey("id", \.id), ManifestKey("role", \.role), ManifestKey("key", \.key),
    ]
}
