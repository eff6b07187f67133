internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// Jobs whose bucket is behind TLS and HTTP/2, as those of every provider are.
@Suite("Jobs with a bucket behind TLS", .serialized)
struct TLSBucketTests {
    @Test("An export goes over HTTP/2 with bodies that TLS protects, and is what it is on a folder")
    func export() throws {
        let server = try FakeS3(.aws)
        let proxy = try TLSProxy(to: server.port)
        let bucket = try Bucket(.demo, on: server, endpoint: proxy.endpoint)
        let members = #""jobId":"j","resource":"events","format":"json""#
        let run = try bucket.run(.export, members, variables: ["AWS_CA_BUNDLE": proxy.certificate])
        #expect(run.status == 0, "\(run)")
        let folder = try Workbench(.demo).export(members)
        #expect(run["files.0.sha256"].string == folder["files.0.sha256"].string)
        let requests = try proxy.requests().dropFirst()
        #expect(requests.count > 5)
        #expect(requests.allSatisfy { $0.hasPrefix("HTTP/2.0 ") }, "\(requests)")
        let uploads = server.requests.filter { $0.operation == "UploadPart" }
        #expect(uploads.count > 0)
        #expect(uploads.allSatisfy { $0.headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD" })
        #expect(uploads.allSatisfy { $0.headers["content-md5"] != nil })
        #expect(server.violations == [])
        let url = run["downloadUrl"].string ?? ""
        #expect(
            try Tool.sha256(Bucket.curl(["--cacert", proxy.certificate, url]).output) == run["files.0.sha256"].string)
    }

    @Test("A file of certificates that is not there, cannot be read or holds none is a matter of configuration")
    func bundle() throws {
        let server = try FakeS3(.aws)
        let bucket = try Bucket(.demo, on: server)
        let folder = try TemporaryFolder()
        try folder.write("no certificate", to: "empty.pem")
        for file in ["/nowhere/ca.pem", folder.path, folder.path + "/empty.pem"] {
            let variables = ["AWS_CA_BUNDLE": file]
            let members = #""jobId":"j","resource":"contacts","format":"csv""#
            let run = try bucket.run(.export, members, variables: variables)
            #expect(run.status == 78, "\(run)")
            #expect(run.messages.contains("AWS_CA_BUNDLE names \(file)"), "\(run)")
            #expect(try bucket.bench.run(.export, ["doctor"], variables: variables).status == 78)
        }
        #expect(server.requests.isEmpty)
    }

    @Test("A certificate that nobody vouches for ends the job, and the message names AWS_CA_BUNDLE")
    func untrusted() throws {
        let server = try FakeS3(.aws)
        let proxy = try TLSProxy(to: server.port)
        let bucket = try Bucket(.demo, on: server, endpoint: proxy.endpoint)
        server.clearRequests()
        let run = try bucket.run(.export, #""jobId":"j","resource":"contacts","format":"csv""#)
        #expect(run.status == 76, "\(run)")
        #expect(run.messages.contains("AWS_CA_BUNDLE"), "\(run)")
        #expect(server.requests.isEmpty)
    }
}
