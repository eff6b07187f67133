internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// Jobs that find their credentials where the SDKs of AWS look.
@Suite("Credentials of jobs", .serialized)
struct CredentialTests {
    private static let spec = #""jobId":"j","resource":"contacts","format":"csv","downloadUrlTTL":604800"#

    private func bucket(_ server: FakeS3) throws -> Bucket {
        try Bucket(.demo, on: server, hasCredentials: false)
    }

    /// What each place of the chain needs, besides the server that plays the cloud.
    private static let places: [@Sendable (PythonServer) -> [String: String]] = [
        {
            [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": $0.endpoint + "/container",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": "container-token",
            ]
        },
        { ["AWS_EC2_METADATA_SERVICE_ENDPOINT": $0.endpoint + "/"] },
    ]

    @Test(
        "A job signs with what the container or the machine gives; its links end with those credentials",
        arguments: places.indices)
    func temporary(place: Int) throws {
        let cloud = try PythonServer()
        let server = try FakeS3(.aws)
        server.setCredentials(FakeS3.Credentials(sessionToken: "TOKEN"))
        let bucket = try bucket(server)
        let run = try bucket.run(.export, Self.spec, variables: Self.places[place](cloud))
        #expect(run.status == 0, "\(run)")
        let url = run["downloadUrl"].string ?? ""
        let seconds = url.split(separator: "X-Amz-Expires=").last.flatMap { Int($0.prefix { $0.isNumber }) }
        #expect((1...600).contains(seconds ?? 0), "\(url)")
        #expect(try Tool.sha256(Bucket.curl([url]).output) == run["files.0.sha256"].string)
        #expect(!run.errorText.contains("TOKEN"))
    }

    @Test("A profile of the files in the home folder is used, the one that AWS_PROFILE names")
    func profile() throws {
        let server = try FakeS3(.aws)
        let bucket = try bucket(server)
        let known = FakeS3.Credentials()
        try bucket.bench.folder.makeFolder("home/.aws")
        try bucket.bench.folder.write(
            """
            [default]
            aws_access_key_id = AKIDOTHER
            aws_secret_access_key = CANARY-other
            [jobs]
            aws_access_key_id = \(known.accessKey)
            aws_secret_access_key = \(known.secretKey)

            """, to: "home/.aws/credentials")
        let home = bucket.bench.folder.path + "/home"
        let run = try bucket.run(.export, Self.spec, variables: ["HOME": home, "AWS_PROFILE": "jobs"])
        #expect(run.status == 0, "\(run)")
        let other = try bucket.run(.export, Self.spec, variables: ["HOME": home])
        #expect(other.status == 78, "\(other)")
        #expect(!other.messages.contains("CANARY"))
    }

    @Test("Without credentials anywhere the message lists where they were looked for")
    func none() throws {
        let bucket = try bucket(FakeS3(.aws))
        let run = try bucket.run(.export, Self.spec, variables: ["AWS_EC2_METADATA_DISABLED": "true"])
        #expect(run.status == 78, "\(run)")
        #expect(run.messages.contains("AWS_ACCESS_KEY_ID"))
    }
}
