internal import Formats
internal import TestSupport
internal import Testing

/// Real rows: the flights that left New York in 2013.
@Suite("Real data there and back", .serialized)
struct FlightsTests {
    private static let rows = 336_776

    private static let mapping = #"""
        "mapping":{"uid":"id","tailnum":"profile_id","carrier":"name","time_hour":"occurred_at","flight":"session_id",
        "origin":"source","distance":"revenue","details":"properties"}
        """#

    /// Adds an id to each row, and what has no column of its own as JSON; writes `flights.csv` and `flights.jsonl`.
    private static let preparation = #"""
        import csv, json, os, sys, uuid
        os.makedirs(sys.argv[2], exist_ok=True)
        taken = ["tailnum", "carrier", "time_hour", "flight", "origin", "distance"]
        with open(sys.argv[1], newline="") as source, open(sys.argv[2] + "/flights.csv", "w", newline="") as table, \
             open(sys.argv[2] + "/flights.jsonl", "w") as lines:
            writer = csv.writer(table)
            writer.writerow(["uid"] + taken + ["details"])
            for number, row in enumerate(csv.DictReader(source)):
                own = {name: row[name] or None for name in taken}
                details = {k: int(v) if v.lstrip("-").isdigit() else v for k, v in row.items() if k not in taken and v}
                uid = str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))
                writer.writerow([uid] + [own[name] for name in taken] + [json.dumps(details)])
                lines.write(json.dumps({"uid": uid, **own, "distance": int(own["distance"]), "details": details}) + "\n")
        """#

    /// Compares result files with the prepared rows: every field of every row.
    private static let comparison = #"""
        import csv, gzip, io, json, subprocess, sys
        def text(path):
            if path.endswith(".gz"): return gzip.open(path).read().decode()
            if path.endswith(".zst"): return subprocess.run(["zstd", "-dcq", path], check=True, stdout=-1).stdout.decode()
            return open(path).read()
        fields = ["uid", "tailnum", "carrier", "time_hour", "flight", "origin", "distance"]
        expected = {}
        for line in open(sys.argv[1]):
            row = json.loads(line)
            expected[row["uid"]] = tuple("" if row[f] is None else str(row[f]) for f in fields[1:]) + (row["details"],)
        names = ["id", "profile_id", "name", "occurred_at", "session_id", "source", "revenue"]
        for path in sys.argv[2:]:
            if ".csv" in path:
                rows = csv.DictReader(io.StringIO(text(path), newline=""), strict=True)
                found = [(r["id"], tuple(r[n] for n in names[1:]) + (json.loads(r["properties"]),)) for r in rows]
            else:
                rows = (json.loads(l) for l in text(path).splitlines()) if ".jsonl" in path else json.loads(text(path))
                found = [(r["id"], tuple("" if r[n] is None else str(r[n]) for n in names[1:]) + (r["properties"],))
                         for r in rows]
            ids = [row[0] for row in found]
            assert ids == sorted(ids), path
            assert len(found) == len(expected) and dict(found) == expected, path
            print("same")
        """#

    private func prepared() throws -> TemporaryFolder {
        _ = try Tool.run("sh", [Checkout.path + "/container/test-data"])
        let folder = try TemporaryFolder()
        _ = try Tool.python(Self.preparation, [Checkout.path + "/.build/test-data/flights.csv", folder.path])
        return folder
    }

    @Test("336,776 flights come in as CSV and as JSON Lines, and go out in every format as they were")
    func flights() throws {
        let files = try prepared()
        let benches = [try Workbench(.empty), try Workbench(.empty)]
        let spec = #""resource":"events","sourceKey":"flights","skipDuplicates":true,\#(Self.mapping)"#
        for (bench, name) in zip(benches, ["flights.csv", "flights.jsonl"]) {
            try bench.upload(try Tool.run("zstd", ["-cq", "-1", name], in: files.path), as: "flights")
            let load = try bench.load(spec)
            #expect(load.status == 0, "\(load.messages)")
            #expect(load.count("rowsRead") == Self.rows)
            #expect(load.count("inserted") == Self.rows)
            #expect(load.count("rejected") == 0)
            #expect(try bench.number("SELECT count(*) FROM events") == Self.rows)
        }
        let exports = [
            (0, "csv", "gzip"), (1, "csv", "zstd"), (0, "json", "zstd"), (1, "json", "gzip"), (0, "jsonl", "zstd"),
            (1, "jsonl", "gzip"),
        ]
        var paths: [String] = []
        for (index, format, compression) in exports {
            let run = try benches[index].export(
                #""resource":"events","format":"\#(format)","compression":"\#(compression)""#)
            #expect(run.count("rowsWritten") == Self.rows)
            paths.append(benches[index].storePath + "/" + (run["files.0.key"].string ?? ""))
        }
        let result = try Tool.python(Self.comparison, [files.path + "/flights.jsonl"] + paths)
        #expect(result.split(separator: "\n") == exports.map { _ in "same" })
        let again = try benches[0].load(spec)
        #expect(again.status == 0)
        #expect(again.count("inserted") == 0)
        #expect(again.count("skipped") == Self.rows)
        #expect(try benches[0].number("SELECT count(*) FROM events") == Self.rows)
    }
}
