import Formats
import JobCore
import JobRuntime
import TestSupport
import Testing

@testable import ImportJob

@Suite("Sources in pieces")
struct SourceParserTests {
    @Test(
        "However small the pieces are that it comes in, a source is known by its first bytes",
        arguments: ["gzip", "zstd", "cat"], [1, 7, 511, 512, 100_000])
    func pieces(packer: String, bytes: Int) async throws {
        let text = "id,email\n" + (0..<200).map { "c\($0),u\($0)@home.org\n" }.joined()
        let file = try ChildProcess.run(packer, packer == "cat" ? [] : ["-c"], input: Array(text.utf8)).output
        let channel = BoundedChannel<SourceBatch>(depth: 1000)
        let traits = SourceTraits()
        let parser = SourceParser(
            spec: try ImportSpecTests.decode(members: ""), channel: channel, pool: Pool { SourceBatch() },
            traits: traits, heavy: HeavyBatches())
        for start in stride(from: 0, to: file.count, by: bytes) {
            try await parser.consume(Array(file[start..<min(start + bytes, file.count)]))
        }
        try await parser.finish()
        channel.finish()
        var rows: [String?] = []
        while let batch = try await channel.receive() {
            rows += (0..<batch.rows.rowCount).map { batch.rows.text(row: $0, column: 1) }
        }
        #expect(rows == (0..<200).map { "u\($0)@home.org" })
        #expect(traits.found?.compression == (packer == "cat" ? "none" : packer))
        #expect(parser.endsItself == (packer != "cat"))
    }
}
