import JobCore
import TestSupport
import Testing

@Suite("What every database does alike")
struct ConformanceTests {
    @Test("Seen through what jobs see of it", arguments: Backend.allCases, DatabaseConformance.checks.map(\.name))
    func conformance(_ backend: Backend, check: String) async throws {
        let fixture = try await DatabaseFixture.migrated(backend)
        let found = try #require(DatabaseConformance.checks.first { $0.name == check })
        #expect(try await found.run(DatabaseConformance(fixture.database)) == [])
    }
}
