internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("The first run")
struct FirstRunTests {
    private static let resources = [
        "profiles", "events", "contacts", "audiences", "workflows", "analytics", "survey_responses",
    ]

    @Test("A first run with nothing configured creates the demo organisation and says so")
    func createsDemo() throws {
        let bench = try Workbench(.none)
        let example = try TemporaryFolder.read(Checkout.path + "/container/examples/export-events.json")
        let run = try bench.run(.export, spec: String(decoding: example, as: UTF8.self))
        #expect(run.status == 0)
        #expect(run["status"].string == "completed")
        #expect(run.errorText.contains("first run: created .data/dataio.sqlite"))
        #expect(run.errorText.contains("org_demo"))
        #expect(try bench.number("SELECT count(*) FROM profiles WHERE org_id = 'org_demo'") >= 1_000)
        #expect(try bench.number("SELECT count(*) FROM events WHERE org_id = 'org_demo'") >= 20_000)
        for table in Self.resources {
            #expect(try bench.number("SELECT count(*) FROM \(table) WHERE org_id = 'org_demo'") > 0, "\(table)")
        }
        #expect(try bench.folder.files().filter { $0.contains("draft") } == [])
        let second = try bench.export(#""resource":"workflows","format":"json""#)
        #expect(second.status == 0)
        #expect(!second.errorText.contains("first run"))
    }

    @Test("Two fresh folders give the same bytes for every resource")
    func isDeterministic() throws {
        let left = try Workbench(.none)
        let right = try Workbench(.none)
        for resource in Self.resources {
            let one = try left.export(#""resource":"\#(resource)","format":"csv""#)
            let other = try right.export(#""resource":"\#(resource)","format":"csv""#)
            #expect(one.count("rowsWritten") > 0, "\(resource)")
            #expect(try left.result(one) == right.result(other), "\(resource)")
        }
    }

    @Test("Two first runs at once share one demo database")
    func twoFirstRuns() throws {
        let bench = try Workbench(.none)
        let spec = Workbench.spec(#""resource":"profiles","format":"csv""#)
        let first = try bench.start(.export, spec: spec)
        let second = try bench.start(.export, spec: spec)
        let runs = [JobRun(try first.wait()), JobRun(try second.wait())]
        #expect(runs.map(\.status) == [0, 0])
        #expect(runs[0]["files.0.sha256"] == runs[1]["files.0.sha256"])
        #expect(try bench.number("SELECT count(*) FROM profiles") == runs[0].count("rowsWritten"))
        #expect(try bench.folder.files().filter { $0.contains("draft") } == [])
    }

    @Test("The draft of a first run that was killed is removed, that of a living process is not")
    func abandonedDraft() throws {
        let bench = try Workbench(.none)
        try bench.folder.makeFolder(".data")
        // No process has the first number (the kernel's limit is 4,194,304), process 1 always lives.
        for name in ["4194305", "4194305-wal", "1"] {
            try bench.folder.write("", to: ".data/dataio.sqlite.draft-" + name)
        }
        #expect(try bench.export(#""resource":"workflows","format":"json""#).status == 0)
        #expect(try bench.folder.files().filter { $0.contains("draft") } == [".data/dataio.sqlite.draft-1"])
    }

    @Test("A configured database gets no demo rows")
    func configuredDatabase() throws {
        let bench = try Workbench(.none)
        let run = try bench.export(
            #""resource":"events","format":"csv""#, variables: ["DATABASE_URL": "sqlite:own.sqlite"])
        #expect(run.status == 78)
        #expect(run.failureCode == "database_missing")
        #expect(try bench.folder.files().filter { $0.hasSuffix(".sqlite") } == [])
    }
}
