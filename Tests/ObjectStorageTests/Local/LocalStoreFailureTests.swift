import JobCore
import ObjectStorage
import Testing

/// Whether this user may mount file systems; only then can a full or read-only one be had.
private let canMount =
    Shell.run("d=$(mktemp -d) && mount -t tmpfs tmpfs $d && umount $d; s=$?; rmdir $d; exit $s").status == 0

/// A small file system of its own.
private final class SmallDisk: Sendable {
    let folder: ScratchFolder
    var path: String { folder.path }

    init(bytes: Int) throws {
        folder = try ScratchFolder()
        try #require(Shell.run("mount -t tmpfs -o size=\(bytes) tmpfs '\(folder.path)'").status == 0)
    }

    deinit { _ = Shell.run("umount -l '\(folder.path)'") }
}

@Suite("Local store when things fail")
struct LocalStoreFailureTests {
    @Test("A full disk is reported, nothing becomes visible and nothing stays behind", .enabled(if: canMount))
    func fullDisk() async throws {
        let disk = try SmallDisk(bytes: 65536)
        let store = try LocalStore(root: disk.path, createRoot: false)
        let small = try ObjectKey(validating: "small")
        let large = try ObjectKey(validating: "large")
        let kept = try await store.put([1], at: small, contentType: "a/b", mode: .overwrite)
        await expectCode("disk_full", .osError) {
            _ = try await store.put(
                [UInt8](repeating: 1, count: 100_000), at: large, contentType: "a/b", mode: .overwrite)
        }
        let upload = try await store.beginUpload(small, contentType: "a/b")
        await expectCode("disk_full", .osError) {
            for _ in 0..<10 { try await upload.write([UInt8](repeating: 2, count: 20_000)) }
        }
        await expectCode("disk_full", .osError) { _ = try await upload.complete(mode: .overwrite) }
        #expect(disk.folder.names(in: ".dataio/staging") == [])
        #expect(try await store.list(prefix: "") == [kept])
        _ = try await store.put([UInt8](repeating: 1, count: 30_000), at: large, contentType: "a/b", mode: .createOnly)
    }

    @Test("A read-only file system can be read and refuses writes", .enabled(if: canMount))
    func readOnly() async throws {
        let disk = try SmallDisk(bytes: 1 << 20)
        let key = try ObjectKey(validating: "in/a")
        let before = try LocalStore(root: disk.path, createRoot: false)
        let info = try await before.put([1], at: key, contentType: "a/b", mode: .overwrite)
        try #require(Shell.run("mount -o remount,ro '\(disk.path)'").status == 0)
        for store in [before, try LocalStore(root: disk.path, createRoot: false)] {
            #expect(try await store.get(key, range: nil).bytes == [1])
            #expect(try await store.list(prefix: "") == [info])
            await expectCode("store_permission_denied", .notPermitted) {
                _ = try await store.put([2], at: key, contentType: "a/b", mode: .overwrite)
            }
            await expectCode("store_permission_denied", .notPermitted) {
                _ = try await store.beginUpload(key, contentType: "a/b")
            }
            await expectCode("store_permission_denied", .notPermitted) { try await store.delete(key) }
            await expectCode("store_permission_denied", .notPermitted) { try await store.selfTest() }
        }
    }

    @Test(
        "A change while an object is read is reported, also after the error",
        arguments: [
            "printf x >> object", "printf x | dd of=object conv=notrunc status=none", "truncate -s 1000 object",
            "rm object",
            "cp object other && mv other object",
        ])
    func changedWhileRead(change: String) async throws {
        let folder = try ScratchFolder()
        let store = try LocalStore(root: folder.path, createRoot: false)
        let key = try ObjectKey(validating: "object")
        for count in [10_000, 1_100_000] {
            let contents = [UInt8](repeating: 5, count: count)
            _ = try await store.put(contents, at: key, contentType: "a/b", mode: .overwrite)
            let reader = try await store.openReader(key, chunkBytes: 4096)
            var buffer: [UInt8] = []
            #expect(try await reader.read(into: &buffer))
            #expect(buffer.count == 4096)
            #expect(Shell.run("cd '\(folder.path)' && \(change)").status == 0)
            for _ in 0..<2 {
                await expectCode("source_changed", .dataError) {
                    var buffer: [UInt8] = []
                    _ = try await reader.read(into: &buffer)
                }
            }
        }
    }

    @Test("A closed reader does not look like one at the end")
    func closedReader() async throws {
        let folder = try ScratchFolder()
        let store = try LocalStore(root: folder.path, createRoot: false)
        let key = try ObjectKey(validating: "object")
        _ = try await store.put([1, 2, 3], at: key, contentType: "a/b", mode: .overwrite)
        let reader = try await store.openReader(key, chunkBytes: 2)
        await reader.close()
        await expectCode("reader_closed", .software) {
            var buffer: [UInt8] = []
            _ = try await reader.read(into: &buffer)
        }
    }
}
