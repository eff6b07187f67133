import JobCore
import Testing

@testable import ImportJob

@Suite("What notes are made of")
struct NoteTests {
    private func counts(_ rows: [[String?]]) -> [Int: Int] {
        var batch = RowBatch(columnCount: rows[0].count)
        for field in rows.joined() { batch.append(field) }
        return DoubleEncoding.counts(batch)
    }

    @Test(
        "Text that was encoded twice is known by its letters",
        arguments: [
            "JÃ¼rgen", "SÃ¸ren", "RenÃ©e", "donâ€™t", "â‚¬ 5", "Ð\u{9F}Ñ\u{80}Ð¸Ð²ÐµÑ‚", "CafÃ©", "Ã\u{A0} la",
            "Å\u{81}Ã³dÅº", "Â°",
        ])
    func doubled(text: String) { #expect(counts([["x", text]]) == [1: 1]) }

    @Test(
        "Sound text is not",
        arguments: [
            "Jürgen", "ÄÖÜ äöü ß", "À propos", "São Paulo", "Привет", "Ελλάδα", "Łódź", "don’t", "€ 5", "Ångström",
            "Spaß\u{A0}macht", "ÉCOLE", "naïve", "Ã", "â", "日本", "", "Ünï\u{A0}cödé", "côté\u{A0}: 5",
        ])
    func sound(text: String) { #expect(counts([["x", text]]).isEmpty) }

    @Test("Fields are counted once each, in their column")
    func columns() {
        let rows: [[String?]] = [["Ã¼Ã¼Ã¼", nil, "ok"], ["ü", "Ã¤", "Ã¶"], [nil, nil, "Ã¼"]]
        #expect(counts(rows) == [0: 1, 1: 1, 2: 2])
    }
}
