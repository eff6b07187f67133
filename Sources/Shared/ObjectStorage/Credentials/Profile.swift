import JobCore

/// The profile in use: what the config file says, and above it what the credentials file says.
struct Profile {
    let name: String
    private let properties: [String: String]

    /// The profile that `AWS_PROFILE` names, or `default`; nil when there is none.
    ///
    /// Throws `credentials_profile_missing` when `AWS_PROFILE` names a profile that is in neither file.
    init?(_ context: CredentialContext) throws(JobError) {
        let config = Self.file(context, "AWS_CONFIG_FILE", "config", .config)
        let credentials = Self.file(context, "AWS_SHARED_CREDENTIALS_FILE", "credentials", .credentials)
        let wanted = context.variable("AWS_PROFILE")
        let name = wanted ?? "default"
        if config[name] == nil, credentials[name] == nil {
            guard wanted != nil else { return nil }
            throw CredentialFailure.noProfile(name, known: Set(config.keys).union(credentials.keys).sorted())
        }
        self.name = name
        properties = (config[name] ?? [:]).merging(credentials[name] ?? [:]) { _, new in new }
    }

    private static func file(
        _ context: CredentialContext, _ variable: String, _ standard: String, _ kind: ProfileFile.Kind
    ) -> [String: [String: String]] {
        let path = context.variable(variable) ?? "~/.aws/\(standard)"
        return context.text(ofFile: path).map { ProfileFile($0, kind).profiles } ?? [:]
    }

    /// The value of a property; nil when it is not there or empty.
    subscript(_ property: String) -> String? {
        guard let value = properties[property], !value.isEmpty else { return nil }
        return value
    }
}
