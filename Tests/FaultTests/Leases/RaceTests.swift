internal import TestSupport
internal import Testing

@testable internal import JobBench

/// Processes that share nothing but a store.
@Suite("Races between processes", .serialized)
struct RaceTests {
    private static let processes = 8
    private static let additions = 25

    private func race(_ bench: Workbench) throws {
        #expect(try bench.run(.probe, ["create", "race/counter", "0"]).status == 0)
        let probes = try (0..<Self.processes).map { _ in
            try bench.start(.probe, ["increment", "race/counter", String(Self.additions)])
        }
        for probe in probes {
            let result = try probe.wait()
            #expect(result.status == 0, "\(result.text)")
        }
        let total = try bench.run(.probe, ["read", "race/counter"])
        #expect(total.text == "\(Self.processes * Self.additions)\n")
    }

    @Test("No addition of 8 processes is lost in a folder")
    func folder() throws {
        try race(Workbench(.none, variables: ["OBJECT_STORE_URL": "file:objects"]))
    }

    @Test("No addition of 8 processes is lost in a bucket")
    func bucket() throws {
        try race(Bucket(.none, on: Servers.get(.moto), prefix: "race").bench)
    }

    @Test(
        "No addition of 8 processes is lost in a bucket of any provider",
        arguments: [FakeS3.Mode.aws, .r2, .minioOld])
    func strict(mode: FakeS3.Mode) throws {
        let server = try FakeS3(mode, minimumWriteInterval: 0)
        try race(Bucket(.none, on: server).bench)
        #expect(server.violations == [])
    }
}
