import JobCore
import Testing

@testable import ObjectStorage

@Suite("Where a bucket is")
struct S3LocationTests {
    @Test(
        "Endpoints are a host and perhaps a port",
        arguments: [
            ("https://minio.internal:9000", "minio.internal:9000"), ("https://minio_one/", "minio_one"),
            ("HTTPS://Host:443", "host"), ("http://127.0.0.1:9000", "127.0.0.1:9000"), ("http://[::1]:9", "[::1]:9"),
        ])
    func endpoints(endpoint: String, authority: String) throws {
        let location = try S3Location(validating: "s3://bucket/a/b?endpoint=\(endpoint)", region: nil)
        #expect(location.authority == authority)
        #expect(location.prefix == "a/b/")
    }

    @Test(
        "What is no address is told when the job starts, not when its first request fails",
        arguments: [
            "https://[::::]:x", "http://[::1:9000", "https://host:0", "https://host:70000", "https://a@b",
            "https://h/p",
            "https://", "ftp://host", "host",
        ])
    func notEndpoints(endpoint: String) {
        let error = #expect(throws: JobError.self) {
            try S3Location(validating: "s3://bucket?endpoint=\(endpoint)", region: nil)
        }
        #expect(error?.code == .configurationInvalid)
        #expect(error?.exitCode == .configuration)
        #expect(error?.message.contains("has an endpoint") == true)
    }

    @Test(
        "Without TLS only this machine is spoken to",
        arguments: ["http://minio:9000", "http://10.0.0.1", "http://[::2]"])
    func plain(endpoint: String) {
        let error = #expect(throws: JobError.self) {
            try S3Location(validating: "s3://bucket?endpoint=\(endpoint)", region: nil)
        }
        #expect(error?.message.contains("without TLS") == true)
    }
}
