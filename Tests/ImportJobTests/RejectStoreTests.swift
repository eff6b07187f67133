import Formats
import JobCore
import ObjectStorage
import TestSupport
import Testing

@testable import ImportJob
@testable import JobRuntime

@Suite("Refused rows in the store")
struct RejectStoreTests {
    private let files: TemporaryFolder
    private let context: JobContext

    init() async throws {
        files = try TemporaryFolder()
        let environment = JobEnvironment(variables: [
            "DATABASE_URL": "sqlite:\(files.path)/db.sqlite", "OBJECT_STORE_URL": "file:\(files.path)/objects",
        ])
        let log = JobLog(level: "critical")
        let spec = try ImportSpecTests.decode(#"{"jobId":"j","orgId":"o","resource":"contacts"}"#).common
        context = JobContext(
            spec: spec, place: try await Configuration(environment, log: log).open(),
            folder: try JobFolder(orgId: "o", jobId: "j"), meter: ProgressMeter(), attempt: 1,
            attemptId: "a1-x", createdAt: Instant(seconds: 0), sourceMinimumRate: 0)
    }

    private func read(_ store: RejectStore, _ part: RejectPart) async throws -> [RejectRecord]? {
        guard let reader = try await store.open(part) else { return nil }
        var found: [RejectRecord] = []
        while let reject = try await reader.next() { found.append(reject) }
        await reader.close()
        return found
    }

    private func reject(_ record: Int, _ fields: String, _ message: String = "m") -> RejectRecord {
        RejectRecord(
            record: record, line: record * 3, byteOffset: Int.max - record, column: "a;b\n", code: "c",
            message: message, fieldCount: record % 4, fields: fields)
    }

    /// Text of many lengths, with everything that could be taken for the form itself.
    private func texts() -> [String] {
        var random = SeededRandom(seed: 5)
        let pieces = ["\n", " ", "1 2 3 4 5 6 7 8\n", "\0", "\u{301}", "ä", "\r\n", "\"", "🧵", "x", "\u{FEFF}"]
        return (0..<400).map { number in
            let count = number < 50 ? number : Int.random(in: 0..<3_000, using: &random)
            return (0..<count).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }.joined()
        }
    }

    @Test("They come back as they were, from the object and from memory, whatever is in them")
    func roundTrip() async throws {
        let all = texts().enumerated().map { reject($0 + 1, $1, String($1.reversed().prefix(200))) }
        let store = RejectStore(context)
        let part = try await #require(store.keep(all, mustStay: true))
        #expect(part.firstRecord == 1 && part.rows == 400 && part.object == "o/jobs/j/a1-x/00001.rejects")
        #expect(part.bytes == all.reduce(0) { $0 + $1.fields.utf8.count })
        let more = try await #require(store.keep([reject(500, "")], mustStay: true))
        #expect(more.object == "o/jobs/j/a1-x/00002.rejects")
        for reader in [store, RejectStore(context)] {
            let found = try await read(reader, part)
            #expect(found?.map { Array($0.fields.utf8) } == all.map { Array($0.fields.utf8) })
            #expect(found == all)
            #expect(try await read(reader, more) == [reject(500, "")])
        }
    }

    @Test("A row of 64 MiB comes back; what is small and need not stay takes no object, the rest does")
    func large() async throws {
        let store = RejectStore(context)
        let large = reject(7, String(repeating: "0123456789abcdef", count: 4 << 20))
        let part = try await #require(store.keep([large, reject(8, "x")], mustStay: true))
        #expect(try await read(RejectStore(context), part) == [large, reject(8, "x")])
        let small = try await #require(store.keep([reject(9, "y")], mustStay: false))
        #expect(try await read(RejectStore(context), small) == nil)
        #expect(try await read(store, small) == [reject(9, "y")])
        var random = SeededRandom(seed: 6)
        let noise = (0..<12 << 17).map { _ in String(UInt64.random(in: 0...UInt64.max, using: &random), radix: 36) }
        let spilled = try await #require(store.keep([reject(10, noise.joined())], mustStay: false))
        #expect(try await read(RejectStore(context), spilled) == [reject(10, noise.joined())])
    }

    @Test("An object that was changed is told from what was stored, and no object of another job is read")
    func damage() async throws {
        let store = RejectStore(context)
        let all = texts().prefix(80).map { reject(1, $0) }
        let part = try await #require(store.keep(all, mustStay: true))
        let path = "objects/" + part.object
        let bytes = try files.read(path)
        func code(_ part: RejectPart) async -> String? {
            do {
                // A change of what a frame says of itself may change nothing of what is in it.
                return try await read(RejectStore(context), part) == all ? nil : "changed"
            } catch {
                return (error as? JobError)?.code.rawValue
            }
        }
        for count in [0, 1, bytes.count / 2, bytes.count - 1] {
            try files.write(Array(bytes.prefix(count)), to: path)
            #expect(await code(part) == "rejects_unreadable", "\(count)")
        }
        for place in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 40)) {
            var changed = bytes
            changed[place] ^= 0x10
            try files.write(changed, to: path)
            let found = await code(part)
            #expect(found == "rejects_unreadable" || found == nil && place < 16, "\(place)")
        }
        try files.write(bytes, to: path)
        #expect(await code(part) == nil)
        for rows in [0, 79, 81] {
            let wrong = RejectPart(firstRecord: 1, rows: rows, bytes: part.bytes, object: part.object)
            #expect(await code(wrong) == "rejects_unreadable", "\(rows)")
        }
        for object in ["o/jobs/k/a1-x/00001.rejects", "o/jobs/j/a1-x/f.csv", "p/jobs/j/a1-x/00001.rejects", "", "/"] {
            let wrong = RejectPart(firstRecord: 1, rows: 80, bytes: 1, object: object)
            #expect(await code(wrong) == "rejects_unreadable", "\(object)")
        }
    }
}
