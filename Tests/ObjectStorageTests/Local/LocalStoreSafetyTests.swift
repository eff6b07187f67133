import JobCore
import ObjectStorage
import Testing

@Suite("Local store against links and strange files")
struct LocalStoreSafetyTests {
    let outer: ScratchFolder
    let store: LocalStore

    init() throws {
        outer = try ScratchFolder()
        store = try LocalStore(root: "\(outer.path)/root", createRoot: true)
        _ = Shell.run(
            """
            cd '\(outer.path)' && mkdir outside root/folder && echo secret > outside/file && echo 1 > root/plain
            ln -s ../outside/file root/file-link && ln -s ../outside root/folder-link && mkfifo root/pipe
            """)
    }

    @Test("A link to a file outside is neither read nor listed", arguments: ["file-link", "folder-link/file", "pipe"])
    func readThroughLink(text: String) async throws {
        let key = try ObjectKey(validating: text)
        await expectCode("unsafe_entry", .notPermitted) { _ = try await store.get(key, range: nil) }
        await expectCode("unsafe_entry", .notPermitted) { _ = try await store.head(key) }
        await expectCode("unsafe_entry", .notPermitted) { _ = try await store.openReader(key, chunkBytes: 10) }
        await expectCode("unsafe_entry", .notPermitted) { try await store.delete(key) }
        #expect(try await store.list(prefix: "").map(\.key.text) == ["plain"])
    }

    @Test("No file outside is written through a link")
    func writeThroughLink() async throws {
        let inFolder = try ObjectKey(validating: "folder-link/file")
        await expectCode("unsafe_entry", .notPermitted) {
            _ = try await store.put([1], at: inFolder, contentType: "a/b", mode: .overwrite)
        }
        // The link itself is what is replaced.
        let file = try ObjectKey(validating: "file-link")
        _ = try await store.put([1], at: file, contentType: "a/b", mode: .overwrite)
        #expect(try await store.get(file, range: nil).bytes == [1])
        #expect(Shell.run("cat '\(outer.path)/outside/file'").output == "secret\n")
        #expect(outer.names(in: "outside") == ["file"])
    }

    @Test("The store's own folder is not followed when it is a link", arguments: [".dataio", ".dataio/staging"])
    func linkedStaging(name: String) async throws {
        _ = Shell.run("cd '\(outer.path)/root' && mkdir -p $(dirname \(name)) && ln -s '\(outer.path)/outside' \(name)")
        await expectCode("unsafe_entry", .notPermitted) {
            _ = try await store.put([1], at: ObjectKey(validating: "a"), contentType: "a/b", mode: .overwrite)
        }
        #expect(outer.names(in: "outside") == ["file"])
    }

    @Test("A key that is a folder of another one is refused, and reading it finds nothing")
    func keyConflict() async throws {
        for (text, mode) in [
            ("folder", PutMode.overwrite), ("folder", .createOnly), ("plain/x", .overwrite), ("plain/x", .createOnly),
        ] {
            let key = try ObjectKey(validating: text)
            #expect(try await store.head(key) == nil)
            await expectCode("key_conflict", .cannotCreate) {
                _ = try await store.put([1], at: key, contentType: "a/b", mode: mode)
            }
            try await store.delete(key)
        }
        #expect(outer.names(in: "root/.dataio/staging") == [])
        #expect(outer.names(in: "root").contains("folder"))
    }
}
