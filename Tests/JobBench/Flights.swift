/// Real rows: the flights that left New York in 2013, each with an id of its own.
enum Flights {
    static let rows = 336_776

    static let mapping = #"""
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
    static let comparison = #"""
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

    /// Path of a folder with `flights.csv` and `flights.jsonl`, which is made once for all tests.
    static func prepared() throws -> String {
        _ = try Tool.run("sh", [Checkout.path + "/container/test-data"])
        let data = Checkout.path + "/.build/test-data"
        let ready = data + "/prepared-" + (try Tool.sha256(Array(Self.preparation.utf8))).prefix(8)
        // Of two who make it at a time one is first.
        let making = """
            [ -d \(ready) ] && exit 0
            part=$(mktemp -d \(data)/part-XXXXXX)
            trap 'rm -rf "$part"' EXIT
            python3 -c "$1" \(data)/flights.csv "$part/made"
            mv -T "$part/made" \(ready) || [ -d \(ready) ]
            """
        _ = try Tool.run("sh", ["-ec", making, "sh", Self.preparation])
        return ready
    }
}
