internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// Two organisations that have the same ids everywhere, and a thousand random jobs of each.
@Suite("Two organisations", .serialized)
struct TenantTests {
    private static let organisations = ["org_aaaa", "org_bbbb"]

    /// A word that is in every row and file of the organisation, and nowhere else.
    private static func mark(_ org: String) -> String { "MARK_" + org.suffix(4).uppercased() }

    private func bench() throws -> Workbench {
        let bench = try Workbench(.empty)
        for org in Self.organisations {
            let mark = Self.mark(org)
            try bench.sql(
                """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
                INSERT INTO contacts (org_id, id, email, company, created_at, attributes)
                SELECT '\(org)', 'c' || i, 'u' || i || '@\(mark).example', '\(mark)', 1775001600000000 + i, '{"m":"\(mark)"}' FROM n;
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
                INSERT INTO events (org_id, id, name, session_id, occurred_at, properties)
                SELECT '\(org)', printf('00000000-0000-4000-8000-%012d', i), 'e' || i % 3, '\(mark)', 1775001600000000 + i, '{"m":"\(mark)"}' FROM n;
                INSERT INTO audiences (org_id, id, name) VALUES ('\(org)', 'a', '\(mark)');
                INSERT INTO workflows (org_id, id, name) VALUES ('\(org)', 'w', '\(mark)');
                """)
            for number in 0..<4 {
                try bench.upload(
                    "id,email,company\nf\(number),x@\(mark).example,\(mark)\nbad\(number),no,\(mark)\n",
                    as: "f\(number)", org: org)
            }
        }
        return bench
    }

    /// Members of a job that may be anything: good, odd, hostile, about the other one's things.
    private static func spec(_ random: inout SeededRandom, _ own: String, _ other: String) -> (Program, String) {
        let id = "j\(Int.random(in: 0..<20_000, using: &random))"
        let job = random.pick([
            #""jobId":"\#(id)","#, #""jobId":"../../\#(other)/jobs/\#(id)","#, #""jobId":"\#(id)","#, "",
        ])
        if random.once(in: 3) {
            let source = random.pick([
                #""sourceKey":"f\#(Int.random(in: 0..<5, using: &random))""#, #""sourceKey":"../\#(other)/uploads/f0""#,
                #""sourceKey":"uploads/../../\#(other)/uploads/f0""#, #""sourceKey":"/\#(other)/uploads/f0""#,
                #""sourceKey":"..%2f\#(other)""#, #""sourceKey":"\#(other)/uploads/f0""#,
            ])
            let rest = random.pick([
                "", #","dryRun":true"#, #","mode":"upsert""#, #","mode":"update","matchOn":["email"]"#,
                #","skipDuplicates":true"#, #","mapping":{"id":"id","company":"org_id"}"#,
                #","mapping":{"org_id":"org_id","id":"id"}"#, #","atomic":true"#,
            ])
            return (.import, job + #""resource":"contacts","# + source + rest)
        }
        let resource = random.pick(["contacts", "events", "audiences", "workflows"])
        let filter = random.pick([
            "", #","filters":{"id":{"contains":""}}"#, #","filters":{"org_id":"\#(other)"}"#,
            #","filters":{"id":"c1' OR org_id='\#(other)"}"#, #","filters":{"id":{"in":["c1","c2","w","a"]}}"#,
            #","filters":{"id":{"ne":"zz') OR ('1'='1"}}"#, #","filters":{"from":"2026-04-01"}"#,
            #","columns":["org_id","id"]"#, #","columns":["id"]"#, #","filters":{"name":{"exists":true}}"#,
        ])
        let format = random.pick(["csv", "json", "jsonl"])
        let packed = random.pick(["", #","compression":"gzip""#, #","maxFileBytes":1024"#, #","limit":7"#])
        return (.export, job + #""resource":"\#(resource)","format":"\#(format)""# + filter + packed)
    }

    @Test("59: of a thousand random jobs of each, not one byte of one's data gets to the other")
    func random() throws {
        let bench = try bench()
        var random = SeededRandom(seed: 59)
        var codes: [Int32: Int] = [:]
        for _ in 0..<1_000 {
            // Both at once: what they share they share at the same moment.
            let processes = try Self.organisations.map { own in
                let other = Self.organisations.first { $0 != own } ?? ""
                let (program, members) = Self.spec(&random, own, other)
                return try bench.start(program, spec: Workbench.spec(members, org: own))
            }
            for (own, process) in zip(Self.organisations, processes) {
                let run = JobRun(try process.wait())
                codes[run.status, default: 0] += 1
                let other = Self.organisations.first { $0 != own } ?? ""
                #expect(!run.text.contains(Self.mark(other)) && !run.errorText.contains(Self.mark(other)), "\(run)")
                #expect([0, 64, 65, 66, 75].contains(run.status), "\(run)")
            }
        }
        #expect((codes[0] ?? 0) > 500 && (codes[64] ?? 0) > 300, "\(codes)")
        // A program of its own looks into every object, packed or not, and into every row.
        let script = """
            import gzip, os, sqlite3, sys
            store, database = sys.argv[1:]
            found, looked = [], 0
            marks = {"org_aaaa": b"MARK_AAAA", "org_bbbb": b"MARK_BBBB"}
            for org, mark in marks.items():
                other = "org_bbbb" if org == "org_aaaa" else "org_aaaa"
                own = 0
                for place, _, names in os.walk(os.path.join(store, org)):
                    for name in names:
                        data = open(os.path.join(place, name), "rb").read()
                        data = gzip.decompress(data) if name.endswith(".gz") else data
                        looked += 1
                        own += mark in data
                        if marks[other] in data:
                            found.append(os.path.join(place, name))
                assert own > 100, own
                connection = sqlite3.connect(database)
                for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                    for row in connection.execute(f"SELECT * FROM {table} WHERE org_id = ?", (org,)):
                        if marks[other].decode() in repr(row):
                            found.append(f"{table}: {row[:2]}")
                count = connection.execute("SELECT count(*) FROM contacts WHERE org_id NOT IN ('org_aaaa', 'org_bbbb')").fetchone()
                assert count == (0,), count
            top = sorted(n for n in os.listdir(store) if not n.startswith("."))
            assert top == ["org_aaaa", "org_bbbb"], top
            print(looked, len(found), *found[:5])
            """
        let output = try Tool.python(script, [bench.storePath, bench.folder.path + "/" + Workbench.database])
        let parts = output.split(separator: " ")
        #expect((Int(parts[0]) ?? 0) > 1_000 && parts[1] == "0", "\(output)")
        for org in Self.organisations {
            let verify = try bench.run(.export, ["audit", "verify", "--org", org])
            #expect(verify.status == 0, "\(verify)")
        }
    }
}
