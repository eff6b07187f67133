internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Organisations stay apart")
struct IsolationTests {
    /// A text column of each resource, to mark the rows of the other organisation.
    private static let marked = [
        ("profiles", "email"), ("events", "session_id"), ("contacts", "company"), ("audiences", "description"),
        ("workflows", "status"), ("survey_responses", "answer"),
    ]

    /// The demo organisation, and a copy of its rows with the same keys that belongs to another.
    private func bench() throws -> Workbench {
        let bench = try Workbench(.small)
        for (table, column) in Self.marked {
            try bench.sql(
                """
                CREATE TEMP TABLE copied AS SELECT * FROM \(table);
                UPDATE copied SET org_id = 'org_other', \(column) = 'OTHER';
                INSERT INTO \(table) SELECT * FROM copied;
                """)
        }
        return bench
    }

    @Test("An export holds the rows of its own organisation and nothing of another")
    func exports() throws {
        let alone = try Workbench(.small)
        let both = try bench()
        for (resource, _) in Self.marked {
            let spec = #""resource":"\#(resource)","format":"csv""#
            let before = try alone.export(spec)
            let after = try both.export(spec)
            #expect(try alone.result(before) == both.result(after), "\(resource)")
            let other = try both.export(spec, org: "org_other")
            let text = try both.resultText(other)
            #expect(other.count("rowsWritten") == before.count("rowsWritten"))
            #expect(
                text.split(separator: "OTHER", omittingEmptySubsequences: false).count - 1
                    == other.count("rowsWritten"), "\(resource)")
            #expect(try both.objects(below: "org_other/").allSatisfy { $0.hasPrefix("org_other/jobs/") })
        }
        let nobody = try both.export(#""resource":"events","format":"jsonl""#, org: "org_nobody")
        #expect(nobody.count("rowsWritten") == 0)
    }

    @Test("The same job id of two organisations names two jobs, and neither sees the other's")
    func jobs() throws {
        let bench = try bench()
        let spec = #""jobId":"same","resource":"workflows","format":"csv""#
        let demo = try bench.export(spec)
        let other = try bench.export(spec, org: "org_other")
        #expect(demo["files.0.sha256"] != other["files.0.sha256"])
        let status = try bench.run(.export, ["status", "--org", "org_other", "--job", "same"])
        #expect(status["orgId"].string == "org_other")
        let mine = try bench.export(#""jobId":"mine","resource":"workflows","format":"csv""#)
        #expect(mine.status == 0)
        for verb in ["status", "download", "verify", "cancel"] {
            let run = try bench.run(.export, [verb, "--org", "org_other", "--job", "mine"])
            #expect(run.status == 66, "\(verb)")
            #expect(run.failureCode == "job_not_found")
        }
    }

    @Test("JOB_ORG_ID fixes the organisation, whatever the spec says")
    func environment() throws {
        let bench = try bench()
        let own = ["JOB_ORG_ID": "org_other"]
        let implied = try bench.run(
            .export, spec: #"{"resource":"workflows","format":"csv"}"#, variables: own)
        #expect(implied["orgId"].string == "org_other")
        let foreign = try bench.export(#""resource":"workflows","format":"csv""#, variables: own)
        #expect(foreign.status == 64)
        #expect(foreign.errorText.contains("JOB_ORG_ID"))
    }

    @Test("An import writes to its own organisation, also with keys another one has")
    func imports() throws {
        let bench = try bench()
        let before = try bench.sql("SELECT * FROM contacts WHERE org_id = 'org_demo'")
        try bench.upload(
            "org_id,id,company\norg_demo,con_105000,NEW\norg_demo,fresh,NEW\n", as: "c.csv", org: "org_third")
        let run = try bench.load(#""resource":"contacts","sourceKey":"uploads/c.csv""#, org: "org_third")
        #expect(run.status == 0)
        #expect(run.count("inserted") == 2)
        #expect(run["preview.unmapped"] == .array([.string("org_id")]))
        #expect(try bench.sql("SELECT * FROM contacts WHERE org_id = 'org_demo'") == before)
        #expect(try bench.sql("SELECT id FROM contacts WHERE org_id = 'org_third'") == "con_105000\nfresh")
    }

    @Test(
        "A source outside the organisation's uploads is refused",
        arguments: [
            "../org_demo/uploads/c.csv", "uploads/../../org_demo/uploads/c.csv", "/etc/passwd", "uploads//c.csv",
            "..", "uploads/./c.csv", "a/../../b",
        ])
    func sources(_ key: String) throws {
        let bench = try Workbench(.empty)
        try bench.upload("id\nx\n", as: "c.csv")
        let run = try bench.load(#""resource":"contacts","sourceKey":"\#(key)""#, org: "org_third")
        #expect(run.status == 64)
        #expect(run.failureCode == "spec_invalid")
        #expect(try bench.number("SELECT count(*) FROM contacts") == 0)
    }
}
