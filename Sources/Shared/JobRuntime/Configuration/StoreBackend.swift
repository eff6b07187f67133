internal import HTTPTransport
package import JobCore
package import ObjectStorage

/// The object store that `OBJECT_STORE_URL` names.
package enum StoreBackend {
    /// Opens the store; no request is sent yet.
    ///
    /// Throws `configuration_invalid`, `credentials_incomplete` and `store_missing`.
    package static func open(
        _ environment: JobEnvironment, log: JobLog, isPatient: Bool = true
    ) throws(JobError) -> any ObjectStore {
        let (scheme, rest) = BackendURL.split(environment.objectStoreURL)
        switch scheme {
        case "file" where !rest.isEmpty:
            return try LocalStore(root: rest, createRoot: true)
        case "s3":
            return try bucket(environment, log, isPatient)
        default:
            throw JobError(
                .configurationInvalid, "OBJECT_STORE_URL has an unsupported form",
                hint: "use s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION or file:PATH")
        }
    }

    /// Seconds that a store which refuses connections is waited for; whoever looks at the set-up wants to know at once.
    private static let patience = (ofJobs: 35.0, ofLooks: 2.0)

    private static func bucket(
        _ environment: JobEnvironment, _ log: JobLog, _ isPatient: Bool
    ) throws(JobError) -> S3Store {
        let location = try S3Location(validating: environment.objectStoreURL, region: environment.region)
        if let file = environment.certificateFile { try checkCertificates(file) }
        let options = HTTPClientOptions(
            userAgent: "data-io/\(ToolVersion.text)", allowedSchemes: [location.scheme],
            certificateFile: environment.certificateFile)
        // The endpoints of containers and machines speak plain HTTP on addresses of their own.
        let local = HTTPClientOptions(
            userAgent: options.userAgent, allowedSchemes: ["https", "http"],
            certificateFile: environment.certificateFile)
        let context = CredentialContext(
            environment: environment.variables,
            readFile: { try? FileInput.read($0, limit: 1 << 20, what: "credentials") }, sender: HTTPClient(local))
        return S3Store(
            location, sender: HTTPClient(options), credentials: CredentialChain(context),
            outageSeconds: isPatient ? patience.ofJobs : patience.ofLooks, notice: { log.warning($0) })
    }

    /// Without them no certificate would be trusted, which would look like a fault of the store.
    private static func checkCertificates(_ file: String) throws(JobError) {
        let problem: String
        do throws(JobError) {
            let bytes = try FileInput.read(file, limit: 64 << 20, what: "AWS_CA_BUNDLE")
            if String(decoding: bytes, as: UTF8.self).contains("-----BEGIN ") { return }
            problem = "which holds no certificates (PEM)"
        } catch {
            problem = "which cannot be read"
        }
        throw JobError(
            .configurationInvalid, "AWS_CA_BUNDLE names \(file), \(problem)",
            hint: "name a readable file of certificates, or leave AWS_CA_BUNDLE out to trust those of the system")
    }
}
