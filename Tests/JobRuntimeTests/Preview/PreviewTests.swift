import Formats
import TestSupport
import Testing

@testable import JobRuntime

@Suite("Previews in manifests")
struct PreviewTests {
    /// Values of every JSON type, also such as no preview has.
    private static let values: [JSONValue] = [
        .null, .bool(true), .number("7"), .number("-3"), .number("0.25"), .number("9007199254740991"),
        .number("9223372036854775807"), .number("-9223372036854775808"), .number("1e999"), .string(""),
        .string("<\u{202E}"), .array([]), .array([.null, .array([])]), .array([.string("a"), .object([])]),
        .array([.number("9007199254740991"), .number("9007199254740991")]), .object([]),
        .object([JSONMember("value", .string("x"))]), .object([JSONMember("columns", .number("1"))]),
    ]

    /// A manifest as somebody has stored it with this preview.
    private static func stored(_ preview: JSONValue) throws -> Manifest {
        let manifest = try ManifestTests.full().json().replacing(["preview"], with: preview)
        return try Manifest(stored: Array(manifest.serialized().utf8))
    }

    @Test("The names of all parts' members are their names in the manifest, in its order")
    func names() {
        let full = Preview.full
        expectNames(full)
        if let source = full.source {
            expectNames(source)
            source.encoding.map(expectNames)
            source.quote.map(expectNames)
            source.escape.map(expectNames)
            source.delimiter.map(expectNames)
            source.delimiter?.candidates.forEach(expectNames)
        }
        expectNames(PreviewColumn.full)
        PreviewColumn.full.members.forEach(expectNames)
        expectNames(PreviewStatistics.full)
        PreviewStatistics.full.commonest?.forEach(expectNames)
        PreviewStatistics.full.problems.forEach(expectNames)
        expectNames(PreviewEvidence.full)
        full.updates.forEach(expectNames)
        full.updates.first?.changes.forEach(expectNames)
        full.questions.forEach(expectNames)
        full.questions.first?.choices.forEach(expectNames)
        full.plan.map(expectNames)
    }

    @Test("An empty preview has its three lists")
    func empty() {
        #expect(Preview().json.serialized() == #"{"rows":[],"columns":[],"unmapped":[]}"#)
        #expect(
            PreviewColumn().json.serialized() == #"{"name":"","source":null,"type":""}"#)
        #expect(PreviewEvidence().json.serialized() == #"{"recommendedFormat":null}"#)
    }

    @Test(
        "Every origin of a field reads back",
        arguments: [
            (PreviewOrigin.nowhere, "null"), (.column("Mail"), #""Mail""#), (.columns(["a", "b"]), #"["a","b"]"#),
            (.generated(columns: ["a"]), #"{"generate":"uuid","columns":["a"]}"#),
            (.constant("x"), #"{"value":"x"}"#),
        ])
    func origins(origin: PreviewOrigin, text: String) {
        #expect(origin.json.serialized() == text && PreviewOrigin(json: origin.json) == origin)
    }

    @Test(
        "Numbers are written as they always were",
        arguments: [(1.0, "1"), (0.95, "0.95"), (0.0, "0"), (1e300, "1e+300")])
    func numbers(number: Double, text: String) {
        #expect(number.json.serialized() == text && Double(json: .number(text)) == number)
    }

    @Test("A preview reads back as it was, and is written the same")
    func roundTrip() throws {
        let read = try #require(Preview(json: Preview.full.json))
        #expect(read == .full && read.json.serialized() == Preview.full.json.serialized())
    }

    @Test("So do those of any shape")
    func anyRoundTrip() throws {
        let full = Preview.full.json
        let paths = full.paths()
        for seed in FuzzRounds() {
            var random = SeededRandom(seed: seed)
            var changed = full
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let value = random.once(in: 3) ? nil : random.pick(Self.values)
                changed = changed.replacing(random.pick(paths), with: value)
            }
            let any = try #require(Preview(json: changed), "seed \(seed)")
            let read = try #require(Preview(json: any.json), "seed \(seed)")
            #expect(read == any && read.json.serialized() == any.json.serialized(), "seed \(seed)")
        }
    }

    @Test("Whatever stands in the place of a member, the preview is read, reported, and written again as it was")
    func broken() throws {
        let full = Preview.full.json
        for path in full.paths() {
            for value in Self.values {
                let preview = full.replacing(path, with: value)
                let manifest = try Self.stored(preview)
                let page = ReportPage(manifest: manifest).html()
                #expect(page.count > 1_000, "\(path) \(value)")
                #expect(manifest.json()["preview"] == preview, "\(path) \(value)")
            }
        }
    }

    @Test(
        "What another version has put into a preview stays when the manifest is written again, until it gets another one"
    )
    func unknown() throws {
        let text = #"{"rows":7,"new":{"a":[1]},"columns":[{"name":"id","later":true}],"plan":null}"#
        let preview = try JSONValue(parsing: Array(text.utf8))
        var manifest = try Self.stored(preview)
        #expect(manifest.preview?.columns.map(\.name) == ["id"] && manifest.preview?.plan == nil)
        manifest.status = .cancelled
        #expect(manifest.json()["preview"]?.serialized() == text)
        manifest.preview?.repeatedKeys = 2
        #expect(manifest.json()["preview"]?.integer("repeatedKeys") == 2)
        manifest.preview = nil
        #expect(manifest.json()["preview"] == .null)
    }

    @Test("What is no object is no preview", arguments: [JSONValue.null, .array([]), .string("x"), .number("1")])
    func none(value: JSONValue) throws {
        #expect(try Self.stored(value).json()["preview"] == .null && Preview(json: value) == nil)
    }
}
