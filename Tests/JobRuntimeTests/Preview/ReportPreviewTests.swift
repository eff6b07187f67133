import Formats
import Testing

@testable import JobRuntime

@Suite("Previews in reports")
struct ReportPreviewTests {
    /// Members that the report does not show; a new one is shown, or has its reason here.
    private static let unshown: Set<String> = [
        // Of use to whoever makes room for the values, not to whoever looks at them.
        "columns.longestBytes",
        // The reason is shown with the rejects, the sentence of a warning has the count in it.
        "columns.problems.count", "columns.problems.message", "columns.warnings.code", "columns.warnings.count",
        // Part of the suggestion and the verdict.
        "columns.evidence.recommendedFormat", "questions.about",
        // Nothing is to be decided about them.
        "columns.refusals",
        // How the file is written beyond its separator: found out or said, it needs no answer.
        "source.quote", "source.quote.text", "source.quote.by", "source.escape", "source.escape.name",
        "source.escape.by", "source.blanks", "source.skippedLines",
        // For machines.
        "plan", "plan.source", "plan.decisions", "plan.mapping",
    ]

    private static let others: [JSONValue?] = [
        nil, .string("spec"), .string("<other>"), .number("5"), .number("0"), .array([]),
    ]

    private static func page(_ preview: JSONValue) throws -> [UInt8] {
        var manifest = try ManifestTests.full()
        manifest.preview = Preview(json: preview)
        return ReportPage(manifest: manifest).html()
    }

    @Test("Every member of a preview changes the report, but for those that are named here")
    func shown() throws {
        let full = Preview.full.json
        let page = try Self.page(full)
        var unshown: Set<String> = []
        for path in full.paths() {
            let pages = try Self.others.map { try Self.page(full.replacing(path, with: $0)) }
            if pages.allSatisfy({ $0 == page }) { unshown.insert(path.joined(separator: ".")) }
        }
        #expect(unshown == Self.unshown)
    }

    @Test("Nothing of a preview is markup")
    func escaped() throws {
        let full = Preview.full.json
        for path in full.paths() {
            let page = try Self.page(full.replacing(path, with: .string("<script>")))
            #expect(!String(decoding: page, as: UTF8.self).contains("<script"), "\(path)")
        }
    }
}
