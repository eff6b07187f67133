internal import HTTPTransport
package import JobCore
package import ObjectStorage

/// The object store that `OBJECT_STORE_URL` names.
enum StoreBackend {
    /// Throws `configuration_invalid` and `store_unavailable`.
    static func open(_ environment: JobEnvironment) throws(JobError) -> any ObjectStore {
        let (scheme, rest) = BackendURL.split(environment.objectStoreURL)
        switch scheme {
        case "file" where !rest.isEmpty:
            return try LocalStore(root: rest, createRoot: true)
        case "s3":
            return try bucket(environment)
        default:
            throw JobError(
                "configuration_invalid", .configuration, "OBJECT_STORE_URL has the unsupported form '\(scheme):'",
                hint: "use s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION or file:PATH")
        }
    }
}
