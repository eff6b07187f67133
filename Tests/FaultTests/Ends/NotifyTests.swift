internal import Formats
internal import Glibc
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Notifications")
struct NotifyTests {
    private static let small = #""jobId":"j","resource":"audiences","format":"csv""#

    private static func variables(_ receiver: HookReceiver) -> [String: String] {
        receiver.allow.merging(["JOB_SIGNING_KEY": Bucket.signingKey]) { $1 }
    }

    private static func spec(_ receiver: HookReceiver) -> String {
        small + #","notify":{"url":"\#(receiver.url)"}"#
    }

    @Test("The final manifest is posted, signed, and again until it is taken; its URL's query is shown nowhere")
    func posted() throws {
        let receiver = try HookReceiver([503, 429])
        let bench = try Workbench(.small, variables: Self.variables(receiver))
        let run = try bench.export(Self.spec(receiver), variables: ["LOG_LEVEL": "trace"])
        #expect(run.status == 0, "\(run)")
        let requests = try receiver.requests()
        #expect(requests.count == 3)
        for request in requests {
            #expect(
                request.at("method").string == "POST" && request.at("path").string == "/hooks/jobs?token=CANARY-hook")
            #expect(Array((request.at("body").string ?? "").utf8) == run.output)
            let digest = try Tool.run(
                "openssl", ["dgst", "-sha256", "-hmac", try Bucket.derived("notify org_demo"), "-r"],
                input: Array((request.at("body").string ?? "").utf8))
            let fields = request.at("fields")
            #expect(fields["x-signature"]?.string == "sha256=" + String(decoding: digest.prefix(64), as: UTF8.self))
            #expect(fields["content-type"]?.string == "application/json")
            #expect(fields["idempotency-key"]?.string == "j/" + (run["attemptId"].string ?? ""))
            #expect(fields["authorization"] == nil && fields["cookie"] == nil)
        }
        #expect(!run.text.contains("CANARY") && !run.errorText.contains("CANARY"))
        // Launched again, the job answers from its manifest and tells it again: the first word may have been lost.
        #expect(try bench.export(Self.spec(receiver)).output == run.output)
        #expect(try receiver.requests().count == 4)
    }

    @Test(
        "A receiver that refuses, redirects, is silent or is not there never fails the job",
        arguments: [404, 302, 0, -1])
    func refused(status: Int) throws {
        let receiver = try HookReceiver(status < 0 ? [] : [status, status, status, status, status])
        var variables = Self.variables(receiver)
        var spec = Self.spec(receiver)
        if status < 0 {
            spec = Self.small + #","notify":{"url":"http://127.0.0.1:1/"}"#
            variables["SOURCE_ALLOW"] = "127.0.0.1:1"
        }
        let bench = try Workbench(.small, variables: variables)
        let run = try bench.export(spec)
        #expect(run.status == 0 && run["status"].string == "completed", "\(run)")
        #expect(run.errorText.contains("was not notified"), "\(run.errorText)")
        #expect(!run.errorText.contains("CANARY"))
        let requests = try receiver.requests()
        #expect(requests.allSatisfy { $0.at("path").string?.hasPrefix("/hooks/") == true })
        if status == 404 || status == 302 { #expect(requests.count == 1) }
    }

    @Test("An address that is not public is not connected to, and a job without a key to sign with tells nobody")
    func denied() throws {
        let receiver = try HookReceiver()
        let bench = try Workbench(.small)
        for url in ["https://127.0.0.1/", "https://169.254.169.254/latest", "https://localhost/", "https://[::1]/"] {
            try bench.folder.write(Workbench.spec(Self.small + #","notify":{"url":"\#(url)"}"#), to: "spec.json")
            _ = try Tool.run("rm", ["-rf", bench.storePath + "/org_demo/jobs"])
            let traced = try ChildProcess.run(
                "strace", ["-f", "-e", "trace=connect", "-o", "trace", Program.export.path, "--spec", "spec.json"],
                environment: ["JOB_SIGNING_KEY": Bucket.signingKey], workingFolder: bench.folder.path)
            #expect(traced.status == 0)
            #expect(traced.errorText.contains("was not notified"), "\(traced.errorText)")
            let connects = String(decoding: try bench.folder.read("trace"), as: UTF8.self)
            #expect(
                !connects.contains("sin_port=htons(443)") && !connects.contains("sin6_port=htons(443)"), "\(connects)")
        }
        // A log of its own: one that is signed takes no entries without the key.
        let silent = try Workbench(.small).export(
            #""jobId":"k","resource":"audiences","format":"csv","notify":{"url":"\#(receiver.url)"}"#,
            variables: receiver.allow)
        #expect(silent.status == 0 && silent.errorText.contains("JOB_SIGNING_KEY"))
        #expect(try receiver.requests() == [])
        let plain = try bench.export(Self.small + #","notify":{"url":"http://example.com/"}"#)
        #expect(plain.status == 64 && plain.messages.contains("$.notify.url"))
    }

    @Test("A failed job is told too, an interrupted one is not: it will go on; a signal ends the telling")
    func failures() throws {
        let receiver = try HookReceiver([204, 0, 0, 0, 0, 0])
        let bench = try Workbench(.small, variables: Self.variables(receiver))
        let failed = try bench.load(
            #""jobId":"i","resource":"contacts","sourceKey":"nowhere","notify":{"url":"\#(receiver.url)"}"#)
        #expect(failed.status == 66)
        let told = try receiver.requests()
        #expect(told.count == 1 && told.first?.at("body").string?.contains(#""status":"failed""#) == true)
        let process = try bench.start(.export, spec: Workbench.spec(Self.spec(receiver)))
        while try receiver.requests().count < 2 { usleep(5_000) }
        let start = FaultScene.now()
        process.send(SIGTERM)
        let run = JobRun(try process.wait())
        // The work was done before.
        #expect(run.status == 0 && run["status"].string == "completed", "\(run)")
        #expect(FaultScene.now() - start < 4_000_000)
    }
}
