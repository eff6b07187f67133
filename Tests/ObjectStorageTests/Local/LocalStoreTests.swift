import JobCore
import ObjectStorage
import Testing

@Suite("Local store")
struct LocalStoreTests {
    let folder: ScratchFolder
    let store: LocalStore

    init() throws {
        folder = try ScratchFolder()
        store = try LocalStore(root: folder.path, createRoot: false)
    }

    @Test("A folder does what every store must do", arguments: ObjectStoreConformance.allCases)
    func conformance(ability: ObjectStoreConformance) async throws {
        try await ability.check(store)
        #expect(folder.names(in: ".dataio/staging") == [])
    }

    @Test("No addition is lost between stores that share nothing but the folder")
    func counterOfStores() async throws {
        let stores = try (0..<4).map { _ in try LocalStore(root: folder.path, createRoot: false) }
        try await ObjectStoreConformance.counter.counter(stores, ObjectKey(validating: "shared/counter"))
    }

    @Test("Objects are plain files at the paths of their keys, and the store's own folder is not listed")
    func plainFiles() async throws {
        let key = try ObjectKey(validating: "org/jobs/part-1.csv")
        _ = try await store.put(Array("a,b\n".utf8), at: key, contentType: "text/csv", mode: .createOnly)
        #expect(Shell.run("cat '\(folder.path)/org/jobs/part-1.csv'").output == "a,b\n")
        #expect(try await store.list(prefix: "").map(\.key) == [key])
        #expect(folder.names(in: "") == [".dataio", "org"])
    }

    @Test("Files written by other tools can be read; names that are no keys are not listed")
    func foreignFiles() async throws {
        _ = Shell.run("cd '\(folder.path)' && mkdir in && echo 1 > in/a.csv && echo 2 > 'in/b\tc.csv'")
        let key = try ObjectKey(validating: "in/a.csv")
        #expect(try await store.get(key, range: nil).bytes == Array("1\n".utf8))
        #expect(try await store.list(prefix: "in/").map(\.key) == [key])
    }

    @Test("The URL of an object is a file URL with the absolute path, percent-encoded")
    func downloadURL() async throws {
        let path = "\(folder.path)/with space & %"
        let store = try LocalStore(root: path, createRoot: true)
        let key = try ObjectKey(validating: "org/day=1/a+b.csv")
        let link = try await store.downloadLink(key, fileName: "a.csv", secondsToLive: 60)
        #expect(link.expiresAt == nil)
        #expect(link.url == "file://\(folder.path)/with%20space%20%26%20%25/org/day%3D1/a%2Bb.csv")
    }

    @Test("A store that only reads leaves no traces in the folder")
    func readingLeavesNothing() async throws {
        _ = try await store.head(ObjectKey(validating: "a"))
        _ = try await store.list(prefix: "")
        try await store.delete(ObjectKey(validating: "a"))
        try await store.sweep(prefix: "") { _ in true }
        #expect(folder.names(in: "") == [])
    }

    @Test("The folder must be there unless it is to be created, then with all folders above it")
    func root() async throws {
        let path = "\(folder.path)/x/y"
        await expectCode("store_missing", .configuration) { _ = try LocalStore(root: path, createRoot: false) }
        let created = try LocalStore(root: path, createRoot: true)
        try await created.selfTest()
        _ = try LocalStore(root: path, createRoot: true)
        _ = Shell.run("touch '\(folder.path)/file'")
        await expectCode("store_missing", .configuration) {
            _ = try LocalStore(root: "\(folder.path)/file", createRoot: false)
        }
    }
}
