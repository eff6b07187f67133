import Formats
import Testing

@Suite("Apostrophes before formulas")
struct FormulaTextTests {
    @Test(
        "An empty text, and one of a single character, stay what they are", arguments: ["", "'", "=", ",", "\n", "a"])
    func short(text: String) {
        for delimiter in ",;\t".utf8 {
            let guarded = FormulaText.guarded(text, delimiter: delimiter)
            #expect(FormulaText.unguarded(guarded, delimiter: delimiter) == text)
        }
        #expect(FormulaText.unguarded(text, delimiter: UInt8(ascii: ",")) == text)
    }
}
