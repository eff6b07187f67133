internal import TestSupport
internal import Testing

/// Processes that share nothing but a store.
@Suite("Races between processes", .serialized)
struct RaceTests {
    private static let processes = 8
    private static let additions = 25

    private func race(_ bench: Workbench) throws -> String {
        let probes = try (0..<Self.processes).map { _ in
            try bench.start(.probe, ["increment", "race/counter", String(Self.additions)])
        }
        for probe in probes {
            let result = try probe.wait()
            #expect(result.status == 0, "\(result.text)")
        }
        return String(Self.processes * Self.additions)
    }

    @Test("No addition of 8 processes is lost in a folder")
    func folder() throws {
        let bench = try Workbench(.none, variables: ["OBJECT_STORE_URL": "file:objects"])
        try bench.folder.makeFolder("objects/race")
        try bench.folder.write("0", to: "objects/race/counter")
        let expected = try race(bench)
        #expect(String(decoding: try bench.folder.read("objects/race/counter"), as: UTF8.self) == expected)
    }

    @Test("No addition of 8 processes is lost in a bucket")
    func bucket() throws {
        let bench = try Bucket(.none, on: Servers.get(.moto), prefix: "race").bench
        let object = try Servers.get(.moto).endpoint + "/bucket/race/race/counter"
        #expect(try Bucket.curl(["-X", "PUT", "-H", "Content-Type: text/plain", "--data-binary", "0", object]).status == 0)
        let expected = try race(bench)
        #expect(try Bucket.curl([object]).text == expected)
    }
}
