import Formats
import JobCore
import JobRuntime
import Testing

@testable import ImportJob

@Suite("What a dry run finds out about columns")
struct PreviewTests {
    @Test("Dates and numbers are counted by what they can only be")
    func counts() {
        var evidence = FormatEvidence()
        for text in ["01/02/2026", "13.04.2026", "04/13/2026", "2026-04-01 10:00", "never", "1/2", "", "45/45/2026"] {
            evidence.addDate(text)
        }
        for text in ["1,5", "1,234.5", "1,234", "1.234.567", "x"] { evidence.addNumber(text) }
        let found = evidence.shown(nil)?.json ?? .null
        for (name, count) in [
            ("dayFirst", 1), ("monthFirst", 1), ("either", 1), ("yearFirst", 1), ("decimalComma", 2),
            ("decimalPoint", 1), ("eitherMark", 1),
        ] {
            #expect(found[name] == .integer(count), "\(name)")
        }
        // What was not tried is not recommended.
        #expect(found["recommendedFormat"] == .null && FormatEvidence().shown(nil) == nil)
    }

    @Test("Identifiers that were, or will be, taken for numbers")
    func identifiers() {
        var found = IdentifierGuard()
        let cells = ["007", "1.23E+11", "9007199254740993", "9007199254740992", "12", "0.5", "1E5x", "+49", "0"]
        for (line, cell) in cells.enumerated() {
            unsafe Array(cell.utf8).withUnsafeBufferPointer { unsafe found.look($0, isNumber: true, line: line) }
        }
        #expect(found.warnings.map(\.code) == ["leading_zeros", "spreadsheet_number", "beyond_double"])
        #expect(found.warnings.map(\.count) == [1, 1, 1] && found.warnings.map(\.line) == [0, 1, 2])
    }

    @Test(
        "The number of different values is nearly exact for few and close for many",
        arguments: [0, 1, 50, 500, 200_000])
    func distinct(count: Int) {
        var estimate = DistinctEstimate()
        for round in 0..<2 {
            for number in 0..<count {
                let text = Array("customer-\(number)@example.com".utf8)
                let hash = unsafe text.withUnsafeBufferPointer { unsafe DistinctEstimate.hash($0) }
                if round == 0 || number % 7 == 0 { estimate.add(hash) }
            }
        }
        #expect(abs(Double(estimate.count - count)) <= max(2, Double(count) * 0.1), "\(estimate.count)")
    }
}
