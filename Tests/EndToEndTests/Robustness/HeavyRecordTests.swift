internal import TestSupport
internal import Testing

@testable internal import JobBench

/// A record may have 64 MiB; a job holds few copies of it, whatever becomes of it.
@Suite("Records of 60 MB")
struct HeavyRecordTests {
    private static let peakBytes = 256 << 20
    private static let part = String(repeating: "x", count: 15 << 20)

    /// Sources of records of 60 MB each.
    enum Source: String, CaseIterable {
        /// Fields, in CSV and as members.
        case fields, members
        /// Members without a target, which are kept in one JSON column.
        case kept
        /// Fields of rows that are refused.
        case refused

        var format: String { self == .fields || self == .refused ? "csv" : "jsonl" }

        func record(_ number: Int) -> String {
            let part = HeavyRecordTests.part
            switch self {
            case .fields: return "r\(number),\(part),\(part),\(part),\(part)\n"
            case .refused: return ",\(part),\(part),\(part),\(part)\n"
            case .members:
                let names = ["first_name", "last_name", "company", "status"]
                return "{\"id\":\"r\(number)\"" + names.map { ",\"\($0)\":\"\(part)\"" }.joined() + "}\n"
            case .kept:
                let value = part.prefix(20 << 10)
                return "{\"id\":\"r\(number)\"" + (0..<3000).map { ",\"m\($0)\":\"\(value)\"" }.joined() + "}\n"
            }
        }

        /// Records of the source: one behind the other shows that they are not held together.
        var count: Int { self == .fields ? 2 : 1 }

        var text: String {
            (format == "csv" ? "id,first_name,last_name,company,status\n" : "") + (0..<count).map(record).joined()
        }
    }

    private func spec(_ source: Source, dryRun: Bool) -> String {
        #""resource":"contacts","sourceKey":"f","unmapped":"attributes","format":"\#(source.format)","dryRun":\#(dryRun)"#
    }

    private func check(_ process: ChildProcess, _ source: Source, _ place: String) throws {
        let result = try process.wait()
        let run = JobRun(result)
        let expected = source == .refused ? "rejected" : "inserted"
        #expect(run.status == 0 && run.count(expected) == source.count, "\(source) \(place): \(run)")
        #expect(
            (1 << 20..<Self.peakBytes).contains(result.peakMemoryBytes), "\(source) \(place): \(result.peakMemoryBytes)"
        )
    }

    @Test("An import into SQLite takes less than 256 MB", arguments: Source.allCases)
    func sqlite(_ source: Source) throws {
        let bench = try Workbench(.empty)
        try bench.upload(source.text, as: "f")
        let dryRun = source == .members
        let spec = Workbench.spec(spec(source, dryRun: dryRun))
        try check(bench.start(.import, spec: spec, measuresMemory: true), source, "dry run: \(dryRun)")
        if source != .fields { return }
        #expect(try bench.number("SELECT sum(length(company)) FROM contacts") == 2 * Self.part.utf8.count)
    }

    @Test("An import into PostgreSQL takes less than 256 MB, as its dry run does", arguments: [false, true])
    func postgresql(isDryRun: Bool) throws {
        let source = Source.members
        let bench = try PostgreSQLBench()
        try bench.bench.upload(source.text, as: "f")
        let process = try bench.start(.import, spec(source, dryRun: isDryRun), measuresMemory: true)
        try check(process, source, "PostgreSQL, dry run: \(isDryRun)")
        if isDryRun { return }
        #expect(try bench.number("SELECT sum(length(company)) FROM contacts") == Self.part.utf8.count)
    }
}
