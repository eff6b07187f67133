internal import CBuild

/// What this program is.
package enum ToolVersion {
    /// The version alone, as in manifests (semantic versioning, https://semver.org).
    package static let text = "0.2.0"

    /// Version, commit and kind of build, for `--version`.
    package static var description: String {
        let commit = unsafe String(cString: cbuild_commit())
        return "data-io \(text) (\(commit.isEmpty ? "commit unknown" : "commit \(commit)"), \(build) build)"
    }

    private static var build: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }
}
