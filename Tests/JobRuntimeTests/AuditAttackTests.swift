import Formats
import JobCore
import ObjectStorage
import Signing
import TestSupport
import Testing

@testable import JobRuntime

/// What somebody can do who may write to database and store, and has not the key.
@Suite("Audit log under attack")
struct AuditAttackTests {
    private static let key = "a signing key of more than 32 bytes"
    private static let count = 8
    private static let headFile = "objects/o/audit/head.json"

    private let files: TemporaryFolder
    private let log = JobLog(level: "critical")

    init() async throws {
        files = try TemporaryFolder()
        _ = try await place().database.migrate(Catalogue(resources: []))
    }

    private func place(key: String? = Self.key) async throws -> Workplace {
        var variables = [
            "DATABASE_URL": "sqlite:\(files.path)/db.sqlite", "OBJECT_STORE_URL": "file:\(files.path)/objects",
        ]
        variables["JOB_SIGNING_KEY"] = key
        return try await Configuration(JobEnvironment(variables: variables), log: log).open()
    }

    private func audit(key: String? = Self.key) async throws -> AuditLog {
        AuditLog(try await place(key: key))
    }

    private func sql(_ statements: String) throws -> String {
        let result = try ChildProcess.run(
            "sqlite3", ["-bail", files.path + "/db.sqlite"], input: Array(statements.utf8))
        try #require(result.status == 0, "\(statements): \(result.errorText)")
        return result.text
    }

    private static func event(_ number: Int, org: String = "o") -> AuditEvent {
        var event = AuditEvent(orgId: org, actor: "u", action: "export", outcome: "completed")
        event.at = Instant(microseconds: 1_775_044_802_123_456 + Int64(number) * 1_000_003)
        event.jobId = "j\(number)"
        event.rows = number
        return event
    }

    /// What the store has said of the log at each of its lengths: announced, then written.
    private struct History {
        var written: [[UInt8]] = []
        var announced: [[UInt8]] = []
        var other: [UInt8] = []
    }

    /// A log of two organisations, its rows kept in the table `kept`.
    private func history() async throws -> History {
        let place = try await place()
        let audit = AuditLog(place)
        var history = History()
        for number in 1...Self.count {
            // As a job that goes on leaves it, then as one that has ended does.
            try await audit.append(Self.event(number), movesHead: false)
            history.announced.append(try files.read(Self.headFile))
            try await audit.append(Self.event(number))
            history.written.append(try files.read(Self.headFile))
        }
        for number in 1...Self.count { try await audit.append(Self.event(number, org: "p")) }
        history.other = try files.read("objects/p/audit/head.json")
        _ = try sql("CREATE TABLE kept AS SELECT * FROM audit_log;")
        return history
    }

    /// The table written anew from its first to its `last` entry, as somebody does who has read how hashes are made.
    private func rewritten(_ last: Int) -> String {
        var before: AuditEntry?
        var statements = "DELETE FROM audit_log WHERE org_id = 'o';"
        for number in 1...last {
            var event = Self.event(number)
            event.actor = "mallory"
            let entry = AuditEntry(event, after: before)
            statements +=
                "INSERT INTO audit_log VALUES ('o', \(entry.seq), \(event.at.microseconds), 'mallory', 'export', "
                + "'j\(number)', '', '', \(event.rows), 0, 'completed', '\(entry.previousHash)', '\(entry.hash)');"
            before = entry
        }
        return statements
    }

    private struct Change {
        let what: String
        let sql: String
        /// The new head; without one it stays.
        var head: [UInt8]?
        var removesHead = false
    }

    private func change(_ random: inout SeededRandom, _ history: History) -> Change {
        let seq = Int.random(in: 1...Self.count, using: &random)
        let earlier = Int.random(in: 1..<Self.count - 1, using: &random)
        let other = seq % Self.count + 1
        let own = "org_id = 'o' AND"
        let copy = "at, actor, action, job_id, resource, filters, rows, bytes, outcome, prev_hash, hash FROM audit_log"
        switch Int.random(in: 0..<16, using: &random) {
        case 0: return Change(what: "cut", sql: "DELETE FROM audit_log WHERE \(own) seq >= \(seq);")
        case 1:
            let column = random.pick([
                "actor", "action", "job_id", "resource", "filters", "outcome", "hash", "prev_hash",
            ])
            return Change(
                what: "edit \(column)",
                sql: "UPDATE audit_log SET \(column) = \(column) || 'x' WHERE \(own) seq = \(seq);")
        case 2:
            let column = random.pick(["rows", "bytes", "at"])
            return Change(
                what: "edit \(column)", sql: "UPDATE audit_log SET \(column) = \(column) + 1 WHERE \(own) seq = \(seq);"
            )
        case 3:
            return Change(
                what: "append",
                sql: "INSERT INTO audit_log SELECT org_id, \(Self.count + 1), \(copy) WHERE \(own) seq = \(seq);")
        case 4:
            return Change(
                what: "reorder",
                sql: "UPDATE audit_log SET seq = CASE seq WHEN \(seq) THEN -\(other) ELSE -\(seq) END "
                    + "WHERE \(own) seq IN (\(seq), \(other)); UPDATE audit_log SET seq = -seq WHERE \(own) seq < 0;")
        case 5: return Change(what: "empty", sql: "DELETE FROM audit_log WHERE org_id = 'o';")
        case 6:
            let number = random.pick([0, -1, -7, Int.min + 1])
            return Change(
                what: "prefix",
                sql: "INSERT INTO audit_log SELECT org_id, \(number), \(copy) WHERE \(own) seq = \(seq);")
        case 7: return Change(what: "old head", sql: "", head: history.written[earlier])
        case 8: return Change(what: "old announcement", sql: "", head: history.announced[earlier])
        case 9: return Change(what: "no head", sql: "", removesHead: true)
        case 10:
            return Change(
                what: "cut, no head", sql: "DELETE FROM audit_log WHERE \(own) seq >= \(seq);", removesHead: true)
        case 11:
            // Two entries less than the announcement tells of.
            return Change(
                what: "cut, old announcement", sql: "DELETE FROM audit_log WHERE \(own) seq >= \(earlier);",
                head: history.announced[earlier])
        case 12: return Change(what: "other head", sql: "", head: history.other)
        case 13:
            return Change(
                what: "other chain",
                sql: "DELETE FROM audit_log WHERE org_id = 'o'; UPDATE audit_log SET org_id = 'o' WHERE org_id = 'p';",
                head: random.pick([nil, history.other]))
        case 14:
            let last = AuditEntry(Self.event(1), after: nil)
            let head = #"{"org_id":"o","seq":\#(seq),"hash":"\#(last.hash)","signature":null}"#
            return Change(what: "rewritten", sql: rewritten(seq), head: random.pick([nil, Array(head.utf8)]))
        default:
            return Change(what: "rewritten, no head", sql: rewritten(seq), removesHead: true)
        }
    }

    @Test(
        "Of a thousand random changes of the log and its head each is found, and nothing is signed over what is at its end"
    )
    func changes() async throws {
        let history = try await history()
        let audit = try await audit()
        var random = SeededRandom(seed: 61)
        var kinds: [String: Int] = [:]
        for number in 0..<1000 {
            let change = change(&random, history)
            kinds[String(change.what.prefix { $0 != " " && $0 != "," }), default: 0] += 1
            _ = try sql(
                "BEGIN; DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM kept; \(change.sql) COMMIT;")
            if change.removesHead {
                try await place().store.delete(ObjectKey(validating: "o/audit/head.json"))
            } else {
                try files.makeFolder("objects/o/audit")
                try files.write(change.head ?? history.written[Self.count - 1], to: Self.headFile)
            }
            let error = await #expect(throws: JobError.self, "\(number): \(change)") {
                _ = try await audit.verify("o")
            }
            #expect(error?.exitCode == .dataError, "\(change.what): \(error?.description ?? "")")
            if number % 5 == 0, change.what != "cut, no head", !change.what.hasPrefix("edit") {
                let before = (try? files.read(Self.headFile), try sql("SELECT * FROM audit_log;"))
                do {
                    try await audit.append(Self.event(100 + number))
                    // What is not at the end cannot be seen there; it stays to be found.
                    let still = await #expect(throws: JobError.self) { _ = try await audit.verify("o") }
                    #expect(["prefix", "reorder"].contains(change.what) && still != nil, "\(change.what)")
                } catch let error as JobError {
                    #expect([.auditBroken, .auditUnsigned].contains(error.code), "\(change.what): \(error)")
                    #expect((try? files.read(Self.headFile)) == before.0, "\(change.what)")
                    #expect(try sql("SELECT * FROM audit_log;") == before.1, "\(change.what)")
                }
            }
        }
        #expect(
            kinds.keys.sorted() == [
                "append", "cut", "edit", "empty", "no", "old", "other", "prefix", "reorder", "rewritten",
            ])
        _ = try sql("DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM kept;")
        try files.makeFolder("objects/o/audit")
        try files.write(history.written[Self.count - 1], to: Self.headFile)
        #expect(try await audit.verify("o") == ["ok  o  8 entries in audit_log, head at 8, signed"])
    }

    @Test("A log that was put back as a whole, head and all, is told by a copy of a later head")
    func putBack() async throws {
        let history = try await history()
        let audit = try await audit()
        for length in 1..<Self.count {
            _ = try sql(
                "DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM kept WHERE seq <= \(length) OR org_id = 'p';"
            )
            for head in [history.written[length - 1], history.announced[length - 1], history.announced[length]] {
                try files.write(head, to: Self.headFile)
                // Nothing in database and store can tell.
                _ = try await audit.verify("o")
                for (number, copy) in history.written.enumerated() {
                    if number < length {
                        let lines = try await audit.verify("o", copy: copy)
                        #expect(lines.last == "ok  o  the copy of the head, at \(number + 1), is of this log")
                    } else if head != history.announced[length] || number > length {
                        let error = await #expect(throws: JobError.self) { _ = try await audit.verify("o", copy: copy) }
                        #expect(error?.message.contains("missing at the end: the copy of the head names it") == true)
                    }
                }
            }
        }
        for wrong in [history.other, [], Array("{}".utf8)] {
            let error = await #expect(throws: JobError.self) { _ = try await audit.verify("o", copy: wrong) }
            #expect(error?.code == .auditCopyInvalid)
        }
        let forged = String(decoding: history.written[0], as: UTF8.self).replacing(#""seq":1"#, with: #""seq":2"#)
        let error = await #expect(throws: JobError.self) { _ = try await audit.verify("o", copy: Array(forged.utf8)) }
        #expect(error?.message.contains("copy of its head is not signed") == true)
    }

    @Test("A job that was killed between head and entry, or between entry and head, is no break: the next one mends it")
    func killed() async throws {
        let place = try await place()
        let audit = AuditLog(place)
        try await audit.append(Self.event(1))
        let anchor = audit.anchor("o")
        let table = AuditTable(place.records)
        let entry = AuditEntry(Self.event(2), after: try await table.entry(1, of: "o"), seal: anchor.seal)
        let sealed = audit.sealed(table, .table, anchor, try #require(anchor.seal))
        #expect(try await sealed.announce(entry, over: try await anchor.stored()) != nil)
        #expect(
            try await audit.verify("o") == [
                "ok  o  1 entries in audit_log, head at 2, signed; the next job writes entry 2, which a killed one left"
            ])
        try await audit.append(Self.event(3), movesHead: false)
        #expect(try await table.entry(2, of: "o") == entry)
        #expect(try await table.entry(3, of: "o")?.event == Self.event(3))
        #expect(try await audit.verify("o") == ["ok  o  3 entries in audit_log, head at 3, signed"])
        // Once the head says that it is there, it must be.
        try await audit.append(Self.event(4))
        _ = try sql("DELETE FROM audit_log WHERE seq = 4;")
        let error = await #expect(throws: JobError.self) { _ = try await audit.verify("o") }
        #expect(error?.message.contains("entry 4 is missing at the end") == true)
    }

    @Test("A log that was written without a key is signed by nobody but an operator, who adopts it; then it is as good")
    func adoption() async throws {
        let plain = try await audit(key: nil)
        for number in 1...4 { try await plain.append(Self.event(number)) }
        let sealed = try await audit()
        var error = await #expect(throws: JobError.self) { try await sealed.append(Self.event(5)) }
        #expect(error?.code == .auditUnsigned && error?.hint?.contains("audit adopt --org o") == true)
        error = await #expect(throws: JobError.self) { _ = try await sealed.verify("o") }
        #expect(error?.code == .auditUnsigned)
        _ = try sql("CREATE TABLE kept AS SELECT * FROM audit_log; UPDATE audit_log SET rows = 9 WHERE seq = 2;")
        error = await #expect(throws: JobError.self) { _ = try await sealed.adopt("o", by: "me", anyway: false) }
        #expect(error?.message.contains("entry 2 ") == true)
        _ = try sql("DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM kept;")
        #expect(try await sealed.adopt("o", by: "me", anyway: false).count == 1)
        try await sealed.append(Self.event(6))
        #expect(try await sealed.verify("o") == ["ok  o  6 entries in audit_log, head at 6, signed"])
        #expect(
            try await sealed.adopt("o", by: "me", anyway: false).first?.hasSuffix("nothing to do, it is signed") == true
        )
        // What was adopted cannot be changed any more.
        _ = try sql("UPDATE audit_log SET rows = 9 WHERE seq = 2;")
        error = await #expect(throws: JobError.self) { _ = try await sealed.verify("o") }
        #expect(error?.message.contains("entry 2 was changed") == true)
        #expect(try await sealed.adopt("o", by: "me", anyway: true).first?.contains("entry 2 was changed") == true)
        #expect(try await sealed.verify("o").count == 1)
        // Nor may anything of it be removed, were the rest the better for it.
        _ = try sql(
            "CREATE TABLE whole AS SELECT * FROM audit_log; INSERT INTO audit_log SELECT org_id, -1, at, actor, action, "
                + "job_id, resource, filters, rows, bytes, outcome, prev_hash, hash FROM audit_log WHERE seq = 1;")
        #expect(try await sealed.adopt("o", by: "me", anyway: true).first?.contains("before the first one") == true)
        #expect(try await sealed.verify("o").count == 1)
        _ = try sql("DELETE FROM audit_log WHERE seq < 1;")
        error = await #expect(throws: JobError.self) { _ = try await sealed.verify("o") }
        #expect(error?.message.contains("has adopted was changed since") == true, "\(error?.message ?? "")")
        _ = try sql("DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM whole;")
        error = await #expect(throws: JobError.self) { _ = try await sealed.verify("o") }
        #expect(error?.message.contains("missing at the end") == true)
        #expect(try await sealed.adopt("o", by: "me", anyway: true).count == 1)
        // Nobody without the key adds to a signed log, or proves it.
        error = await #expect(throws: JobError.self) { try await plain.append(Self.event(7)) }
        #expect(error?.code == .auditKeyMissing && error?.exitCode == .configuration)
        error = await #expect(throws: JobError.self) { _ = try await plain.verify("o") }
        #expect(error?.code == .auditKeyMissing)
    }

    /// A log with entries in both places, as a database leaves it that has taken no writes for a while.
    private func both() async throws -> AuditLog {
        let place = try await place()
        let audit = AuditLog(place)
        try await audit.append(Self.event(1))
        let anchor = audit.anchor("o")
        let objects = audit.sealed(AuditObjects(place.store), .objects, anchor, try #require(anchor.seal))
        try await objects.append(Self.event(2), moreFollows: true)
        try await objects.append(Self.event(3), moreFollows: false)
        try await audit.append(Self.event(4))
        return audit
    }

    @Test("A chain of the object store that is removed, cut or put back is missed, as the one head names it")
    func chainOfObjects() async throws {
        let audit = try await both()
        let good = [
            "ok  o  2 entries in audit_log, head at 2, signed",
            "ok  o  2 entries in the object store, head at 2, signed",
        ]
        #expect(try await audit.verify("o") == good)
        let head = try await audit.head("o")
        let copied = try await audit.verify("o", copy: Array(head.utf8))
        #expect(copied == good + ["ok  o  the copy of the head, at 2 and 2 of the object store, is of this log"])
        let store = try await place().store
        let first = try files.read("objects/o/audit/000000000001.json")
        try await store.delete(ObjectKey(validating: "o/audit/000000000002.json"))
        var error = await #expect(throws: JobError.self) { _ = try await audit.verify("o") }
        #expect(error?.message.contains("entry 2 is missing at the end") == true)
        try await store.delete(ObjectKey(validating: "o/audit/000000000001.json"))
        error = await #expect(throws: JobError.self) { _ = try await audit.verify("o") }
        #expect(error?.message.contains("entry 1 to 2 is missing at the end") == true)
        // Without the head the rest of the chain tells, and nothing begins anew over it.
        try files.write(first, to: "objects/o/audit/000000000001.json")
        try await store.delete(ObjectKey(validating: "o/audit/head.json"))
        _ = try sql("DELETE FROM audit_log;")
        error = await #expect(throws: JobError.self) { _ = try await audit.verify("o") }
        #expect(error?.message.contains("its head is missing") == true)
        error = await #expect(throws: JobError.self) { try await audit.append(Self.event(5)) }
        #expect(error?.code == .auditBroken && error?.message.contains("its head is missing") == true)
        #expect(try sql("SELECT count(*) FROM audit_log;") == "0\n")
    }

    @Test("Numbers that are none, in a table without types, are found; the check ends")
    func numbers() async throws {
        _ = try await history()
        let audit = try await audit()
        _ = try sql("DROP TABLE audit_log;")
        let untyped = "org_id, seq, at, actor, action, job_id, resource, filters, rows, bytes, outcome, prev_hash, hash"
        _ = try sql("CREATE TABLE audit_log (\(untyped));")
        for change in [
            "UPDATE audit_log SET seq = CAST(seq AS TEXT)", "UPDATE audit_log SET seq = '5x' WHERE seq = 5",
            "UPDATE audit_log SET seq = x'35' WHERE seq = 5", "UPDATE audit_log SET seq = 5.5 WHERE seq = 5",
            "UPDATE audit_log SET seq = NULL WHERE seq = 5",
            "UPDATE audit_log SET seq = 9223372036854775807 WHERE seq = 8",
        ] {
            _ = try sql("DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM kept; \(change);")
            let error = await #expect(throws: JobError.self, "\(change)") { _ = try await audit.verify("o") }
            #expect(error?.exitCode == .dataError, "\(change): \(error?.description ?? "")")
        }
    }

    @Test("A head is only given out as a copy when it is signed, the organisation's own, and the log reaches it")
    func headForKeeping() async throws {
        let history = try await history()
        let audit = try await audit()
        #expect(try await Array(audit.head("o").utf8) == history.written[Self.count - 1])
        let unsigned = String(decoding: history.written[Self.count - 1], as: UTF8.self)
            .replacing(#/"signature":"[0-9a-f]+"/#, with: #""signature":null"#)
        for wrong in [Array(unsigned.utf8), history.other, Array("x".utf8), history.written[3], []] {
            try files.write(wrong, to: Self.headFile)
            let error = await #expect(throws: JobError.self) { _ = try await audit.head("o") }
            #expect(
                error?.exitCode == .dataError, "\(String(decoding: wrong, as: UTF8.self)): \(error?.description ?? "")")
        }
        try files.write(history.written[Self.count - 1], to: Self.headFile)
        _ = try sql("DELETE FROM audit_log WHERE org_id = 'o' AND seq > 6;")
        let error = await #expect(throws: JobError.self) { _ = try await audit.head("o") }
        #expect(error?.code == .auditBroken)
    }

    @Test("A NUL never gets into an entry, which some databases would end there")
    func controlCharacters() async throws {
        var event = Self.event(1)
        event.actor = "ada\0 (key 0123)"
        let audit = try await audit()
        let error = await #expect(throws: JobError.self) { try await audit.append(event) }
        #expect(error?.code == .auditInvalid)
        #expect(try sql("SELECT count(*) FROM audit_log;") == "0\n")
    }
}
