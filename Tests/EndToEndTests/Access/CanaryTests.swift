internal import Formats
internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// A word that is in every secret, and must be nowhere else, whatever goes wrong and however much is logged.
@Suite("Secrets", .serialized)
struct CanaryTests {
    private static let canary = "CANARY"

    /// Everything a scene has said or stored, to be searched.
    private final class Traces {
        private var texts: [(where: String, text: String)] = []

        func add(_ place: String, _ text: String) { texts.append((place, text)) }

        func add(_ note: String, _ run: JobRun) {
            // Links of the manifest are signed, which is what links are; nothing else may hold a signature.
            let unlinked = run.text.replacing(/"(url|downloadUrl)":"[^"]*"/, with: "")
            add("standard output of \(note)", unlinked)
            add("log of \(note)", run.errorText)
        }

        func search() -> [String] {
            let words = [
                CanaryTests.canary, "X-Amz-Signature", "X-Amz-Security-Token", "x-amz-security-token", "Authorization",
            ]
            return texts.flatMap { place, text in
                words.filter { text.contains($0) }.map { word in
                    let at = text.firstRange(of: word)
                    return "\(word) in \(place): \(at.map { String(text[$0.lowerBound...].prefix(120)) } ?? "")"
                }
            }
        }
    }

    @Test(
        "55: no secret is in an output, a log, a manifest, rejects, the audit log, a termination message or a command line"
    )
    func everywhere() throws {
        let password = "CANARY-database"
        let credentials = FakeS3.Credentials(
            accessKey: "CANARYACCESSKEY", secretKey: "CANARY-store-secret", sessionToken: "CANARY-session")
        let server = try FakeS3(FakeS3.Options(.aws), credentials: credentials)
        let postgres = try PostgreSQLServer(password: password)
        let scene = try PostgreSQLBench(on: postgres)
        let receiver = try HookReceiver([500, 500, 500, 500, 500, 500])
        let source = try PythonServer()
        let bench = scene.bench
        let common = [
            "OBJECT_STORE_URL": "s3://bucket/p?endpoint=\(server.endpoint)&region=us-east-1",
            "AWS_ACCESS_KEY_ID": credentials.accessKey, "AWS_SECRET_ACCESS_KEY": credentials.secretKey,
            "AWS_SESSION_TOKEN": "CANARY-session", "JOB_SIGNING_KEY": Bucket.signingKey, "LOG_LEVEL": "trace",
            "SOURCE_ALLOW": "127.0.0.1:\(source.port), 127.0.0.1:1, \(receiver.allow["SOURCE_ALLOW"] ?? "")",
        ]
        let traces = Traces()
        let key = try bench.run(.import, ["keys", "create", "--org", "org_demo", "--actor", "a"], variables: common)
        try #require(key.status == 0, "\(key)")
        let secret = try #require(key.manifest.at("key").string)
        // What is typed there is a secret too.
        let hash = #"{"id":"p1","password_hash":"$2b$12$CANARYCANARYCANARYCANARYCANARYCANARYCANARYCANARYabcde"}"#
        server.put(
            "p/org_demo/uploads/f", Array("id,email,created_at\nc1,a@example.com,never\nc2,b@example.com,\n".utf8))
        server.put("p/org_demo/uploads/h", Array((hash + "\n").utf8))
        try scene.sql(
            "INSERT INTO contacts (org_id, id, email) SELECT 'org_demo', 'x' || i, 'e' FROM generate_series(1, 50) i")

        let export = #""resource":"contacts","format":"csv""#
        let load = #""resource":"contacts","sourceKey":"f""#
        let hook = #","notify":{"url":"\#(receiver.url)"}"#
        let url = "\(source.endpoint)/contacts?token=CANARY-source"
        let wrongKey = "pk_CANARY" + String(secret.dropFirst(9))
        let cases: [(note: String, program: Program, members: String, variables: [String: String])] = [
            ("an export", .export, export + hook, [:]), ("an import", .import, load, [:]),
            ("a dry run", .import, load + #","dryRun":true"#, [:]),
            ("password hashes", .import, #""resource":"profiles","sourceKey":"h""#, [:]),
            ("a source by URL", .import, #""resource":"contacts","sourceUrl":"\#(url)""#, [:]),
            ("a source that is not there", .import, load + #","mapping":{}"#, [:]),
            (
                "a URL that is refused", .import,
                #""resource":"contacts","sourceUrl":"https://10.0.0.1/?t=CANARY-source""#, [:]
            ),
            (
                "a URL nobody listens at", .import,
                #""resource":"contacts","sourceUrl":"http://127.0.0.1:1/?t=CANARY-source""#, [:]
            ),
            ("a URL with a password", .import, #""resource":"contacts","sourceUrl":"https://u:p@example.com/""#, [:]),
            (
                "a URL with a user and a fragment", .import,
                #""resource":"contacts","sourceUrl":"https://CANARY:CANARY@example.com/#CANARY""#, [:]
            ),
            (
                "a URL with a fragment", .import,
                #""resource":"contacts","sourceUrl":"http://127.0.0.1:1/f#CANARY-fragment""#, [:]
            ),
            ("a URL in the wrong place", .export, export + #","notify":"https://h/CANARY""#, [:]),
            (
                "a hook nobody listens at", .export,
                export + #","notify":{"url":"http://127.0.0.1:1/services/CANARY-path"}"#, [:]
            ),
            ("a bad spec", .export, export + #","limit":"x""#, [:]),
            ("no proof", .export, export, ["JOB_API_KEY": ""]),
            ("a wrong key", .export, export, ["JOB_API_KEY": wrongKey]),
            ("a wrong signature", .export, export, ["JOB_SPEC_SIGNATURE": "CANARY-signature"]),
            ("a wrong secret", .export, export, ["AWS_SECRET_ACCESS_KEY": "CANARY-wrong"]),
            ("a wrong token", .export, export, ["AWS_SESSION_TOKEN": "CANARY-wrong"]),
            ("a wrong bucket", .export, export, ["OBJECT_STORE_URL": "s3://nobody?endpoint=\(server.endpoint)"]),
            (
                "a store nobody listens at", .export, export,
                ["OBJECT_STORE_URL": "s3://bucket?endpoint=http://127.0.0.1:1"]
            ),
            (
                "a store URL with a password", .export, export,
                ["OBJECT_STORE_URL": "s3://bucket?endpoint=https://u:CANARY@example.com"]
            ),
            (
                "a wrong password", .export, export,
                ["DATABASE_URL": scene.server.url(database: scene.database).replacing("%", with: "%3")]
            ),
            ("a database URL that is none", .export, export, ["DATABASE_URL": "postgres://u:CANARY-x@[::1/x"]),
            ("another scheme", .export, export, ["DATABASE_URL": "mysql://u:CANARY-x@h/d"]),
            (
                "a server nobody listens at", .export, export,
                ["DATABASE_URL": "postgres://u:CANARY-x@127.0.0.1:1/d", "DATABASE_PATIENCE_SECONDS": "1"]
            ),
            ("a password with @", .export, export, ["DATABASE_URL": "postgres://u:x@CANARY-x@127.0.0.1:1/d"]),
            ("a password with /", .export, export, ["DATABASE_URL": "postgres://u:1/CANARY-x@127.0.0.1:1/d"]),
            (
                "a password with #", .export, export,
                ["DATABASE_URL": "postgres://u:a#CANARY-x@127.0.0.1:1/d", "DATABASE_PATIENCE_SECONDS": "1"]
            ),
            ("a password with ?", .export, export, ["DATABASE_URL": "postgres://u:1?CANARY=x@127.0.0.1:1/d"]),
            ("keywords", .export, export, ["DATABASE_URL": "host=h password=CANARY:x"]),
            ("keywords in a URL", .export, export, ["DATABASE_URL": "postgres:host=h password=CANARY"]),
            ("keys before a bucket", .export, export, ["OBJECT_STORE_URL": "s3://CANARY:CANARY@bucket/p"]),
            ("a store that is none", .export, export, ["OBJECT_STORE_URL": "CANARY-x:y"]),
            ("a database that is not there", .export, export, ["DATABASE_URL": scene.server.url(database: "nowhere")]),
            ("a credential file", .export, export, ["AWS_ACCESS_KEY_ID": "CANARYONLY", "AWS_SECRET_ACCESS_KEY": ""]),
            ("a bad allow list", .export, export, ["SOURCE_ALLOW": "a b/c/d"]),
            ("a deadline", .export, export + #","notAfter":"2020-01-01T00:00:00Z""#, [:]),
        ]
        var codes: Set<Int32> = []
        // Most of them wait for somebody who does not answer: all at once.
        let processes = try cases.enumerated().map { number, one in
            let spec = Workbench.spec(#""jobId":"j\#(number)","# + one.members)
            var variables = common.merging(["JOB_API_KEY": secret]) { $1 }.merging(one.variables) { $1 }
            variables["DATABASE_URL"] = one.variables["DATABASE_URL"] ?? scene.server.url(database: scene.database)
            variables["TERMINATION_LOG"] = bench.folder.path + "/message-\(number)"
            let process = try bench.start(one.program, spec: spec, variables: variables)
            let command = try? Tool.run("cat", ["/proc/\(process.identifier)/cmdline"])
            traces.add("the command line of \(one.note)", String(decoding: command ?? [], as: UTF8.self))
            return process
        }
        for (number, one) in cases.enumerated() {
            let run = JobRun(try processes[number].wait())
            codes.insert(run.status)
            traces.add(one.note, run)
            #expect(!run.text.contains(secret) && !run.errorText.contains(secret), "\(one.note)")
            let last = (try? bench.folder.read("message-\(number)")) ?? []
            #expect(!last.isEmpty, "\(one.note)")
            traces.add("the termination message of \(one.note)", String(decoding: last, as: UTF8.self))
        }
        #expect(codes.isSuperset(of: [0, 64, 75, 77, 78, 124]), "\(codes)")

        for url in ["postgres://u:1/CANARY@h/d", "postgres://u:x@CANARY@127.0.0.1:1/d", "host=h password=CANARY"] {
            traces.add(
                "doctor", try bench.run(.export, ["doctor"], variables: common.merging(["DATABASE_URL": url]) { $1 }))
        }
        for verb in [
            ["doctor"], ["audit", "show", "--org", "org_demo"], ["audit", "verify", "--org", "org_demo"],
            ["keys", "list", "--org", "org_demo"], ["status", "--org", "org_demo", "--job", "j0"],
            ["verify", "--org", "org_demo", "--job", "j0"],
        ] {
            traces.add(
                "\(verb)",
                try bench.run(
                    .export, verb,
                    variables: common.merging(["DATABASE_URL": scene.server.url(database: scene.database)]) { $1 }))
        }
        for key in server.keys() where !key.contains("/uploads/") {
            let text = String(decoding: server.object(key)?.bytes ?? [], as: UTF8.self)
            traces.add(
                "object \(key)",
                text.replacing(/"(url|downloadUrl)":"[^"]*"/, with: "").replacing(/href="[^"]*"/, with: ""))
        }
        traces.add("the audit log", try scene.sql("SELECT string_agg(a::text, chr(10)) FROM audit_log a"))
        traces.add(
            "the ledger", try scene.sql("SELECT coalesce(string_agg(a::text, chr(10)), '') FROM import_ledger a"))
        let log = try ChildProcess.run("grep", ["-rl", "CANARY", bench.folder.path])
        #expect(log.text == "", "\(log.text)")
        #expect(traces.search() == [])
        #expect(try receiver.requests().count > 0)
        // The word is where it belongs, so a search that finds nothing has looked.
        #expect(try scene.sql("SELECT password_hash FROM profiles WHERE id = 'p1'").contains("CANARY"))
    }

    @Test("55: a job that crashes where backtraces are off shows nothing of its memory")
    func crash() throws {
        let server = try FakeS3(.aws)
        let bucket = try Bucket(.small, on: server)
        server.inject(.silence(.beforeReading)) { $0.key.hasSuffix(".csv") }
        let process = try bucket.start(
            .export, #""jobId":"j","resource":"audiences","format":"csv""#,
            variables: ["SWIFT_BACKTRACE": "enable=no"])
        while server.object("p/org_demo/jobs/j/manifest.json") == nil { usleep(5_000) }
        process.send(SIGILL)
        let result = try process.wait()
        #expect(result.status == 128 + SIGILL)
        #expect(!result.errorText.contains("CANARY"), "\(result.errorText)")
        #expect(result.errorText.split(separator: "\n").allSatisfy { $0.hasPrefix("{") }, "\(result.errorText)")
    }
}
