internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// Who gets in, and what is left of who does not: exit code 77, an entry in the audit log, and nothing else.
@Suite("Who may run a job")
struct GateTests {
    private static let members = #""jobId":"j","resource":"contacts","format":"csv""#

    /// A key as `keys create` prints it.
    static func makeKey(_ bench: Workbench, org: String = "org_demo", _ arguments: [String] = []) throws -> JSONValue {
        let run = try bench.run(.import, ["keys", "create", "--org", org, "--actor", "alice"] + arguments)
        try #require(run.status == 0, "\(run)")
        return run.manifest
    }

    private static func entries(_ bench: Workbench, org: String = "org_demo") throws -> [JSONValue] {
        let run = try bench.run(.export, ["audit", "show", "--org", org])
        #expect(run.status == 0, "\(run)")
        return try run.text.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    }

    /// Everything a refusal leaves: one entry, and in the bucket nothing but the head of the audit log.
    private func expectRefused(
        _ run: JobRun, _ bucket: Bucket, _ server: FakeS3, actor: String, note: String, org: String = "org_demo"
    ) throws {
        #expect(run.status == 77, "\(note): \(run)")
        #expect(run.failureCode == "not_permitted", "\(note)")
        #expect(run.hasHint, "\(note)")
        #expect(run.text == "", "\(note)")
        // Before the entry is looked at: that reads the head too. The first head of all looks for a log in the store.
        let asked = Set(server.requests.map(\.key))
        #expect(asked.contains("p/\(org)/audit/head.json"), "\(note)")
        #expect(
            asked.count == 1 || asked.subtracting(["p/\(org)/audit/000000000001.json"]).count == 1, "\(note): \(asked)")
        let last = try #require(try Self.entries(bucket.bench, org: org).last)
        #expect(last.at("outcome").string == "refused" && last.at("actor").string == actor, "\(note): \(last)")
        #expect(last.at("rows").int == 0 && last.at("bytes").int == 0)
        #expect(server.keys().filter { !$0.hasSuffix("/audit/head.json") } == [], "\(note)")
        server.clearRequests()
    }

    @Test("An API key opens its own organisation and no other, until it is revoked; a wrong proof is never ignored")
    func keys() throws {
        let server = try FakeS3(.aws)
        let bucket = try Bucket(.demo, on: server)
        let key = try Self.makeKey(bucket.bench)
        let viewer = try Self.makeKey(bucket.bench, ["--role", "VIEWER"])
        let small = try Self.makeKey(bucket.bench, ["--plan", "starter"])
        let other = try Self.makeKey(bucket.bench, org: "org_other")
        for key in server.keys() where !key.contains("/audit/") { server.remove(key) }
        server.clearRequests()
        let spec = Workbench.spec(Self.members)
        func run(_ secret: String?, _ more: [String: String] = [:], spec: String, _ verb: [String] = []) throws
            -> JobRun
        {
            var variables = more
            variables["JOB_API_KEY"] = secret
            return try bucket.bench.run(.export, verb, spec: spec, variables: variables)
        }
        let secret = try #require(key.at("key").string)
        let id = try #require(key.at("id").string)
        let strangers: [(note: String, secret: String?, actor: String)] = [
            ("no proof", nil, "unknown"), ("no key", "pk_nonsense", "unknown"),
            ("nobody's key", "pk_" + String(repeating: "A", count: 43) + "_AAAAAA", "unknown"),
            ("a key with a letter changed", String(secret.dropLast()) + (secret.hasSuffix("0") ? "1" : "0"), "unknown"),
            ("the key of another organisation", other.at("key").string, "key \(other.at("id").string ?? "")"),
            ("a role that may not", viewer.at("key").string, "alice (key \(viewer.at("id").string ?? ""))"),
            ("a plan that may not", small.at("key").string, "alice (key \(small.at("id").string ?? ""))"),
        ]
        for stranger in strangers {
            for verb in [["run"], ["run", "--check-store"], ["prepare"]] {
                let refused = try run(stranger.secret, spec: spec, verb)
                try expectRefused(
                    refused, bucket, server, actor: stranger.actor, note: "\(stranger.note), \(verb)")
            }
        }
        let wrong = ["JOB_SPEC_SIGNATURE": String(repeating: "0", count: 64)]
        try expectRefused(
            run(secret, wrong, spec: spec), bucket, server, actor: "unknown",
            note: "a wrong signature beside a good key")

        let done = try run(secret, spec: spec)
        #expect(done.status == 0, "\(done)")
        #expect(done["actor.id"].string == "alice" && done["actor.key"].string == id)
        #expect(try bucket.bench.run(.import, ["keys", "revoke", "--org", "org_other", "--id", id]).status == 66)
        #expect(try bucket.bench.run(.import, ["keys", "revoke", "--org", "org_demo", "--id", id]).status == 0)
        for key in server.keys() where !key.contains("/audit/") { server.remove(key) }
        server.clearRequests()
        try expectRefused(
            run(secret, spec: spec), bucket, server, actor: "alice (key \(id))", note: "a revoked key")
        #expect(try bucket.bench.run(.export, ["audit", "verify", "--org", "org_demo"]).status == 0)
    }

    @Test("A key is shown once; the database has its hash, and no file of the bench has the key")
    func shownOnce() throws {
        let bench = try Workbench(.small)
        let key = try Self.makeKey(bench)
        let secret = try #require(key.at("key").string)
        let list = try bench.run(.import, ["keys", "list", "--org", "org_demo"])
        #expect(list.manifest.at("id") == key.at("id") && list.manifest.at("revokedAt") == .null)
        #expect(!list.text.contains(secret))
        let hash = try Tool.sha256(Array(secret.utf8))
        #expect(
            try bench.sql("SELECT key_hash, org_id, actor_id, role, plan FROM api_keys")
                == "\(hash)|org_demo|alice|ADMIN|growth")
        #expect(try bench.export(Self.members, variables: ["JOB_API_KEY": secret]).status == 0)
        let found = try ChildProcess.run("grep", ["-rlF", secret, bench.folder.path])
        #expect(found.status == 1, "\(found.text)")
        #expect(try Self.entries(bench).map { $0.at("action").string } == ["keys.create", "export", "export"])
        for arguments in [
            ["keys", "create", "--org", "../x", "--actor", "a"], ["keys", "create", "--org", "o", "--actor", ""],
            ["keys", "revoke", "--org", "o", "--id", "%"], ["keys", "revoke", "--org", "o"],
        ] {
            #expect(try bench.run(.import, arguments).status == 64, "\(arguments)")
        }
    }

    @Test("A signed spec is good for the organisation and the bytes it was signed with, and for nothing else")
    func signatures() throws {
        let server = try FakeS3(.aws)
        let bucket = try Bucket(.demo, on: server)
        let good = Bucket.spec(Self.members)
        let signature = try Bucket.signature(good, .export)
        func run(_ spec: String, _ signature: String?, _ more: [String: String] = [:]) throws -> JobRun {
            var variables = more
            variables["JOB_SPEC_SIGNATURE"] = signature
            return try bucket.bench.run(.export, spec: spec, variables: variables)
        }
        let moved = good.replacing("org_demo", with: "org_other")
        try expectRefused(run(moved, signature), bucket, server, actor: "unknown", note: "moved", org: "org_other")
        for key in server.keys() where !key.contains("/audit/") { server.remove(key) }
        server.clearRequests()
        let open =
            #"{"jobId":"j","resource":"contacts","format":"csv","actor":{"id":"u1","role":"ADMIN","plan":"growth"}}"#
        let refused: [(note: String, run: JobRun, actor: String)] = [
            ("none", try run(good, nil), "unknown"), ("of other bytes", try run(good + " ", signature), "unknown"),
            ("no key to check it", try run(good, signature, ["JOB_SIGNING_KEY": ""]), "unknown"),
            (
                "another key", try run(good, signature, ["JOB_SIGNING_KEY": String(repeating: "other", count: 7)]),
                "unknown"
            ),
        ]
        for (note, run, _) in refused { #expect(run.status == 77, "\(note): \(run)") }
        server.clearRequests()
        // Without its organisation it would be good for every one.
        let everywhere = try run(open, Bucket.signature(open, .export), ["JOB_ORG_ID": "org_demo"])
        try expectRefused(everywhere, bucket, server, actor: "u1", note: "no organisation")
        for actor in [
            #"{"id":"u1","role":"admin","plan":"growth"}"#, #"{"id":"u1","role":"ADMIN","plan":"free"}"#,
            #"{"id":"u1","role":"ADMIN"}"#,
        ] {
            let spec = Workbench.spec(Self.members + #","actor":"# + actor)
            try expectRefused(run(spec, Bucket.signature(spec, .export)), bucket, server, actor: "u1", note: actor)
        }
        // Also by the same program's own rule: an actor in a spec that nobody signed is not believed.
        let claimed = try run(good, nil)
        try expectRefused(claimed, bucket, server, actor: "unknown", note: "claimed")
        #expect(try run(good, signature.uppercased()).status == 0)
    }

    @Test("Who has a key of another organisation can neither see, nor fetch, nor cancel this one's jobs with it")
    func verbs() throws {
        let bench = try Workbench(.small)
        let key = try #require(try Self.makeKey(bench).at("key").string)
        let other = try #require(try Self.makeKey(bench, org: "org_other").at("key").string)
        #expect(try bench.export(Self.members).status == 0)
        for verb in ["status", "download", "verify", "cancel"] {
            let arguments = [verb, "--org", "org_demo", "--job", "j"]
            let refused = try bench.run(.export, arguments, variables: ["JOB_API_KEY": other])
            #expect(refused.status == 77 && refused.text == "", "\(verb): \(refused)")
            let entry = try Self.entries(bench).last
            #expect(entry?.at("action").string == verb && entry?.at("outcome").string == "refused")
            let own = try bench.run(.export, arguments, variables: ["JOB_API_KEY": key])
            #expect(own.status == (verb == "cancel" ? 64 : 0), "\(verb): \(own)")
        }
        let download = try Self.entries(bench).last {
            $0.at("action").string == "download" && $0.at("outcome").string == "done"
        }
        #expect(download?.at("actor").string?.hasPrefix("alice (key ") == true)
        for arguments in [
            ["audit", "show"], ["audit", "verify"], ["keys", "list"], ["keys", "revoke", "--id", "123456"],
        ] {
            let run = try bench.run(.export, arguments + ["--org", "org_demo"], variables: ["JOB_API_KEY": other])
            #expect(run.status == 77 && run.text == "", "\(arguments): \(run)")
        }
    }
}
