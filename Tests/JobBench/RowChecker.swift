internal import Formats

/// Reads result files back with Python's own readers and compares them with what is in the database.
enum RowChecker {
    /// One file and what it should hold.
    struct Claim {
        let resource: String
        let format: String
        let compression: String
        let path: String
        /// SQL after WHERE.
        var condition = "org_id = 'org_demo'"
        var delimiter = ","
    }

    /// One line for each file that differs, empty when all are as they should be.
    static func differences(_ claims: [Claim], database: String) throws -> String {
        let list = claims.map { claim -> JSONValue in
            .array(
                [claim.resource, claim.format, claim.compression, claim.path, claim.condition, claim.delimiter]
                    .map { .string($0) })
        }
        return try Tool.python(script, [database, JSONValue.array(list).serialized()])
    }

    private static let script = #"""
        import csv, datetime, gzip, io, json, sqlite3, subprocess, sys
        T = {
          "profiles": "id email phone first_name last_name country language timezone plan subscribed:bool "
            "lifetime_value:number created_at:time updated_at:time attributes:json",
          "events": "id profile_id name occurred_at:time session_id source ip revenue:number properties:json",
          "contacts": "id email phone first_name last_name company status tags:json created_at:time attributes:json",
          "audiences": "id name description definition:json member_count:number created_at:time updated_at:time",
          "workflows": "id name status version:number trigger:json steps:json created_at:time updated_at:time",
          "analytics": "day metric dimension value:double",
          "survey_responses": "id survey_id profile_id question answer score:number submitted_at:time",
        }
        KEYS = {"analytics": "day, metric, dimension"}
        number = lambda text: ("number", text)
        def loads(text): return json.loads(text, parse_float=number, parse_int=number)
        def instant(us):
            seconds, fraction = divmod(us, 10**6)
            text = (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
            return text + ("." + ("%06d" % fraction).rstrip("0") if fraction else "") + "Z"
        def in_csv(value, kind):
            if value is None: return ""
            if kind == "bool": return "true" if value else "false"
            if kind == "time": return instant(value)
            if kind == "double": return value
            return str(value)
        def in_json(value, kind):
            if value is None: return None
            if kind == "bool": return bool(value)
            if kind == "time": return instant(value)
            if kind == "double": return value
            if kind == "number": return number(str(value))
            if kind == "json": return loads(value)
            return value
        def double(value): return float(value[1] if isinstance(value, tuple) else value)
        def read(path, compression):
            if compression == "gzip": return gzip.open(path).read().decode()
            if compression == "zstd": return subprocess.run(["zstd", "-dcq", path], check=True, stdout=-1).stdout.decode()
            return open(path, "rb").read().decode()
        database = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
        for resource, form, compression, path, condition, delimiter in json.loads(sys.argv[2]):
            fields = [(f + ":text").split(":")[:2] for f in T[resource].split()]
            names = [name for name, _ in fields]
            query = f'SELECT {", ".join(chr(34) + n + chr(34) for n in names)} FROM {resource} WHERE {condition} ORDER BY '
            stored = database.execute(query + KEYS.get(resource, "id")).fetchall()
            text = read(path, compression)
            if form == "csv":
                rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
                if rows[0] != names: print(path, "header", rows[0])
                found, convert = rows[1:], in_csv
            else:
                rows = loads(text) if form == "json" else [loads(line) for line in text.splitlines()]
                if any(list(row) != names for row in rows): print(path, "members")
                found, convert = [list(row.values()) for row in rows], in_json
            if len(found) != len(stored): print(path, len(found), "rows, stored", len(stored)); continue
            for at, (row, wanted) in enumerate(zip(found, stored)):
                for (name, kind), one, other in zip(fields, row, wanted):
                    same = convert(other, kind)
                    if kind == "double" and other is not None: one = double(one)
                    if one != same: print(path, "row", at, name, repr(one), repr(same)); break
                else: continue
                break
        """#
}
