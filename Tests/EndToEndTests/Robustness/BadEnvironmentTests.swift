internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Bad surroundings")
struct BadEnvironmentTests {
    private static let spec = #""jobId":"j","resource":"events","format":"csv""#
    private static let manifest = ["org_demo/jobs/j/manifest.json"]

    @Test("A database that is not there, is none, or lacks a table")
    func database() throws {
        let bench = try Workbench(.small)
        try bench.folder.write(String(repeating: "not a database ", count: 1_000), to: "text.sqlite")
        try bench.folder.write("", to: "empty.sqlite")
        let cases = [
            ("none/x.sqlite", "database_missing"), ("text.sqlite", "database_invalid"),
            ("empty.sqlite", "database_statement"),
        ]
        for (path, code) in cases {
            try bench.upload("id\na\n", as: "f")
            let variables = ["DATABASE_URL": "sqlite:" + path]
            for run in [
                try bench.export(Self.spec, variables: variables),
                try bench.load(#""jobId":"i","resource":"contacts","sourceKey":"f""#, variables: variables),
            ] {
                #expect(run.status == 78, "\(path): \(run.errorText)")
                #expect(run["error.code"].string == code, "\(path): \(run.errorText)")
                #expect(run.hasHint, "\(path)")
                #expect(run["status"].string == "failed")
            }
            let left = try bench.objects(below: "org_demo/jobs/")
            #expect(left == ["org_demo/jobs/i/manifest.json"] + Self.manifest)
        }
        // What has failed can be launched again once the surroundings are put right.
        let repaired = try bench.export(Self.spec)
        #expect(repaired.status == 0)
        #expect(repaired["attempt"].int == 4)
        #expect(repaired["error"] == .null)
    }

    @Test(
        "Addresses of unknown form are refused",
        arguments: [
            ["DATABASE_URL": "mysql://host/db"], ["DATABASE_URL": "sqlite:"], ["OBJECT_STORE_URL": "ftp://x"],
            ["OBJECT_STORE_URL": "objects"], ["RESOURCE_CATALOG": "none.json"],
        ])
    func addresses(_ variables: [String: String]) throws {
        let bench = try Workbench(.small)
        let run = try bench.export(Self.spec, variables: variables)
        #expect([66, 78].contains(run.status))
        #expect(run.hasHint)
        #expect(run.output.isEmpty)
    }

    /// Runs a job with a store or a database on a small file system of its own, which ends with the script.
    ///
    /// The script's `job` runs the program; its output is the exit code, the error's code and what is left in the store.
    private func onTemporaryFileSystem(_ bench: Workbench, _ program: Program, _ spec: String, _ setUp: String) throws
        -> [String]
    {
        try bench.folder.write(Workbench.spec(spec), to: "spec.json")
        let script = #"""
            set -e
            cd "$1"
            mkdir tmp
            eval "$4"
            status=0
            "$2" --spec spec.json >out 2>err || status=$?
            echo "$status"
            python3 -c 'import json, sys
            lines = open("out").read().splitlines() or [l for l in open("err").read().splitlines() if "\"code\"" in l][-1:]
            found = json.loads(lines[-1])
            error = found.get("error") or found
            print(error.get("code"), "hint" if error.get("hint") else "no hint", found.get("status", "-"))'
            for folder in tmp .data; do (cd "$folder"; find . -type f -path "*/jobs/*"; find . -path "*/staging/*"); done
            """#
        let output = try Tool.run(
            "unshare", ["--mount", "sh", "-c", script, "sh", bench.folder.path, program.path, "", setUp])
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("A store that is full ends the job with exit code 71 and keeps no half of a file")
    func fullStore() throws {
        let bench = try Workbench(.demo)
        let lines = try onTemporaryFileSystem(
            bench, .export, Self.spec, "mount -t tmpfs -o size=1m none tmp; export OBJECT_STORE_URL=file:tmp")
        #expect(lines == ["71", "disk_full hint failed", "./org_demo/jobs/j/manifest.json"])
    }

    @Test("A store without room for a manifest ends the job with exit code 71")
    func noRoomAtAll() throws {
        let bench = try Workbench(.small)
        let lines = try onTemporaryFileSystem(
            bench, .export, Self.spec,
            "mount -t tmpfs -o size=64k none tmp; head -c 1m /dev/zero >tmp/filler 2>/dev/null || true; "
                + "export OBJECT_STORE_URL=file:tmp")
        #expect(lines.prefix(2) == ["71", "disk_full hint -"])
        #expect(lines.count == 2)
    }

    @Test("A store that cannot be written ends the job with exit code 77")
    func readOnlyStore() throws {
        let bench = try Workbench(.small)
        let lines = try onTemporaryFileSystem(
            bench, .export, Self.spec,
            "mount -t tmpfs none tmp; mkdir tmp/org_demo; mount -o remount,ro tmp; export OBJECT_STORE_URL=file:tmp")
        #expect(lines == ["77", "store_permission_denied hint -"])
    }

    @Test("A full disk under the database ends an import with exit code 71; with room it goes on where it was")
    func fullDatabase() throws {
        let bench = try Workbench(.empty)
        let rows = (0..<45_000).map { "c\($0),user\($0)@example.com,\(String(repeating: "x", count: 60))\n" }.joined()
        try bench.upload("id,email,company\n" + rows, as: "f")
        let spec = #""jobId":"j","resource":"contacts","sourceKey":"f""#
        let lines = try onTemporaryFileSystem(
            bench, .import, spec,
            "mount -t tmpfs -o size=4m none tmp; cp .data/dataio.sqlite tmp/d; export DATABASE_URL=sqlite:tmp/d")
        #expect(lines == ["71", "disk_full hint failed", "./objects/org_demo/jobs/j/manifest.json"])
        let run = try bench.load(spec)
        #expect(run.status == 0)
        #expect(run.count("inserted") == 45_000)
    }

    @Test("A database that cannot be written ends an import with exit code 77, and an export works")
    func readOnlyDatabase() throws {
        let mount =
            "mount -t tmpfs none tmp; cp .data/dataio.sqlite tmp/d; sqlite3 tmp/d 'PRAGMA journal_mode = DELETE' >err; "
            + "mount -o remount,ro tmp; export DATABASE_URL=sqlite:tmp/d"
        let bench = try Workbench(.small)
        try bench.upload("id\na\n", as: "f")
        let load = #""jobId":"j","resource":"contacts","sourceKey":"f""#
        let lines = try onTemporaryFileSystem(bench, .import, load, mount)
        #expect(lines == ["77", "database_file_read_only hint failed", "./objects/org_demo/jobs/j/manifest.json"])
        let other = try Workbench(.small)
        #expect(try onTemporaryFileSystem(other, .export, Self.spec, mount).first == "0")
    }

    @Test("A link in the way of the store's folders is not followed")
    func links() throws {
        let bench = try Workbench(.small)
        let outside = try TemporaryFolder()
        _ = try Tool.run("ln", ["-s", outside.path, bench.storePath + "/org_demo"])
        let run = try bench.export(Self.spec)
        #expect(run.status == 77)
        #expect(run.failureCode == "unsafe_entry")
        #expect(try outside.files() == [])
    }

    @Test("A closed standard output does not harm the job")
    func closedOutput() throws {
        let bench = try Workbench(.small)
        try bench.folder.write(Workbench.spec(Self.spec), to: "spec.json")
        let script = "\"$1\" --spec spec.json >&- 2>&-; echo $?; \"$1\" --spec spec.json | true"
        let output = try Tool.run("sh", ["-c", script, "sh", Program.export.path], in: bench.folder.path)
        #expect(String(decoding: output, as: UTF8.self) == "0\n")
        #expect(try bench.run(.export, ["status", "--org", "org_demo", "--job", "j"])["status"].string == "completed")
    }

    @Test("A damaged manifest is reported, not believed")
    func damagedManifest() throws {
        for text in ["", "{", "[]", "{\"manifestVersion\":1}", String(repeating: "[", count: 5_000)] {
            let bench = try Workbench(.small)
            try bench.folder.makeFolder(".data/objects/org_demo/jobs/j")
            try bench.folder.write(text, to: ".data/objects/org_demo/jobs/j/manifest.json")
            for run in [
                try bench.export(Self.spec), try bench.run(.export, ["status", "--org", "org_demo", "--job", "j"]),
            ] {
                #expect(run.status == 76, "\(text.prefix(30)): \(run.errorText)")
                #expect(run.hasHint)
            }
        }
    }
}
