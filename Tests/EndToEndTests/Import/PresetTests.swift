internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

@Suite("Exports of other products")
struct PresetTests {
    private static let counts = ["rowsRead", "inserted", "updated", "skipped", "rejected"]

    /// What a job counts, and why it refused rows.
    private func summary(_ run: JobRun) -> String {
        Self.counts.map { "\($0) \(run.count($0))" }.joined(separator: ", ") + " " + run["rejects.byCode"].serialized()
    }

    private func check(
        _ sample: PresetSample, load: (String) throws -> JobRun, query: (String) throws -> String
    ) throws {
        let members = #""resource":"\#(sample.resource)","sourceKey":"f","#
        for preset in ["", #""preset":"auto","#, #""preset":"\#(sample.name)","#] {
            let dry = try load(members + preset + #""dryRun":true"#)
            #expect(dry.status == 0 && dry["preview.preset"].string == sample.name, "\(dry)")
            #expect(dry.count("inserted") == sample.good, "\(dry["rejects.byCode"].serialized())")
            for (code, count) in sample.bad { #expect(dry["rejects.byCode"].at(code).int == count, "\(code)") }
        }
        let dry = try load(members + #""dryRun":true"#)
        let real = try load(members + #""skipDuplicates":false"#)
        #expect(real.status == 0 && summary(dry) == summary(real), "\(summary(dry)) — \(summary(real))")
        #expect(try query(sample.query) == sample.rows)
        let dryAgain = try load(members + #""skipDuplicates":true,"dryRun":true"#)
        let again = try load(members + #""skipDuplicates":true"#)
        #expect(again.count("skipped") == sample.good && again.count("inserted") == 0)
        #expect(summary(dryAgain) == summary(again), "\(summary(dryAgain)) — \(summary(again))")
        #expect(dry["preview.columns"].elements.contains { $0.at("by").string == "preset" })
    }

    @Test(
        "A sample of each is recognised, and a dry run counts what the real runs then do", arguments: PresetSample.all)
    func sqlite(sample: PresetSample) throws {
        let bench = try Workbench(.empty)
        try bench.upload(sample.text, as: "f")
        // SQLite keeps times as numbers and truth as 0 and 1.
        try check(sample) {
            try bench.load($0)
        } query: { query in
            let time = "strftime('%Y-%m-%dT%H:%M:%SZ', created_at / 1000000, 'unixepoch') AS created_at"
            let flag = "CASE subscribed WHEN 1 THEN 'true' WHEN 0 THEN 'false' END AS subscribed"
            let parts = query.split(separator: " FROM ", maxSplits: 1).map(String.init)
            let columns = parts[0].replacing(", created_at", with: ", " + time).replacing(
                ", subscribed", with: ", " + flag)
            return try bench.sql(columns + " FROM " + parts[1])
        }
    }

    @Test("The same on PostgreSQL", arguments: PresetSample.all)
    func postgreSQL(sample: PresetSample) throws {
        let scene = try PostgreSQLBench()
        try scene.bench.upload(sample.text, as: "f")
        try check(sample) {
            try scene.run(.import, $0)
        } query: { query in
            let time = #"to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS created_at"#
            let json = { (name: String) in #"regexp_replace(\#(name)::text, '([,:]) ', '\1', 'g')"# }
            let parts = query.split(separator: " FROM ", maxSplits: 1).map(String.init)
            var columns = parts[0].replacing(", created_at", with: ", " + time)
            columns = columns.replacing(", subscribed", with: ", subscribed::text")
            for name in ["attributes", "properties"] {
                columns = columns.replacing(", " + name, with: ", " + json(name))
            }
            // Of a list the space in a text stays.
            columns = columns.replacing(", tags", with: #", replace(tags::text, '", "', '","')"#)
            return try scene.sql(columns + " FROM " + parts[1])
        }
    }

    @Test("A mapping goes over the preset's; what has nothing of a product is refused")
    func combined() throws {
        let bench = try Workbench(.empty)
        let sample = try #require(PresetSample.all.first)
        try bench.upload(sample.text, as: "f")
        let run = try bench.load(
            #""resource":"contacts","sourceKey":"f","preset":"auto","mapping":{"LEID":"id","REGION":"company"}"#)
        #expect(run.status == 0, "\(run)")
        #expect(try bench.sql("SELECT company FROM contacts WHERE id = '100001'") == "ENG")
        try bench.upload("a,b\n1,2\n", as: "g")
        let unfit = try bench.load(#""resource":"contacts","sourceKey":"g","preset":"klaviyo""#)
        #expect(unfit.status == 65 && unfit.failureCode == "preset_unfit" && unfit.hasHint, "\(unfit)")
    }
}
