import JobCore
import ObjectStorage
import Testing

/// What every kind of store must do, each case with a key of its own.
enum ObjectStoreConformance: String, CaseIterable, Sendable {
    case putAndGet, ranges, missing, createOnly, updateIfMatches, tags, list, delete, reader, readerOfEmpty
    case upload, uploadModes, abort, emptyUpload, selfTest, counter, createRace, names

    /// What rclone can do: it ignores conditions, and changes names to such as its own disk takes.
    static let unconditional = allCases.filter {
        ![.createOnly, .updateIfMatches, .uploadModes, .selfTest, .counter, .createRace, .names].contains($0)
    }

    /// Checks one ability of the store.
    func check(_ store: any ObjectStore) async throws {
        let key = try ObjectKey(validating: "conformance/\(rawValue)/object.bin")
        switch self {
        case .putAndGet: try await putAndGet(store, key)
        case .ranges: try await ranges(store, key)
        case .missing: try await missing(store, key)
        case .createOnly: try await createOnly(store, key)
        case .updateIfMatches: try await updateIfMatches(store, key)
        case .tags: try await tags(store, key)
        case .list: try await list(store)
        case .delete: try await delete(store, key)
        case .reader: try await reader(store, key)
        case .readerOfEmpty: try await readerOfEmpty(store, key)
        case .upload: try await upload(store, key)
        case .uploadModes: try await uploadModes(store, key)
        case .abort: try await abort(store, key)
        case .emptyUpload: try await emptyUpload(store, key)
        case .selfTest: try await store.selfTest()
        case .counter: try await counter([store], key)
        case .createRace: try await createRace(store, key)
        case .names: try await names(store)
        }
    }

    private func putAndGet(_ store: any ObjectStore, _ key: ObjectKey) async throws {
        for contents in [[], [7], [UInt8](repeating: 3, count: 3_000_000)] {
            let info = try await store.put(contents, at: key, contentType: "a/b", mode: .overwrite)
            #expect(info.key == key)
            #expect(info.size == contents.count)
            #expect(info.lastModified > Instant(seconds: 1_600_000_000))
            try await expect(store, key, holds: contents, info)
        }
    }

    /// What people call their files.
    static let hostileNames = [
        "Kunden (neu) 2026.csv", "Ärzte & Söhne.csv", "100%.csv", "a%2Fb.csv", "#1.csv", "a+b=c.csv",
        "it's \"quoted\".csv",
        "12:30;x,y.csv", "u\u{308}.csv", "名簿 😀.csv", " leading", "what?.csv", "<a>&amp;.csv", "[1]{2}|^`~!$*@.csv",
        "\u{301}mark.csv",
    ]

    private func names(_ store: any ObjectStore) async throws {
        let folder = "conformance/\(rawValue)/"
        var keys: [ObjectKey] = []
        for (number, name) in Self.hostileNames.enumerated() {
            let key = try ObjectKey(validating: folder + name)
            keys.append(key)
            let contents = Array("\(number)".utf8)
            let info = try await store.put(contents, at: key, contentType: "a/b", mode: .overwrite)
            try await expect(store, key, holds: contents, info)
            #expect(try await store.list(prefix: key.text).map(\.key) == [key], "\(name)")
            #expect(try await store.head(key)?.key == key)
            let link = try await store.downloadLink(key, fileName: name, secondsToLive: 60)
            #expect(link.url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "\(link.url)")
        }
        #expect(try await store.list(prefix: folder).map(\.key) == keys.sorted { $0.precedes($1) })
        for key in keys { try await store.delete(key) }
        #expect(try await store.list(prefix: folder) == [])
    }

    private func ranges(_ store: any ObjectStore, _ key: ObjectKey) async throws {
        for count in [100, 2_000_000] {
            let contents = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            let info = try await store.put(contents, at: key, contentType: "a/b", mode: .overwrite)
            for range in [0..<1, 10..<20, (count - 1)..<count, 0..<count] {
                let part = try await store.get(key, range: range)
                #expect(isSame(part.info, info))
                #expect(part.bytes == Array(contents[range]))
            }
            for range in [0..<(count + 1), count..<(count + 1), (count + 5)..<(count + 9), -1..<1] {
                await expectCode("invalid_range", .dataError) { _ = try await store.get(key, range: range) }
            }
        }
    }

    private func missing(_ store: any ObjectStore, _ key: ObjectKey) async throws {
        #expect(try await store.head(key) == nil)
        #expect(try await store.list(prefix: key.text) == [])
        await expectCode("object_not_found", .noInput) { _ = try await store.get(key, range: nil) }
        await expectCode("object_not_found", .noInput) { _ = try await store.openReader(key, chunkBytes: 10) }
        try await store.delete(key)
    }

    private func createOnly(_ store: any ObjectStore, _ key: ObjectKey) async throws {
        let first = try await store.put([1], at: key, contentType: "a/b", mode: .createOnly)
        await expectCode("precondition_failed", .temporary) {
            _ = try await store.put([2], at: key, contentType: "a/b", mode: .createOnly)
        }
        try await expect(store, key, holds: [1], first)
    }

    private func updateIfMatches(_ store: any ObjectStore, _ key: ObjectKey) async throws {
        await expectCode("precondition_failed", .temporary) {
            let mode = PutMode.updateIfMatches(ObjectTag(rawValue: "0123"))
            _ = try await store.put([1], at: key, contentType: "a/b", mode: mode)
        }
        #expect(try await store.head(key) == nil)
        let first = try await store.put([1], at: key, contentType: "a/b", mode: .overwrite)
        let second = try await store.put([2], at: key, contentType: "a/b", mode: .updateIfMatches(first.tag))
        await expectCode("precondition_failed", .temporary) {
            _ = try await store.put([3], at: key, contentType: "a/b", mode: .updateIfMatches(first.tag))
        }
        try await expect(store, key, holds: [2], second)
    }

    private func tags(_ store: any ObjectStore, _ key: ObjectKey) async throws {
        for count in [10, 1 << 20, (1 << 20) + 1, 2_000_000] {
            let first = try await store.put(
                [UInt8](repeating: 1, count: count), at: key, contentType: "a/b", mode: .overwrite)
            let second = try await store.put(
                [UInt8](repeating: 2, count: count), at: key, contentType: "a/b", mode: .overwrite)
            #expect(first.tag != second.tag)
            #expect(try await store.head(key)?.tag == second.tag)
            #expect(try await store.list(prefix: key.text).map(\.tag) == [second.tag])
            #expect(isSame(try await store.openReader(key, chunkBytes: 1000).info, second))
        }
    }

    private func list(_ store: any ObjectStore) async throws {
        let texts = ["a", "b/1", "b/2/x", "b/2/y", "b-1", "c"].map { "conformance/list/\($0)" }
        var infos: [String: ObjectInfo] = [:]
        for text in texts.reversed() {
            let key = try ObjectKey(validating: text)
            infos[text] = try await store.put(Array(text.utf8), at: key, contentType: "a/b", mode: .overwrite)
        }
        for prefix in ["", "b", "b/", "b/2", "b/2/", "b/2/x", "b-", "d", "d/"] {
            let full = "conformance/list/\(prefix)"
            let listed = try await store.list(prefix: full)
            let expected = texts.filter { $0.hasPrefix(full) }.sorted().compactMap { infos[$0] }
            #expect(listed.map(\.key) == expected.map(\.key), "prefix \(prefix)")
            #expect(zip(listed, expected).allSatisfy { isSame($0, $1) }, "prefix \(prefix)")
        }
        await expectCode("invalid_key", .usage) { _ = try await store.list(prefix: "conformance/../list") }
    }

    private func delete(_ store: any ObjectStore, _ key: ObjectKey) async throws {
        _ = try await store.put([1], at: key, contentType: "a/b", mode: .overwrite)
        try await store.delete(key)
        #expect(try await store.head(key) == nil)
        try await store.delete(key)
        _ = try await store.put([2], at: key, contentType: "a/b", mode: .createOnly)
    }

    private func reader(_ store: any ObjectStore, _ key: ObjectKey) async throws {
        let contents = (0..<2_500_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let info = try await store.put(contents, at: key, contentType: "a/b", mode: .overwrite)
        for chunkBytes in [1 << 20, 500_000, 2_500_000, 9_000_000] {
            let reader = try await store.openReader(key, chunkBytes: chunkBytes)
            #expect(isSame(reader.info, info))
            var read: [UInt8] = []
            var buffer: [UInt8] = []
            while try await reader.read(into: &buffer) {
                #expect(buffer.count <= chunkBytes)
                read += buffer
            }
            #expect(buffer.isEmpty)
            #expect(read == contents)
            await reader.close()
        }
    }

    private func readerOfEmpty(_ store: any ObjectStore, _ key: ObjectKey) async throws {
        _ = try await store.put([], at: key, contentType: "a/b", mode: .overwrite)
        let reader = try await store.openReader(key, chunkBytes: 100)
        var buffer: [UInt8] = [1, 2, 3]
        #expect(try await reader.read(into: &buffer) == false)
        #expect(buffer.isEmpty)
    }
}

extension ObjectStoreConformance {
    private func upload(_ store: any ObjectStore, _ key: ObjectKey) async throws {
        for pieceCount in [3, 700_000, 1 << 20] {
            let upload = try await store.beginUpload(key, contentType: "a/b")
            var contents: [UInt8] = []
            for piece in 0..<5 {
                let bytes = [UInt8](repeating: UInt8(piece), count: pieceCount)
                try await upload.write(bytes)
                contents += bytes
            }
            let info = try await upload.complete(mode: .overwrite)
            try await expect(store, key, holds: contents, info)
            await upload.abort()
            #expect(isSame(try await store.head(key), info))
            await expectCode("upload_ended", .software) { try await upload.write([1]) }
            await expectCode("upload_ended", .software) { _ = try await upload.complete(mode: .overwrite) }
        }
    }

    private func uploadModes(_ store: any ObjectStore, _ key: ObjectKey) async throws {
        let first = try await store.beginUpload(key, contentType: "a/b")
        let second = try await store.beginUpload(key, contentType: "a/b")
        try await first.write([1])
        try await second.write([2])
        #expect(try await store.head(key) == nil)
        let info = try await first.complete(mode: .createOnly)
        await expectCode("precondition_failed", .temporary) { _ = try await second.complete(mode: .createOnly) }
        try await expect(store, key, holds: [1], info)
        let third = try await store.beginUpload(key, contentType: "a/b")
        try await third.write([3])
        _ = try await third.complete(mode: .updateIfMatches(info.tag))
        #expect(try await store.get(key, range: nil).bytes == [3])
    }

    private func abort(_ store: any ObjectStore, _ key: ObjectKey) async throws {
        let upload = try await store.beginUpload(key, contentType: "a/b")
        try await upload.write([1])
        await upload.abort()
        #expect(try await store.head(key) == nil)
        await expectCode("upload_ended", .software) { _ = try await upload.complete(mode: .overwrite) }
        #expect(try await store.head(key) == nil)
    }

    private func emptyUpload(_ store: any ObjectStore, _ key: ObjectKey) async throws {
        let upload = try await store.beginUpload(key, contentType: "a/b")
        try await upload.write([])
        let info = try await upload.complete(mode: .createOnly)
        try await expect(store, key, holds: [], info)
    }

    /// Eight tasks add to one number; no addition may be lost.
    ///
    /// Stores of the same place may take turns.
    func counter(_ stores: [any ObjectStore], _ key: ObjectKey) async throws {
        let (tasks, additions) = (8, 50)
        _ = try await stores[0].put(Array("0".utf8), at: key, contentType: "a/b", mode: .createOnly)
        try await withThrowingTaskGroup { group in
            for task in 0..<tasks {
                let store = stores[task % stores.count]
                group.addTask {
                    var done = 0
                    while done < additions {
                        let object = try await store.get(key, range: nil)
                        let number = try #require(Int(String(decoding: object.bytes, as: UTF8.self)))
                        let next = Array(String(number + 1).utf8)
                        do {
                            let mode = PutMode.updateIfMatches(object.info.tag)
                            _ = try await store.put(next, at: key, contentType: "a/b", mode: mode)
                            done += 1
                        } catch let error as JobError where error.code == .preconditionFailed {}
                    }
                }
            }
            try await group.waitForAll()
        }
        let bytes = try await stores[0].get(key, range: nil).bytes
        #expect(String(decoding: bytes, as: UTF8.self) == String(tasks * additions))
    }

    private func createRace(_ store: any ObjectStore, _ key: ObjectKey) async throws {
        let winners = await withTaskGroup(of: Bool.self) { group in
            for task in 0..<8 {
                group.addTask {
                    (try? await store.put([UInt8(task)], at: key, contentType: "a/b", mode: .createOnly)) != nil
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(winners == 1)
    }
}

/// Whether two descriptions are of the same version.
///
/// The answer to a write does not date the object exactly.
private func isSame(_ left: ObjectInfo?, _ right: ObjectInfo?) -> Bool {
    guard let left, let right else { return left == right }
    return left.key == right.key && left.size == right.size && left.tag == right.tag
        && max(left.lastModified, right.lastModified) - min(left.lastModified, right.lastModified) < .seconds(10)
}

private func expect(
    _ store: any ObjectStore, _ key: ObjectKey, holds contents: [UInt8], _ info: ObjectInfo,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let object = try await store.get(key, range: nil)
    #expect(object.bytes == contents, sourceLocation: sourceLocation)
    #expect(isSame(object.info, info), sourceLocation: sourceLocation)
    #expect(isSame(try await store.head(key), info), sourceLocation: sourceLocation)
}

/// Expects a job error with that code and that way to end the process.
func expectCode(
    _ code: String, _ exitCode: ExitCode, sourceLocation: SourceLocation = #_sourceLocation,
    _ work: () async throws -> Void
) async {
    let error = await #expect(throws: JobError.self, sourceLocation: sourceLocation) { try await work() }
    #expect(error?.code.rawValue == code, sourceLocation: sourceLocation)
    #expect(error?.exitCode == exitCode, sourceLocation: sourceLocation)
}
