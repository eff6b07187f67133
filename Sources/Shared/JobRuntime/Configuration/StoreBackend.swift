internal import HTTPTransport
package import JobCore
package import ObjectStorage

/// The object store that `OBJECT_STORE_URL` names.
package enum StoreBackend {
    /// Opens the store; no request is sent yet.
    ///
    /// Throws `configuration_invalid`, `credentials_incomplete` and `store_unavailable`.
    package static func open(_ environment: JobEnvironment) throws(JobError) -> any ObjectStore {
        let (scheme, rest) = BackendURL.split(environment.objectStoreURL)
        switch scheme {
        case "file" where !rest.isEmpty:
            return try LocalStore(root: rest, createRoot: true)
        case "s3":
            return try bucket(environment)
        default:
            throw JobError(
                "configuration_invalid", .configuration, "OBJECT_STORE_URL has a form that is not supported",
                hint: "use s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION or file:PATH")
        }
    }

    private static func bucket(_ environment: JobEnvironment) throws(JobError) -> S3Store {
        let location = try S3Location(validating: environment.objectStoreURL, region: environment.region)
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
        return S3Store(location, sender: HTTPClient(options), credentials: CredentialChain(context))
    }
}
