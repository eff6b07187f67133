internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// Where cases run: a database that is emptied for each of them, and a folder.
final class CaseBench: Sendable {
    enum Backend: String, CaseIterable { case sqlite, postgresql }

    static let sqlite = Result { try CaseBench(.sqlite) }
    static let postgresql = Result { try CaseBench(.postgresql) }

    static func shared(_ backend: Backend) throws -> CaseBench {
        switch backend {
        case .sqlite: try sqlite.get()
        case .postgresql: try postgresql.get()
        }
    }

    private let server: PostgreSQLBench?
    private let bench: Workbench
    private static let resources = ["profiles", "events", "contacts"]

    private init(_ backend: Backend) throws {
        server = backend == .postgresql ? try PostgreSQLBench() : nil
        bench = try server?.bench ?? Workbench(.empty)
    }

    private func sql(_ statements: String) throws -> String {
        try server?.sql(statements) ?? bench.sql(statements)
    }

    /// Removes what the case before has left.
    func clear() throws {
        _ = try sql((Self.resources + ["import_ledger"]).map { "DELETE FROM \($0);" }.joined())
        _ = try Tool.run("rm", ["-rf", bench.storePath + "/org_demo/uploads"])
    }

    /// Uploads what a step has and imports it; a run that takes longer than half a minute is ended.
    func launch(_ step: JSONValue, in case: ImportCase, rejects: [UInt8], _ more: JSONValue = .object([])) throws
        -> CaseRun
    {
        let name = step["name"]?.string ?? "data"
        try bench.upload(try ImportCase.content(step, rejects: rejects), as: name)
        let spec = JSONValue.object([
            JSONMember("resource", .string(step["resource"]?.string ?? `case`.resource)),
            JSONMember("sourceKey", .string(name)),
        ]).merged(with: step["spec"] ?? .object([])).merged(with: more)
        let members = String(spec.serialized().dropFirst().dropLast())
        let run = try server?.run(.import, members) ?? bench.load(members)
        var file: [UInt8] = []
        if let key = run["rejects.key"].string {
            file = try bench.object(key)
            if key.hasSuffix(".gz") { file = try Tool.run("gzip", ["-dc"], input: file) }
        }
        return CaseRun(run: run, rejects: file)
    }

    /// The rows of a resource: booleans are 0 or 1, times microseconds, decimals and JSON text.
    func rows(_ resource: String) throws -> [JSONValue] {
        let query: String
        if server != nil {
            let columns = try sql(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = '\(resource)'")
            let fields = columns.split(separator: "\n").map { line -> String in
                let parts = line.split(separator: "|")
                let name = "\"\(parts[0])\""
                switch parts[1] {
                case "boolean": return "\(name)::int AS \(name)"
                case "timestamp with time zone": return "(extract(epoch FROM \(name)) * 1000000)::bigint AS \(name)"
                case "numeric", "json", "jsonb", "uuid": return "\(name)::text AS \(name)"
                default: return name
                }
            }
            query = "SELECT json_agg(r) FROM (SELECT \(fields.joined(separator: ", ")) FROM \(resource)) r"
        } else {
            query = ".mode json\nSELECT * FROM \(resource);"
        }
        let text = try sql(query)
        return text.isEmpty ? [] : try JSONValue(parsing: Array(text.utf8)).elements
    }
}

/// What an import of a case came to.
struct CaseRun {
    let run: JobRun
    /// The rejects file as text that is not compressed.
    let rejects: [UInt8]

    var preview: JSONValue { run["preview"] }

    /// Message, hint and the messages of the rejects.
    var hints: String {
        get throws {
            let rows = try rejectRows()
            return ([run["error.message"].string, run["error.hint"].string] + rows.map { $0["_message"] })
                .compactMap { $0 }.joined(separator: "\n")
        }
    }

    /// All notes, as JSON.
    var notes: String { run["notes"].serialized() + preview["notes", default: .null].serialized() }

    /// The rejects file as Python's reader sees it.
    func rejectRows() throws -> [[String: String]] {
        if rejects.isEmpty { return [] }
        let script =
            "import csv,io,json,sys;d=sys.stdin.buffer.read().decode(errors='replace');"
            + "print(json.dumps([{k:v for k,v in r.items() if k and isinstance(v,str)} "
            + "for r in csv.DictReader(io.StringIO(d,newline=''))]))"
        let output = try Tool.run("python3", ["-c", script], input: rejects)
        return try JSONValue(parsing: output, limits: JSONLimits(maxBytes: 1 << 26)).elements.map { row in
            guard case .object(let members) = row else { return [:] }
            return Dictionary(members.map { ($0.name, $0.value.string ?? "") }) { first, _ in first }
        }
    }
}

extension JSONValue {
    subscript(_ name: String, default other: JSONValue) -> JSONValue { self[name] ?? other }
}
