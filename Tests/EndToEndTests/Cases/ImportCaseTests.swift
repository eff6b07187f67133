internal import Formats
internal import JobRuntime
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// Small files as people have them; each must come to its right result on each database, dry and real.
@Suite("Import cases", .serialized)
struct ImportCaseTests {
    @Test("There are cases, and each has a name of its own")
    func names() {
        #expect(ImportCase.all.count >= 77)
        #expect(Set(ImportCase.all.map(\.id)).count == ImportCase.all.count)
    }

    @Test("A case comes to its result", arguments: CaseBench.Backend.allCases, ImportCase.all)
    func holds(backend: CaseBench.Backend, one: ImportCase) throws {
        let bench = try CaseBench.shared(backend)
        try bench.clear()
        var rejects: [UInt8] = []
        for step in one.before {
            let run = try bench.launch(step, in: one, rejects: rejects)
            try #require(run.run.status == 0, "\(run.run)")
            rejects = run.rejects
        }
        let dryRun = JSONValue.object([JSONMember("dryRun", .bool(true))])
        let dry = one.hasDryRun ? try bench.launch(one.value, in: one, rejects: rejects, dryRun) : nil
        var again: CaseRun?
        if one.expect["suggestionHolds"] != nil, let part = dry?.preview["suggestion"] {
            again = try bench.launch(one.value, in: one, rejects: rejects, part.merged(with: dryRun))
        }
        let real = try bench.launch(one.value, in: one, rejects: rejects)
        let result = try CaseExpectation(
            one.expect, dry: dry, real: real, again: again, rows: try bench.rows(one.resource))
        #expect(result.faults == [])
        for preview in [dry, again, real].compactMap({ $0?.preview }) where preview != .null {
            let read = Preview(json: preview)?.json
            #expect(read?.serialized() == preview.serialized(), "a preview must read back as it is")
        }
    }
}
