import JobCore
import ObjectStorage
import Testing

@Suite("Local store among processes")
struct LocalStoreProcessTests {
    let folder: ScratchFolder
    let store: LocalStore

    init() throws {
        folder = try ScratchFolder()
        store = try LocalStore(root: folder.path, createRoot: false)
    }

    @Test("A writer waits for another process that holds the key's lock, and then sees its object")
    func lockOfAnotherProcess() async throws {
        let key = try ObjectKey(validating: "lease")
        _ = try await store.put([1], at: key, contentType: "a/b", mode: .overwrite)
        try await store.delete(key)
        let root = folder.path
        let lock = try #require(folder.names(in: ".dataio/locks").first)
        let other = try OtherProcess(
            "exec 9<> '\(root)/.dataio/locks/\(lock)'; flock 9; ready; wait_for_test; echo 2 > '\(root)/lease'")
        let put = Task.detached { [store] in
            try await store.put([3], at: key, contentType: "a/b", mode: .createOnly)
        }
        // Its file is staged, and it asks for the lock again and again.
        while folder.names(in: ".dataio/staging").isEmpty { await Task.yield() }
        try await Task.sleep(for: .milliseconds(100))
        #expect(folder.names(in: ".dataio/staging").count == 1)
        other.end()
        await expectCode("precondition_failed", .temporary) { _ = try await put.value }
        #expect(try await store.get(key, range: nil).bytes == Array("2\n".utf8))
    }

    @Test("A writer that is frozen with a lock in its hands keeps nobody waiting for good")
    func frozenWriter() async throws {
        let key = try ObjectKey(validating: "lease")
        _ = try await store.put([1], at: key, contentType: "a/b", mode: .overwrite)
        let lock = try #require(folder.names(in: ".dataio/locks").first)
        let other = try OtherProcess("exec 9<> '\(folder.path)/.dataio/locks/\(lock)'; flock 9; ready; wait_for_test")
        await expectCode("store_busy", .temporary) { [store] in
            _ = try await store.put([2], at: key, contentType: "a/b", mode: .overwrite)
        }
        #expect(folder.names(in: ".dataio/staging") == [])
        other.end()
        _ = try await store.put([3], at: key, contentType: "a/b", mode: .overwrite)
        #expect(try await store.get(key, range: nil).bytes == [3])
    }

    @Test("A frozen writer of one organisation keeps no other one waiting")
    func otherOrganisation() async throws {
        let key = try ObjectKey(validating: "org_a/audit/head.json")
        _ = try await store.put([1], at: key, contentType: "a/b", mode: .overwrite)
        let locks = folder.names(in: ".dataio/locks")
        let lock = try #require(locks.first)
        let other = try OtherProcess("exec 9<> '\(folder.path)/.dataio/locks/\(lock)'; flock 9; ready; wait_for_test")
        // More keys than there are locks.
        for number in 0..<100 {
            let theirs = try ObjectKey(validating: "org_b/jobs/\(number)")
            _ = try await store.put([2], at: theirs, contentType: "a/b", mode: .createOnly)
        }
        #expect(folder.names(in: ".dataio/locks").count <= 1 + 16)
        other.end()
    }

    @Test("A sweep leaves the file of a living process and removes it when the process was killed")
    func killedProcess() async throws {
        _ = try await store.put([1], at: ObjectKey(validating: "a"), contentType: "a/b", mode: .overwrite)
        let staging = "\(folder.path)/.dataio/staging"
        let other = try OtherProcess("exec 9> '\(staging)/leftover'; flock 9; ready; wait_for_test; kill -9 $$")
        try await store.sweep(prefix: "") { _ in true }
        #expect(folder.names(in: ".dataio/staging") == ["leftover"])
        other.end()
        #expect(folder.names(in: ".dataio/staging") == ["leftover"])
        try await store.sweep(prefix: "") { _ in true }
        #expect(folder.names(in: ".dataio/staging") == [])
    }

    @Test("A sweep by another store leaves an upload alone")
    func livingUpload() async throws {
        let key = try ObjectKey(validating: "a")
        let upload = try await store.beginUpload(key, contentType: "a/b")
        try await upload.write([1, 2])
        try await LocalStore(root: folder.path, createRoot: false).sweep(prefix: "") { _ in true }
        _ = try await upload.complete(mode: .createOnly)
        #expect(try await store.get(key, range: nil).bytes == [1, 2])
    }

    @Test("An upload that is dropped leaves no file")
    func droppedUpload() async throws {
        do {
            let upload = try await store.beginUpload(ObjectKey(validating: "a"), contentType: "a/b")
            try await upload.write([1, 2])
            #expect(folder.names(in: ".dataio/staging").count == 1)
        }
        #expect(folder.names(in: ".dataio/staging") == [])
    }

    @Test("Writers and sweepers at the same time: every write succeeds")
    func sweepRace() async throws {
        let sweeper = try LocalStore(root: folder.path, createRoot: false)
        try await withThrowingTaskGroup { group in
            group.addTask { for _ in 0..<400 { try await sweeper.sweep(prefix: "") { _ in true } } }
            for task in 0..<3 {
                let store = try LocalStore(root: folder.path, createRoot: false)
                let key = try ObjectKey(validating: "object-\(task)")
                group.addTask {
                    for number in 0..<60 {
                        _ = try await store.put(
                            [UInt8(number)], at: key, contentType: "a/b", mode: .overwrite)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await store.list(prefix: "object-").count == 3)
        #expect(folder.names(in: ".dataio/staging") == [])
    }
}
