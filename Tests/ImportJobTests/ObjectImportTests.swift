import Formats
import JobCore
import PostgreSQL
import SQLite
import Synchronization
import TestSupport
import Testing

@testable import ImportJob

@Suite("Objects whose names change on the way")
struct ObjectImportTests {
    enum Backend: CaseIterable { case sqlite, postgresql }

    private static let server = Mutex<PostgreSQLServer?>(nil)
    private static let number = Atomic(0)

    /// What came of an import.
    private struct Outcome: Equatable {
        var inserted = 0
        var updated = 0
        var rejected: [String: Int] = [:]
        var lost: Set<String> = []
    }

    private func database(_ backend: Backend, _ folder: TemporaryFolder) async throws -> any Database {
        let database: any Database
        switch backend {
        case .sqlite: database = SQLiteDatabase(path: folder.path + "/objects.sqlite")
        case .postgresql:
            let server = try Self.server.withLock { server in
                if let server { return server }
                let started = try PostgreSQLServer()
                server = started
                return started
            }
            let name = "objects\(Self.number.add(1, ordering: .relaxed).newValue)"
            try server.psql("CREATE DATABASE \(name)")
            database = try PostgreSQLDatabase(url: server.socketURL(database: name), jobId: "objects")
        }
        _ = try await database.migrate(Catalogue.builtIn)
        return database
    }

    /// Runs reader, mapping and loader over a file that comes in pieces.
    private func load(
        _ text: String, _ spec: ImportSpec, _ database: any Database, isArray: Bool, pieces: Int, batchBytes: Int
    ) async throws -> Outcome {
        var reader = JSONRowReader(layout: isArray ? .array : .lines, batchBytes: batchBytes)
        var outcome = Outcome()
        var columns: [Column] = []
        let loader = try await database.openLoader(spec.loadRequest(attemptId: "a", fence: 1))
        let turn = LoadTurn()
        turn.pass()
        var batch = SourceBatch()
        func take() async throws {
            let names = batch.columns
            let mapping = try ResolvedMapping(spec: spec, columns: names, isJSON: true)
            if columns.isEmpty {
                columns = mapping.columns
                _ = try await loader.begin(columns: columns)
            }
            #expect(mapping.columns == columns)
            var checked = CheckedBatch(batch, mapping: mapping, mapped: RowBatch(columnCount: 0))
            #expect(checked.check() == nil)
            try checked.judge(spec)
            outcome.lost.formUnion(mapping.unmapped + checked.passedOver)
            var refused: [Int: String] = [:]
            for problem in checked.problems where refused[problem.row] == nil {
                refused[problem.row] = problem.fault.code
            }
            for code in refused.values { outcome.rejected[code, default: 0] += 1 }
            let found = try await loader.load([checked.mapped], lane: 0, turn: turn)
            for part in found {
                outcome.inserted += part.inserted
                outcome.updated += part.updated
                if !part.refused.isEmpty { outcome.rejected["duplicate_key", default: 0] += part.refused.count }
            }
            batch.removeAll()
        }
        do {
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: pieces) {
                let piece = Array(bytes[start..<min(start + pieces, bytes.count)])
                var position = 0
                while position < piece.count {
                    position = try reader.read(piece, from: position, into: &batch)
                    if position < piece.count { try await take() }
                }
            }
            repeat {
                try reader.finish(into: &batch)
                if batch.lines.isEmpty { break }
                try await take()
            } while true
            var checkpoint = LoadCheckpoint()
            checkpoint.isComplete = true
            try await loader.commit(checkpoint, rejects: nil, lane: 0)
        } catch {
            await loader.close()
            throw error
        }
        await loader.close()
        return outcome
    }

    /// The rows that are stored, as the oracle has them.
    private func stored(_ database: any Database) async throws -> [String: [String: String]] {
        let resource = try #require(Catalogue.builtIn.resource("contacts"))
        let names = ["id", "email", "phone", "first_name", "last_name", "company", "status", "attributes"]
        let query = RowQuery(
            resource: resource, orgId: "org", columns: names.compactMap { resource.column($0) }, conditions: [],
            order: ["id"], limit: nil)
        let snapshot = try await database.openSnapshot()
        let rows = try await Things.rows(query, in: snapshot)
        await snapshot.close()
        var found: [String: [String: String]] = [:]
        for row in rows {
            var values: [String: String] = [:]
            for (name, value) in zip(names, row).dropFirst() {
                guard let value else { continue }
                guard name == "attributes" else {
                    values[name] = value
                    continue
                }
                values["{}"] = ""
                guard case .object(let members) = try JSONValue(parsing: Array(value.utf8)) else {
                    values["attributes"] = value
                    continue
                }
                for member in members {
                    guard case .string(let text) = member.value else { continue }
                    values["attributes.\(member.name)"] = text
                }
            }
            found[row[0] ?? ""] = values
        }
        return found
    }

    private func expected(_ oracle: ObjectOracle) -> [String: [String: String]] {
        oracle.rows.mapValues { row in
            var values = row.values
            if let members = row.members {
                values["{}"] = ""
                for (name, value) in members { values["attributes.\(name)"] = value }
            }
            return values
        }
    }

    @Test(
        "Every value lands where its name says, at every batch boundary, and a dry run says the same",
        arguments: Backend.allCases, 0..<6)
    func oracle(_ backend: Backend, seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let rounds = backend == .sqlite ? 12 : 4
        for round in 0..<rounds {
            let unmapped = round % 2 == 0 ? ObjectOracle.Unmapped.attributes : .ignore
            let mode = Int.random(in: 0..<3, using: &random)
            var oracle = ObjectOracle(unmapped, isUpsert: mode > 0, clearsEmpty: mode == 2)
            let count = random.pick([3, 20, 60])
            let objects = ObjectOracle.objects(&random, count: count, keys: mode > 0 ? 8 : 1000)
            for object in objects { oracle.take(object) }
            let isArray = Bool.random(using: &random)
            let text = ObjectOracle.text(objects, isArray: isArray)
            let options = ["", #","mode":"upsert""#, #","mode":"upsert","onMatch":{"empty":"clear"}"#][mode]
            let members = #""unmapped":"\#(unmapped.rawValue)""# + options
            let folder = try TemporaryFolder()
            let database = try await database(backend, folder)
            let pieces = random.pick([1, 7, 64, 1000, text.utf8.count])
            let batchBytes = random.pick([1, 30, 400, 1 << 20])
            var outcomes: [Outcome] = []
            for dry in [#","dryRun":true"#, ""] {
                let spec = try ImportSpecTests.decode(members: members + dry)
                outcomes.append(
                    try await load(
                        text, spec, database, isArray: isArray, pieces: pieces, batchBytes: batchBytes))
            }
            let lost = unmapped == .ignore ? oracle.lost : []
            let wanted = Outcome(
                inserted: oracle.inserted, updated: oracle.updated, rejected: oracle.rejected, lost: lost)
            let place = "seed \(seed), round \(round), pieces \(pieces), batches \(batchBytes), \(members): \(text)"
            #expect(outcomes[1] == wanted, "\(place)")
            #expect(outcomes[0] == outcomes[1], "dry run, \(place)")
            #expect(try await stored(database) == expected(oracle), "\(place)")
            if outcomes[1] != wanted { return }
        }
    }

    @Test("Unmapped names are an error exactly when a name reaches no field", arguments: 0..<40)
    func unmappedIsError(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let objects = ObjectOracle.objects(&random, count: random.pick([1, 3, 8]), keys: 1000)
        var oracle = ObjectOracle(.error, isUpsert: false, clearsEmpty: false)
        for object in objects { oracle.take(object) }
        let spec = try ImportSpecTests.decode(members: #""unmapped":"error""#)
        let folder = try TemporaryFolder()
        let database = try await database(.sqlite, folder)
        var code: String?
        do {
            _ = try await load(
                ObjectOracle.text(objects, isArray: false), spec, database, isArray: false, pieces: 50, batchBytes: 100)
        } catch {
            code = JobError.wrapping(error).code.rawValue
        }
        #expect(code == (oracle.lost.isEmpty ? nil : "unmapped_columns"), "\(oracle.lost)")
    }

    @Test("Two names of one rank with different keys end the job and show a mapping to paste")
    func ambiguousKey() async throws {
        let spec = try ImportSpecTests.decode(members: "")
        let folder = try TemporaryFolder()
        let database = try await database(.sqlite, folder)
        func load(_ text: String) async throws -> Outcome {
            try await self.load(text, spec, database, isArray: false, pieces: 1000, batchBytes: 1 << 20)
        }
        let error = await #expect(throws: JobError.self) {
            _ = try await load("{\"id\":\"1\"}\n{\"user_id\":\"a\",\"contact_id\":\"b\"}\n")
        }
        #expect(error?.code == .mappingAmbiguous && error?.hint?.contains(#"{"user_id":"id"}"#) == true)
        #expect(try await load("{\"user_id\":\"a\",\"contact_id\":\"a\",\"uuid\":null}\n").inserted == 1)
        // A key of its own goes before both.
        #expect(try await load("{\"user_id\":\"a\",\"contact_id\":\"b\",\"id\":\"c\"}\n").inserted == 1)
    }

    @Test("A loader refuses a batch of other columns than it was begun with", arguments: Backend.allCases)
    func otherColumns(_ backend: Backend) async throws {
        let folder = try TemporaryFolder()
        let database = try await database(backend, folder)
        for dry in ["", #""dryRun":true"#] {
            let loader = try await database.openLoader(
                try ImportSpecTests.decode(members: dry).loadRequest(attemptId: "a", fence: 1))
            _ = try await loader.begin(columns: [Column("id", .text), Column("email", .text)])
            let turn = LoadTurn()
            turn.pass()
            var named = RowBatch(columnCount: 2)
            named.names = ["id", "phone"]
            named.append("1")
            named.append("2")
            var wide = RowBatch(columnCount: 3)
            for text in ["1", "2", "3"] { wide.append(text) }
            var cut = RowBatch(columnCount: 2)
            for text in ["1", "2", "3"] { cut.append(text) }
            for batch in [named, wide, cut] {
                let error = await #expect(throws: JobError.self) {
                    _ = try await loader.load([batch], lane: 0, turn: turn)
                }
                #expect(error?.code == .internalError)
            }
            named.names = ["id", "email"]
            #expect(try await loader.load([named], lane: 0, turn: turn).map(\.inserted) == [1])
            await loader.close()
        }
    }
}
