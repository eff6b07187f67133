internal import FoundationEssentials
package import JobCore
package import Signing

/// The configuration of a job process, from its environment variables.
///
/// Descriptions and reflection show nothing of it, because variables may hold secrets.
package struct JobEnvironment: Sendable, CustomStringConvertible, CustomReflectable {
    /// `DATABASE_URL`, default `sqlite:.data/dataio.sqlite`.
    package let databaseURL: String
    /// `OBJECT_STORE_URL`, default `file:.data/objects`.
    package let objectStoreURL: String
    /// Nothing was configured: a first run may create the demo organisation.
    package let usesDefaultDatabase: Bool
    /// `JOB_LEASE_SECONDS`, default 30: how long a silent attempt keeps its job.
    package let leaseSeconds: Double
    /// `RESOURCE_CATALOG`: a file that replaces the built-in catalogue.
    package let catalogueFile: String?
    /// `JOB_SPEC`: the spec itself.
    package let specText: String?
    /// `JOB_ORG_ID`: the tenant when the spec does not name it.
    package let orgId: String?
    /// `JOB_SPEC_SIGNATURE`: proof of who wrote the spec.
    package let specSignature: String?
    /// `JOB_SIGNING_KEY`: the key of that proof.
    package let signingKey: Secret?
    /// `JOB_API_KEY`: proof of who launches the job.
    package let apiKey: Secret?
    /// `TERMINATION_LOG`: the file that tells the scheduler how the job ended.
    package let terminationLog: String?
    /// `AWS_REGION`, or `AWS_DEFAULT_REGION`.
    package let region: String?
    /// `AWS_CA_BUNDLE`: a file with the certificates that are trusted instead of the system's.
    package let certificateFile: String?
    /// `SOURCE_ALLOW`: hosts and networks that sources may come from besides public ones.
    package let sourceAllow: String?
    /// `LOG_LEVEL`, default `info`.
    package let logLevel: String
    /// All variables, for the credential chain of the store.
    let variables: [String: String]

    /// The signing key, `nil` without one.
    ///
    /// Throws `configuration_invalid` (78) when it is too short.
    package func checkedSigningKey() throws(JobError) -> SigningKey? {
        guard let signingKey else { return nil }
        return try SigningKey(validating: signingKey)
    }

    /// The type's name only.
    package var description: String { "JobEnvironment" }

    /// Nothing to look into.
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// The variables of this process, read once.
    package static let ofProcess = JobEnvironment(variables: ProcessInfo.processInfo.environment)

    /// Reads the given variables; an empty one counts as not set.
    package init(variables: [String: String]) {
        func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
        databaseURL = value("DATABASE_URL") ?? "sqlite:.data/dataio.sqlite"
        objectStoreURL = value("OBJECT_STORE_URL") ?? "file:.data/objects"
        usesDefaultDatabase = value("DATABASE_URL") == nil
        let lease = value("JOB_LEASE_SECONDS").flatMap(Double.init) ?? 30
        leaseSeconds = lease.isFinite ? min(max(lease, 0.5), 86_400) : 30
        catalogueFile = value("RESOURCE_CATALOG")
        specText = value("JOB_SPEC")
        orgId = value("JOB_ORG_ID")
        specSignature = value("JOB_SPEC_SIGNATURE")
        signingKey = value("JOB_SIGNING_KEY").map(Secret.init)
        apiKey = value("JOB_API_KEY").map(Secret.init)
        terminationLog = value("TERMINATION_LOG")
        region = value("AWS_REGION") ?? value("AWS_DEFAULT_REGION")
        certificateFile = value("AWS_CA_BUNDLE")
        sourceAllow = value("SOURCE_ALLOW")
        self.variables = variables
        logLevel = value("LOG_LEVEL") ?? "info"
    }

    /// `DATABASE_PATIENCE_SECONDS`, default 40: how long a server that refuses connections is waited for.
    ///
    /// Throws `configuration_invalid` (78), as the other limits do: one that is mistyped must not be none.
    package func databasePatience() throws(JobError) -> Double {
        try number("DATABASE_PATIENCE_SECONDS", 0...3_600) ?? 40
    }

    /// `JOB_MAX_SECONDS`: how long one run of a job may take; `nil`: there is no limit.
    package func maximumSeconds() throws(JobError) -> Double? { try number("JOB_MAX_SECONDS", 1...31_536_000) }

    /// `SOURCE_MIN_BYTES_PER_SECOND`, default 1000: a source by URL that is slower for a minute is given up; 0: never.
    package func sourceMinimumRate() throws(JobError) -> Int {
        Int(try number("SOURCE_MIN_BYTES_PER_SECOND", 0...1_000_000_000) ?? 1_000)
    }

    private func number(_ name: String, _ range: ClosedRange<Double>) throws(JobError) -> Double? {
        guard let text = variables[name], !text.isEmpty else { return nil }
        guard let number = Double(text), range.contains(number) else {
            throw JobError(
                .configurationInvalid,
                "\(name) is not a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))",
                hint: "correct it, or leave it unset")
        }
        return number
    }
}
