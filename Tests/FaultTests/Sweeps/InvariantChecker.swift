internal import TestSupport

@testable internal import JobBench

/// What must hold of a job whatever has happened to it, looked at by a program of its own: it reads the store's files and
/// the database with python3, sqlite3 and psql, and shares no code with what it checks.
enum InvariantChecker {
    /// Where the job's objects and rows are.
    struct Place {
        /// Folder of the store, or of a copy of the bucket.
        let store: String
        /// `sqlite:PATH`, or a URL for psql.
        let database: String
        let orgId: String
        let jobId: String
    }

    /// What is wrong with a job that has just been disturbed; one line each.
    ///
    /// Its manifest is whole or not there, and what it says of a result is there.
    static func instant(_ place: Place) throws -> [String] { try run("instant", place, expected: "") }

    /// What is wrong with a job that was launched until it was done; `expected` is what `describe` told of an undisturbed
    /// run.
    static func final(_ place: Place, expected: String) throws -> [String] {
        try run("final", place, expected: expected)
    }

    /// What is wrong with a job that was cancelled, and had rows of its organisation before it.
    static func cancelled(_ place: Place, rowsBefore: Int) throws -> [String] {
        try run("cancelled", place, expected: String(rowsBefore))
    }

    /// What a job has come to, without what differs from run to run, as JSON.
    static func describe(_ place: Place) throws -> String { try run("describe", place, expected: "").joined() }

    private static func run(_ what: String, _ place: Place, expected: String) throws -> [String] {
        let arguments = [what, place.store, place.database, place.orgId, place.jobId, expected, try seal.get()]
        return try Tool.python(script, arguments).split(separator: "\n").map(String.init)
    }

    /// The key that the hashes of entries in a table are made with.
    private static let seal = Result { try Bucket.derived("audit entry table") }

    private static let script = #"""
        import csv, datetime, gzip, hashlib, hmac, io, json, os, sqlite3, subprocess, sys
        what, store, database, org, job, expected, seal = sys.argv[1:]
        folder = f"{org}/jobs/{job}/"
        problems = []

        def hold(condition, text):
            if not condition:
                problems.append(text)

        def read(key):
            try:
                with open(os.path.join(store, key), "rb") as file:
                    return file.read()
            except FileNotFoundError:
                return None

        def rows(sql):
            if database.startswith("sqlite:"):
                connection = sqlite3.connect(database[7:], timeout=20)
                found = [list(row) for row in connection.execute(sql)]
                connection.close()
                return found
            text = subprocess.run(
                ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", database, "-c",
                 f"SELECT coalesce(json_agg(r), '[]') FROM (SELECT json_build_array(x.*) AS r FROM ({sql}) x) y"],
                check=True, capture_output=True, text=True).stdout
            return [list(row[0].values()) if isinstance(row[0], dict) else row for row in json.loads(text)]

        def manifest():
            data = read(folder + "manifest.json")
            if data is None:
                return None
            try:
                return json.loads(data)
            except ValueError:
                problems.append("the manifest is no JSON")

        def files(manifest):
            """The objects that the manifest names are what it says; digests of what is in them."""
            digests = []
            named = list(manifest["files"]) + ([manifest["rejects"]] if manifest["rejects"] else [])
            for file in named:
                data = read(file["key"])
                if data is None:
                    problems.append(file["key"] + " is named and not there")
                    continue
                hold(len(data) == file["bytes"], file["key"] + " has another size")
                hold(hashlib.sha256(data).hexdigest() == file["sha256"], file["key"] + " has another digest")
                plain = gzip.decompress(data) if file["compression"] == "gzip" else data
                count = sum(1 for _ in csv.reader(io.StringIO(plain.decode(), newline=""))) - 1
                hold(count == file["rows"], f"{file['key']} has {count} rows, not {file['rows']}")
                digests.append(hashlib.sha256(plain).hexdigest())
            return digests

        def counts(manifest):
            c = manifest["counts"]
            if manifest["kind"] == "import":
                hold(
                    c["rowsRead"] == c["inserted"] + c["updated"] + c["skipped"] + c["rejected"] + c["unprocessed"],
                    "the counts do not add up")
            return {name: c[name] for name in sorted(c) if not name.startswith("bytes")}

        def objects():
            found = []
            for place, _, names in os.walk(os.path.join(store, folder)):
                found += [os.path.relpath(os.path.join(place, name), os.path.join(store, folder)) for name in names]
            return sorted(found)

        def audit():
            """The chain of the organisation, each hash computed anew; the outcomes of the job's entries."""
            at = "at" if database.startswith("sqlite:") else "(extract(epoch FROM at) * 1000000)::bigint"
            names = ["org_id", "seq", at + " AS at", "actor", "action", "job_id", "resource", "filters", "rows", "bytes",
                     "outcome", "prev_hash", "hash"]
            quoted = [n if "(" in n or " AS " in n else '"' + n + '"' for n in names]
            columns = "org_id seq at actor action job_id resource filters rows bytes outcome prev_hash hash".split()
            last, number, outcomes, hashes = "0" * 64, 0, [], {}
            for row in rows(f"SELECT {', '.join(quoted)} FROM audit_log WHERE org_id = '{org}' ORDER BY seq"):
                number += 1
                entry = dict(zip(columns, row))
                time = datetime.datetime.fromtimestamp(entry["at"] // 1000000, datetime.timezone.utc)
                fraction = f"{entry['at'] % 1000000:06}".rstrip("0")
                entry["at"] = time.strftime("%Y-%m-%dT%H:%M:%S") + ("." + fraction if fraction else "") + "Z"
                text = json.dumps([entry[c] for c in columns[:-1]], ensure_ascii=False, separators=(",", ":"))
                hold(entry["seq"] == number, f"audit entry {number} has the number {entry['seq']}")
                hold(entry["prev_hash"] == last, f"audit entry {number} does not follow the one before it")
                code = hmac.new(bytes.fromhex(seal), text.encode(), "sha256").hexdigest()
                hold(entry["hash"] == code, f"audit entry {number} has another hash")
                last = hashes[number] = entry["hash"]
                if entry["job_id"] == job:
                    outcomes.append(entry["outcome"])
            head = read(f"{org}/audit/head.json")
            if head is None:
                problems.append("the audit log has no head")
            else:
                head = json.loads(head)
                hold(hashes.get(head["seq"]) == head["hash"], "the head of the audit log is not in its chain")
                hold(head["seq"] >= number, "the head of the audit log is older than its chain")
            return outcomes

        def table():
            if what_kind != "import":
                return None
            found = rows(
                "SELECT id, email, coalesce(length(company), -1) FROM contacts WHERE org_id = "
                f"'{org}' ORDER BY id")
            found = sorted([str(value) for value in row] for row in found)
            return [len(found), hashlib.sha256(json.dumps(found).encode()).hexdigest()]

        m = manifest()
        what_kind = m["kind"] if m else None
        if what == "instant":
            if m and m["status"] == "completed":
                files(m)
                counts(m)
        elif m is None:
            problems.append("there is no manifest")
        elif what == "cancelled":
            hold(m["status"] == "cancelled", "it is " + m["status"])
            hold(objects() == ["manifest.json"], f"objects {objects()}")
            audit()
            if what_kind == "import":
                inserted = rows(
                    f"SELECT inserted FROM import_ledger WHERE org_id = '{org}' AND job_id = '{job}'") or [[0]]
                hold(
                    table()[0] == int(expected) + inserted[0][0],
                    f"{table()[0]} rows, {expected} before, the ledger says {inserted[0][0]}")
                kept = rows(f"SELECT count(*) FROM import_rejects WHERE org_id = '{org}' AND job_id = '{job}'")
                hold(kept == [[0]], f"{kept[0][0]} rejects are kept")
        else:
            state = {"files": files(m), "counts": counts(m), "outcome": m["outcome"], "table": table(),
                     "byCode": (m["rejects"] or {}).get("byCode")}
            if what == "describe":
                print(json.dumps(state, sort_keys=True))
                sys.exit(0)
            hold(m["status"] == "completed", "it is " + m["status"])
            wanted = json.loads(expected)
            for name in wanted:
                hold(state[name] == wanted[name], f"{name}: {state[name]}, not {wanted[name]}")
            # A result is not given up for a page about it: the manifest says that there is none.
            mine = [file["name"] for file in m["files"]] + (["report.html"] if m["report"] else [])
            mine += [os.path.basename(m["rejects"]["key"])] if m["rejects"] else []
            own = sorted([m["attemptId"] + "/" + name for name in mine] + ["manifest.json"])
            hold(objects() == own, f"objects {objects()}, not {own}")
            if what_kind == "import":
                ledger = rows(
                    "SELECT records, inserted, updated, skipped, rejected FROM import_ledger WHERE org_id = "
                    f"'{org}' AND job_id = '{job}'")
                c = m["counts"]
                told = [c[n] for n in ("rowsRead", "inserted", "updated", "skipped", "rejected")]
                # A dry run has none.
                hold(ledger == ([] if m["spec"].get("dryRun") else [told]), f"the ledger says {ledger}, the manifest {told}")
                kept = rows(f"SELECT count(*) FROM import_rejects WHERE org_id = '{org}' AND job_id = '{job}'")
                hold(kept == [[0]], f"{kept[0][0]} rejects are kept")
            outcomes = audit()
            done = "partial" if m["outcome"] == "partial" else "completed"
            hold(outcomes.count(done) == 1 and outcomes[-1] == done, f"audit: {outcomes}")
            hold(outcomes.count("started") >= 1, f"audit: {outcomes}")
        print("\n".join(problems))
        """#
}
