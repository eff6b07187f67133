internal import Formats
internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// Whole jobs whose store is a real S3 server.
@Suite("Jobs with a bucket", .serialized)
struct BucketTests {
    @Test(
        "336,776 flights are put by link, imported, exported and fetched by link as they were",
        arguments: [S3Server.Kind.moto, .seaweedfs])
    func flights(kind: S3Server.Kind) throws {
        let files = try Flights.prepared()
        let bucket = try Bucket(.empty, on: Servers.get(kind), prefix: "flights")
        let source = #""jobId":"flights","resource":"events","skipDuplicates":true,\#(Flights.mapping)"#
        let prepared = try bucket.run(.import, source, ["prepare"])
        #expect(prepared.status == 0, "\(prepared.messages)")
        #expect(prepared["status"].string == "queued")
        let links = try #require(
            prepared.errorText.split(separator: "\n").compactMap { try? JSONValue(parsing: Array($0.utf8)) }
                .first { $0.at("uploadUrl").string != nil })
        let upload = try #require(links.at("uploadUrl").string)
        #expect(try Bucket.curl(["-T", files + "/flights.csv", upload]).status == 0)
        let load = try bucket.run(.import, source)
        #expect(load.status == 0, "\(load.messages)")
        #expect(load.count("inserted") == Flights.rows)
        let poll = try Bucket.curl([links.at("manifestUrl").string ?? ""])
        #expect(try JSONValue(parsing: poll.output).at("status").string == "completed")

        let run = try bucket.run(.export, #""jobId":"out","resource":"events","format":"csv""#)
        #expect(run.status == 0, "\(run.messages)")
        let fetched = try Bucket.curl(["-D", "/dev/stderr", run["downloadUrl"].string ?? ""])
        // moto leaves out what a link asks for.
        let disposition = "content-disposition: attachment; filename=\"events.csv\""
        if kind != .moto { #expect(fetched.errorText.lowercased().contains(disposition)) }
        #expect(try Tool.sha256(fetched.output) == run["files.0.sha256"].string)
        try bucket.bench.folder.write(fetched.output, to: "fetched.csv")
        let same = try Tool.python(
            Flights.comparison, [files + "/flights.jsonl", bucket.bench.folder.path + "/fetched.csv"])
        #expect(same == "same")
        let verified = try bucket.bench.run(.export, ["verify", "--org", "org_demo", "--job", "out"])
        #expect(verified.status == 0, "\(verified.errorText)")
    }

    @Test(
        "A store that takes If-Match only without quotes: put by link, imported after a kill, exported, fetched by link"
    )
    func bareConditions() throws {
        let bucket = try Bucket(.empty, on: Servers.get(.radosgw), prefix: "bare")
        let rows = (0..<30_000).map { "c\($0),u\($0)@example.com\n" }.joined()
        let source = #""jobId":"in","resource":"contacts""#
        let prepared = try bucket.run(.import, source, ["prepare"])
        let links = try #require(
            prepared.errorText.split(separator: "\n").compactMap { try? JSONValue(parsing: Array($0.utf8)) }
                .first { $0.at("uploadUrl").string != nil })
        try bucket.bench.folder.write("id,email\n" + rows, to: "contacts.csv")
        let file = bucket.bench.folder.path + "/contacts.csv"
        #expect(try Bucket.curl(["-T", file, links.at("uploadUrl").string ?? ""]).status == 0)
        let killed = try bucket.start(.import, source, variables: ["JOB_LEASE_SECONDS": "1"])
        while try bucket.bench.number("SELECT coalesce(max(records), 0) FROM import_ledger") == 0, !killed.hasEnded {
            usleep(5_000)
        }
        killed.send(SIGKILL)
        _ = try killed.wait()
        let load = try bucket.run(.import, source)
        #expect(load.status == 0 && load.count("inserted") == 30_000, "\(load.messages)")
        #expect(try bucket.bench.number("SELECT count(*) FROM contacts") == 30_000)
        let run = try bucket.run(.export, #""jobId":"out","resource":"contacts","format":"csv""#)
        #expect(run.status == 0 && run.count("rowsWritten") == 30_000, "\(run.messages)")
        let fetched = try Bucket.curl(["-D", "/dev/stderr", run["downloadUrl"].string ?? ""])
        #expect(fetched.errorText.lowercased().contains("content-disposition: attachment; filename=\"contacts.csv\""))
        #expect(try Tool.sha256(fetched.output) == run["files.0.sha256"].string)
        let again = try bucket.run(.export, #""jobId":"out","resource":"contacts","format":"csv""#)
        #expect(again.status == 0 && again["attempt"].int == 1, "\(again.messages)")
        #expect(try bucket.bench.run(.export, ["doctor"]).status == 0)
    }

    @Test("download signs afresh; changed links and links for other methods are refused")
    func links() throws {
        let bucket = try Bucket(.demo, on: Servers.get(.seaweedfs), prefix: "links")
        let run = try bucket.run(.export, #""jobId":"a","resource":"contacts","format":"csv""#)
        #expect(run.status == 0, "\(run.messages)")
        let download = try bucket.bench.run(.export, ["download", "--org", "org_demo", "--job", "a"])
        let url = download.text.split(separator: "\n").first.map(String.init) ?? ""
        #expect(try Tool.sha256(try Bucket.curl([url]).output) == run["files.0.sha256"].string)
        for tampered in [
            url + "0", url.replacing("contacts.csv?", with: "rejects.csv?"),
            url.replacing("X-Amz-Expires=1800", with: "X-Amz-Expires=604800"),
        ] {
            #expect(tampered != url)
            #expect(try Bucket.curl([tampered]).status == 22)
        }
        #expect(try Bucket.curl(["-X", "DELETE", url]).status == 22)
        #expect(try Bucket.curl([url]).status == 0)
    }

    @Test("A spec without a signature, or with that of other bytes, or of somebody else, is refused")
    func unsigned() throws {
        let bucket = try Bucket(.demo, on: Servers.get(.rclone), prefix: "unsigned")
        let members = #""jobId":"a","resource":"contacts","format":"csv""#
        let absent = try bucket.bench.run(.export, spec: Bucket.spec(members))
        let other = try Bucket.signature(Bucket.spec(members) + " ", .export)
        let wrong = try bucket.bench.run(
            .export, spec: Bucket.spec(members), variables: ["JOB_SPEC_SIGNATURE": other])
        let viewer = Workbench.spec(members + #","actor":{"id":"u1","role":"VIEWER","plan":"growth"}"#)
        let weak = try bucket.bench.run(
            .export, spec: viewer, variables: ["JOB_SPEC_SIGNATURE": Bucket.signature(viewer, .export)])
        for run in [absent, wrong, weak] {
            #expect(run.status == 77)
            #expect(run.failureCode == "not_permitted")
            #expect(run.hasHint)
        }
        #expect(try bucket.bench.run(.export, ["status", "--org", "org_demo", "--job", "a"]).status == 66)
    }

    /// What is wrong with the configuration, how the job ends, and the variable the message names.
    static let configurations: [(variables: [String: String], status: Int32, names: String)] = [
        (["OBJECT_STORE_URL": "s3://nobody?endpoint=ENDPOINT&region=us-east-1"], 78, "OBJECT_STORE_URL"),
        (["AWS_SECRET_ACCESS_KEY": "wrong"], 78, "AWS_SECRET_ACCESS_KEY"),
        (["AWS_ACCESS_KEY_ID": "NOBODY"], 78, "AWS_ACCESS_KEY_ID"),
        (["AWS_SECRET_ACCESS_KEY": ""], 78, "AWS_SECRET_ACCESS_KEY"),
        (["OBJECT_STORE_URL": "s3://bucket?endpoint=http://127.0.0.1:1&region=us-east-1"], 75, "OBJECT_STORE_URL"),
        (["OBJECT_STORE_URL": "s3://bucket?endpoint=http://192.0.2.1&region=us-east-1"], 78, "OBJECT_STORE_URL"),
        (["OBJECT_STORE_URL": "s3://bucket?endpoint=https://nowhere.invalid"], 75, "OBJECT_STORE_URL"),
        (["OBJECT_STORE_URL": "s3://bucket?endpoint=https://a.b&colour=red"], 78, "OBJECT_STORE_URL"),
        (["OBJECT_STORE_URL": "s3://B"], 78, "OBJECT_STORE_URL"),
    ]

    @Test("A configuration that cannot work names the variable to change", arguments: configurations.indices)
    func configuration(index: Int) throws {
        let wrong = Self.configurations[index]
        let server = try Servers.get(.rclone)
        let bucket = try Bucket(.demo, on: server, prefix: "configuration")
        let variables = wrong.variables.mapValues { $0.replacing("ENDPOINT", with: server.endpoint) }
        // Both may wait for a store that does not answer: at once.
        let job = try bucket.start(.export, #""jobId":"a","resource":"contacts","format":"csv""#, variables: variables)
        let doctor = try bucket.bench.run(.export, ["doctor"], variables: variables)
        let run = JobRun(try job.wait())
        #expect(run.status == wrong.status, "\(run.messages)")
        #expect(run.messages.contains(wrong.names), "\(run.messages)")
        #expect(doctor.status == wrong.status, "\(doctor.text)")
        #expect(doctor.text.contains(wrong.names), "\(doctor.text)")
    }

    @Test("doctor makes no bucket of one that is mistyped, and tries all that jobs do with the right one")
    func doctor() throws {
        let server = try Servers.get(.seaweedfs)
        let bucket = try Bucket(.demo, on: server, prefix: "doctor")
        let mistyped = "s3://mistyped?endpoint=\(server.endpoint)&region=us-east-1"
        let wrong = try bucket.bench.run(.export, ["doctor"], variables: ["OBJECT_STORE_URL": mistyped])
        #expect(wrong.status == 78 && wrong.text.contains("there is no bucket mistyped"), "\(wrong.text)")
        let buckets = try Bucket.curl([
            "--aws-sigv4", "aws:amz:us-east-1:s3", "--user",
            "\(S3Server.accessKeyID):\(S3Server.secretAccessKey)", server.endpoint + "/",
        ]).text
        #expect(buckets.contains("<Name>bucket</Name>") && !buckets.contains("mistyped"), "\(buckets)")
        let right = try bucket.bench.run(.export, ["doctor"])
        #expect(right.status == 0 && right.text.contains("conditional writes, uploads"), "\(right.text)")
    }

    @Test("No secret is shown, at whatever log level")
    func canary() throws {
        let bucket = try Bucket(.demo, on: Servers.get(.rclone), prefix: "canary", secret: "CANARY-secret")
        let refused = try bucket.run(.export, #""jobId":"a","resource":"contacts","format":"csv""#)
        #expect(refused.status == 78)
        let doctor = try bucket.bench.run(.export, ["doctor"])
        for text in [refused.text, refused.errorText, doctor.text, doctor.errorText] {
            #expect(!text.contains("CANARY"))
        }
    }
}
