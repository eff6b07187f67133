internal import TestSupport

/// Jobs against a bucket: their specs are signed, as they must be where the store is not a folder of this machine.
struct Bucket: Sendable {
    static let signingKey = "CANARY-signing-key-of-more-than-32-bytes"

    let bench: Workbench

    /// A workbench with a store at the URL; nil credentials leave them to other places of the chain.
    init(_ template: Template, url: String, accessKey: String?, secret: String?) throws {
        var variables = ["OBJECT_STORE_URL": url, "JOB_SIGNING_KEY": Self.signingKey, "LOG_LEVEL": "debug"]
        variables["AWS_ACCESS_KEY_ID"] = accessKey
        variables["AWS_SECRET_ACCESS_KEY"] = secret
        bench = try Workbench(template, variables: variables)
    }

    /// A workbench whose store is a prefix of the server's bucket.
    init(_ template: Template, on server: S3Server, prefix: String, secret: String = S3Server.secretAccessKey) throws {
        try self.init(
            template, url: server.storeURL(prefix: prefix), accessKey: S3Server.accessKeyID, secret: secret)
    }

    /// Parts as small as may be.
    static let smallParts = "partBytes=\(5 << 20)"

    /// A workbench whose store is below `p/` in the strict server's bucket.
    ///
    /// `endpoint` is another way to the server than its own.
    init(
        _ template: Template, on server: FakeS3, endpoint: String? = nil, options: String = smallParts,
        hasCredentials: Bool = true
    ) throws {
        let credentials = FakeS3.Credentials()
        try self.init(
            template, url: "s3://bucket/p?endpoint=\(endpoint ?? server.endpoint)&region=us-east-1&\(options)",
            accessKey: hasCredentials ? credentials.accessKey : nil,
            secret: hasCredentials ? credentials.secretKey : nil)
    }

    /// Starts a program with a spec that an administrator has signed.
    func start(_ program: Program, _ members: String, variables: [String: String] = [:]) throws -> ChildProcess {
        let spec = Self.spec(members)
        let proof = ["JOB_SPEC_SIGNATURE": try Self.signature(spec, program)]
        return try bench.start(program, spec: spec, variables: proof.merging(variables) { $1 })
    }

    /// Runs a program with a spec that an administrator has signed.
    func run(
        _ program: Program, _ members: String, _ arguments: [String] = [], variables: [String: String] = [:]
    ) throws -> JobRun {
        let spec = Self.spec(members)
        let proof = ["JOB_SPEC_SIGNATURE": try Self.signature(spec, program)]
        return try bench.run(program, arguments, spec: spec, variables: proof.merging(variables) { $1 })
    }

    /// A spec with an actor who may run jobs.
    static func spec(_ members: String) -> String {
        Workbench.spec(members + #","actor":{"id":"u1","role":"ADMIN","plan":"growth"}"#)
    }

    /// What the system's own tool makes of the bytes, for jobs of the program.
    static func signature(_ spec: String, _ program: Program, verb: String = "run") throws -> String {
        let kind = program == .export ? "export" : "import"
        return try code("data-io/1 spec\n\(kind)\n\(verb)\n" + spec, ["-macopt", "hexkey:\(derived("spec"))"])
    }

    /// The key for a purpose, in hexadecimal.
    static func derived(_ purpose: String) throws -> String {
        try code("data-io/1 " + purpose, ["-macopt", "key:" + signingKey])
    }

    private static func code(_ text: String, _ key: [String]) throws -> String {
        let output = try Tool.run(
            "openssl", ["dgst", "-sha256", "-mac", "HMAC"] + key + ["-r"], input: Array(text.utf8))
        return String(decoding: output.prefix(64), as: UTF8.self)
    }

    /// What plain curl gets from a URL; a status that is no success is an exit code of 22.
    static func curl(_ arguments: [String]) throws -> ChildProcess.Result {
        try ChildProcess.run("curl", ["-sS", "-f"] + arguments)
    }
}

/// Servers that all tests share.
enum Servers {
    static let moto = Result { try S3Server(.moto) }
    static let rclone = Result { try S3Server(.rclone) }
    static let seaweedfs = Result { try S3Server(.seaweedfs) }
    static let radosgw = Result { try S3Server(.radosgw) }

    static func get(_ kind: S3Server.Kind) throws -> S3Server {
        switch kind {
        case .moto: try moto.get()
        case .rclone: try rclone.get()
        case .seaweedfs: try seaweedfs.get()
        case .radosgw: try radosgw.get()
        }
    }
}
