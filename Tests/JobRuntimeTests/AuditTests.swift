import Formats
import JobCore
import ObjectStorage
import Signing
import TestSupport
import Testing

@testable import JobRuntime

@Suite("Audit log")
struct AuditTests {
    private let files: TemporaryFolder
    private let place: Workplace
    private let log = JobLog(level: "critical")
    private static let key = "a signing key of more than 32 bytes"

    init() async throws {
        files = try TemporaryFolder()
        let environment = JobEnvironment(variables: [
            "DATABASE_URL": "sqlite:\(files.path)/db.sqlite", "OBJECT_STORE_URL": "file:\(files.path)/objects",
            "JOB_SIGNING_KEY": Self.key,
        ])
        place = try await Configuration(environment, log: log).open()
        _ = try await place.database.migrate(Catalogue(resources: []))
    }

    private func sqlite(_ statements: String) throws -> String {
        try ChildProcess.run("sqlite3", ["-bail", files.path + "/db.sqlite"], input: Array(statements.utf8)).text
    }

    private static func event(_ number: Int, org: String = "o") -> AuditEvent {
        var event = AuditEvent(orgId: org, actor: "u\(number % 3)", action: "export", outcome: "completed")
        event.at = Instant(microseconds: 1_775_044_802_123_456 + Int64(number) * 1_000_003)
        event.jobId = "j\(number)"
        event.resource = "events"
        event.filters = #"{"filters":{"name":"ä\"\n\#(number)"}}"#
        event.rows = number
        event.bytes = number * 100
        return event
    }

    @Test("An entry reads back as it was written, and a program of its own finds the same hashes")
    func independentHashes() async throws {
        let audit = AuditLog(place)
        for number in 1...5 { try await audit.append(Self.event(number)) }
        let script = """
            import datetime, hashlib, hmac, json, sqlite3, sys
            seal = hmac.new(sys.argv[2].encode(), b"data-io/1 audit entry table", "sha256").digest()
            last = "0" * 64
            columns = "org_id seq at actor action job_id resource filters rows bytes outcome prev_hash hash".split()
            for row in sqlite3.connect(sys.argv[1]).execute(
                    "SELECT " + ",".join(f'"{c}"' for c in columns) + " FROM audit_log ORDER BY seq"):
                row = list(row)
                at = datetime.datetime.fromtimestamp(row[2] // 1000000, datetime.timezone.utc)
                fraction = f"{row[2] % 1000000:06}".rstrip("0")
                row[2] = at.strftime("%Y-%m-%dT%H:%M:%S") + ("." + fraction if fraction else "") + "Z"
                text = json.dumps(row[:-1], ensure_ascii=False, separators=(",", ":"))
                assert row[-2] == last and row[-1] == hmac.new(seal, text.encode(), "sha256").hexdigest(), row
                last = row[-1]
            print(last)
            """
        let result = try ChildProcess.run("python3", ["-c", script, files.path + "/db.sqlite", Self.key])
        let last = try await AuditTable(place.records).entry(5, of: "o")
        #expect(result.text == (last?.hash ?? "") + "\n", "\(result.errorText)")
        #expect(last?.event == Self.event(5))
        #expect(try await audit.verify("o") == ["ok  o  5 entries in audit_log, head at 5, signed"])
    }

    /// What somebody could do to the table.
    private static func mutation(_ random: inout SeededRandom, count: Int) -> (what: String, sql: String, first: Int) {
        let seq = Int.random(in: 1...count, using: &random)
        let column = random.pick([
            "at", "actor", "action", "job_id", "resource", "filters", "rows", "bytes", "outcome", "prev_hash", "hash",
        ])
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return ("delete", "DELETE FROM audit_log WHERE seq = \(seq);", seq)
        case 1: return ("truncate", "DELETE FROM audit_log WHERE seq >= \(seq);", seq)
        case 2 where count > 1:
            let other = seq % count + 1
            return (
                "swap",
                "UPDATE audit_log SET seq = CASE seq WHEN \(seq) THEN -\(other) ELSE -\(seq) END WHERE seq IN (\(seq), \(other));"
                    + "UPDATE audit_log SET seq = -seq WHERE seq < 0;", min(seq, other)
            )
        case 3: return ("move", "UPDATE audit_log SET seq = \(count + 7) WHERE seq = \(seq);", seq)
        case 4:
            return (
                "insert",
                "UPDATE audit_log SET seq = -seq - 1 WHERE seq >= \(seq); UPDATE audit_log SET seq = -seq WHERE seq < 0;"
                    + "INSERT INTO audit_log SELECT org_id, \(seq), at, 'mallory', action, job_id, resource, filters, rows, bytes, "
                    + "outcome, prev_hash, hash FROM audit_log WHERE seq = \(seq == count + 1 ? seq - 1 : seq + 1);",
                seq
            )
        default:
            let isNumber = ["at", "rows", "bytes"].contains(column)
            let value = isNumber ? "\(column) + 1" : "'x' || substr(\"\(column)\", 2)"
            return ("edit \(column)", "UPDATE audit_log SET \"\(column)\" = \(value) WHERE seq = \(seq);", seq)
        }
    }

    @Test("Of a thousand random changes of the chain each is found, and the first entry it touches is named")
    func mutations() async throws {
        let audit = AuditLog(place)
        let count = 12
        for number in 1...count { try await audit.append(Self.event(number)) }
        _ = try sqlite("CREATE TABLE kept AS SELECT * FROM audit_log;")
        var random = SeededRandom(seed: 60)
        var kinds: [String: Int] = [:]
        for number in 0..<1000 {
            let mutation = Self.mutation(&random, count: count)
            kinds[String(mutation.what.prefix { $0 != " " }), default: 0] += 1
            let changed = try sqlite(
                "BEGIN; DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM kept; \(mutation.sql) COMMIT;"
                    + "SELECT count(*) FROM (SELECT * FROM audit_log EXCEPT SELECT * FROM kept) UNION ALL "
                    + "SELECT count(*) FROM (SELECT * FROM kept EXCEPT SELECT * FROM audit_log);")
            try #require(changed != "0\n0\n", "\(mutation)")
            let error = await #expect(throws: JobError.self, "\(number): \(mutation)") {
                _ = try await audit.verify("o")
            }
            #expect(error?.code == .auditBroken && error?.exitCode == .dataError)
            // A changed hash is noticed at its entry, a changed link to the one before too.
            #expect(error?.message.contains("entry \(mutation.first) ") == true, "\(mutation): \(error?.message ?? "")")
        }
        #expect(kinds.keys.sorted() == ["delete", "edit", "insert", "move", "swap", "truncate"])
        _ = try sqlite("DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM kept;")
        #expect(try await audit.verify("o") == ["ok  o  12 entries in audit_log, head at 12, signed"])
    }

    @Test("Who writes the whole chain anew, hashes and all, is betrayed by the head in the object store")
    func rewritten() async throws {
        let audit = AuditLog(place)
        for number in 1...4 { try await audit.append(Self.event(number)) }
        _ = try sqlite("DELETE FROM audit_log;")
        let table = AuditTable(place.records)
        for number in 1...4 {
            var event = Self.event(number)
            if number == 2 { event.rows = 1 }
            _ = try await table.append(event)
        }
        var error = await #expect(throws: JobError.self) { _ = try await audit.verify("o") }
        #expect(error?.message.contains("the chain was written anew") == true)
        // No entry is signed over it, and the head stays as it was.
        let head = try files.read("objects/o/audit/head.json")
        error = await #expect(throws: JobError.self) { try await audit.append(Self.event(5)) }
        #expect(error?.code == .auditBroken && error?.exitCode == .dataError)
        #expect(try files.read("objects/o/audit/head.json") == head)
        // A head that fits, but that nobody with the key has signed.
        let last = try #require(try await table.entry(4, of: "o"))
        try files.write(
            #"{"org_id":"o","seq":4,"hash":"\#(last.hash)","signature":"\#(AuditEntry.noHash)"}"#,
            to: "objects/o/audit/head.json")
        error = await #expect(throws: JobError.self) { _ = try await audit.verify("o") }
        #expect(error?.message.contains("not signed by JOB_SIGNING_KEY") == true)
    }

    @Test("A table that is gone is missed")
    func dropped() async throws {
        let audit = AuditLog(place)
        for number in 1...3 { try await audit.append(Self.event(number)) }
        _ = try sqlite("DROP TABLE audit_log;")
        let error = await #expect(throws: JobError.self) { _ = try await audit.verify("o") }
        #expect(error?.message.contains("entry 1 to 3 is missing") == true)
    }

    @Test("The same event of a job is one entry, however often it is told; organisations have chains of their own")
    func onceOnly() async throws {
        let audit = AuditLog(place)
        for _ in 0..<3 { try await audit.append(Self.event(1)) }
        try await audit.append(Self.event(1, org: "other"))
        try await audit.append(Self.event(2))
        #expect(try await audit.verify("o") == ["ok  o  2 entries in audit_log, head at 2, signed"])
        #expect(try await audit.verify("other") == ["ok  other  1 entries in audit_log, head at 1, signed"])
        // Where nothing is, all may have been removed.
        let error = await #expect(throws: JobError.self) { _ = try await audit.verify("nobody") }
        #expect(error?.code == .auditBroken)
    }

    @Test("A start that comes after the end of a later attempt is refused; one that is itself later is not")
    func overtaken() async throws {
        let end = Self.event(1)
        var start = end
        start.outcome = "started"
        for chain in [AuditTable(place.records), AuditObjects(place.store)] as [any AuditChain] {
            start.at = end.at - .seconds(5)
            _ = try await chain.append(end)
            let error = await #expect(throws: JobError.self) { _ = try await chain.append(start) }
            #expect(error?.code == .leaseLost && error?.exitCode == .temporary)
            start.at = end.at + .microseconds(1)
            #expect(try await chain.append(start).seq == 2)
            var other = start
            other.jobId = "other"
            other.at = end.at - .seconds(5)
            #expect(try await chain.append(other).seq == 3)
        }
    }

    @Test("As objects: the same chain, found by its last number, and every object that is changed or removed is missed")
    func objects() async throws {
        let chain = AuditObjects(place.store)
        let audit = AuditLog(place)
        let anchor = audit.anchor("o")
        let sealed = audit.sealed(chain, .objects, anchor, try #require(anchor.seal))
        for number in 1...21 {
            for _ in 0..<2 { try await sealed.append(Self.event(number), moreFollows: number < 21) }
            #expect(try await chain.entry(number, of: "o")?.event == Self.event(number))
        }
        let entries = try await chain.entries(of: "o", after: 0, limit: 100)
        #expect(entries.map(\.seq) == Array(1...21))
        #expect(entries.map(\.event) == (1...21).map { Self.event($0) })
        #expect(try await audit.verify("o").last == "ok  o  21 entries in the object store, head at 21, signed")
        for number in 1...21 {
            let path = "objects/o/audit/\(number < 10 ? "00000000000" : "0000000000")\(number).json"
            let bytes = try files.read(path)
            var random = SeededRandom(seed: UInt64(number))
            for _ in 0..<20 {
                var changed = bytes
                let place = Int.random(in: 0..<changed.count - 1, using: &random)
                changed[place] ^= 1
                try files.write(changed, to: path)
                let error = await #expect(throws: JobError.self, "byte \(place) of \(number)") {
                    _ = try await audit.verify("o")
                }
                #expect(error?.message.contains("entry \(number) ") == true, "\(error?.message ?? "")")
            }
            try await place.store.delete(ObjectKey(validating: String(path.dropFirst("objects/".count))))
            let error = await #expect(throws: JobError.self) { _ = try await audit.verify("o") }
            #expect(error?.message.contains("entry \(number) ") == true, "\(error?.message ?? "")")
            try files.write(bytes, to: path)
        }
        _ = try await audit.verify("o")
    }
}
