internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// Real rows: the flights that left New York in 2013.
@Suite("Real data there and back", .serialized)
struct FlightsTests {
    @Test("336,776 flights come in as CSV and as JSON Lines, and go out in every format as they were")
    func flights() throws {
        let files = try Flights.prepared()
        let benches = [try Workbench(.empty), try Workbench(.empty)]
        let spec = #""resource":"events","sourceKey":"flights","skipDuplicates":true,\#(Flights.mapping)"#
        for (bench, name) in zip(benches, ["flights.csv", "flights.jsonl"]) {
            try bench.upload(try Tool.run("zstd", ["-cq", "-1", name], in: files), as: "flights")
            let load = try bench.load(spec)
            #expect(load.status == 0, "\(load.messages)")
            #expect(load.count("rowsRead") == Flights.rows)
            #expect(load.count("inserted") == Flights.rows)
            #expect(load.count("rejected") == 0)
            #expect(try bench.number("SELECT count(*) FROM events") == Flights.rows)
        }
        let exports = [
            (0, "csv", "gzip"), (1, "csv", "zstd"), (0, "json", "zstd"), (1, "json", "gzip"), (0, "jsonl", "zstd"),
            (1, "jsonl", "gzip"),
        ]
        var paths: [String] = []
        for (index, format, compression) in exports {
            let run = try benches[index].export(
                #""resource":"events","format":"\#(format)","compression":"\#(compression)""#)
            #expect(run.count("rowsWritten") == Flights.rows)
            paths.append(benches[index].storePath + "/" + (run["files.0.key"].string ?? ""))
        }
        let result = try Tool.python(Flights.comparison, [files + "/flights.jsonl"] + paths)
        #expect(result.split(separator: "\n") == exports.map { _ in "same" })
        let again = try benches[0].load(spec)
        #expect(again.status == 0)
        #expect(again.count("inserted") == 0)
        #expect(again.count("skipped") == Flights.rows)
        #expect(try benches[0].number("SELECT count(*) FROM events") == Flights.rows)
    }
}
