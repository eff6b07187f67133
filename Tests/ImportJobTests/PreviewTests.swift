import Formats
import JobCore
import Testing

@testable import ImportJob

@Suite("What a dry run finds out about columns")
struct PreviewTests {
    private func evidence(dates: [String] = [], numbers: [String] = []) -> JSONValue {
        var evidence = FormatEvidence()
        for text in dates { evidence.addDate(text) }
        for text in numbers { evidence.addNumber(text) }
        return evidence.json ?? .null
    }

    @Test(
        "Dates: what they can only be, and the format that takes them all",
        arguments: [
            (["13.04.2026", "01.02.2026"], "d.M.yyyy"), (["04/13/2026 10:00", "01/02/2026 11:30"], "M/d/yyyy H:mm"),
            (["31/12/26 1:02:03 PM"], "d/M/yy h:mm:ss a"), (["2026-04-01 10:00:00"], "yyyy-M-d H:mm:ss"),
            (["2026-04-01T10:00"], "yyyy-M-d'T'H:mm"),
        ])
    func dates(values: [String], format: String) throws {
        #expect(evidence(dates: values)["recommendedFormat"] == .string(format))
        // The format is one that takes them.
        let pattern = try DatePattern(format)
        for value in values {
            let reading = unsafe Array(value.utf8).withUnsafeBufferPointer { unsafe pattern.read($0) }
            #expect(reading != nil, "\(value) as \(format)")
        }
    }

    @Test("Dates that say nothing, or two things, are not guessed")
    func ambiguousDates() {
        let either = evidence(dates: ["01/02/2026", "03.04.2026", "never", "1/2", ""])
        #expect(either["either"] == .number("2") && either["recommendedFormat"] == .null)
        #expect(either.serialized().contains("could be day first or month first"))
        let both = evidence(dates: ["13/01/2026", "01/13/2026"])
        #expect(both["dayFirst"] == .number("1") && both["monthFirst"] == .number("1"))
        #expect(both["recommendedFormat"] == .null && both.serialized().contains("correct the source"))
        #expect(evidence(dates: ["45/45/2026"]) == .null)
    }

    @Test(
        "Numbers: decimal comma or point",
        arguments: [
            (["1,5", "1.234"], "1.234,56"), (["1.234,50"], "1.234,56"), (["1,234.50", "7,000"], "1,234.56"),
            (["1,234,567"], "1,234.56"), (["1,234"], nil), (["1,5", "1,234.5"], nil),
        ] as [([String], String?)])
    func numbers(values: [String], format: String?) {
        #expect(evidence(numbers: values)["recommendedFormat"] == (format.map { .string($0) } ?? .null))
    }

    @Test("Identifiers that were, or will be, taken for numbers")
    func identifiers() {
        var found = IdentifierGuard()
        let cells = ["007", "1.23E+11", "9007199254740993", "9007199254740992", "12", "0.5", "1E5x", "+49", "0"]
        for (line, cell) in cells.enumerated() {
            unsafe Array(cell.utf8).withUnsafeBufferPointer { unsafe found.look($0, isNumber: true, line: line) }
        }
        let codes = found.json.map { "\($0["code"] ?? .null) \($0["count"] ?? .null) \($0["line"] ?? .null)" }
        #expect(codes.count == 3 && codes[0].contains("leading_zeros") && codes[1].contains("spreadsheet_number"))
        #expect(found.json.map { $0["line"] } == [.number("0"), .number("1"), .number("2")])
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
