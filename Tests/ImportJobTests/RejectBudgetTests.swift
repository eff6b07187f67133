import JobCore
import Testing

@testable import ImportJob

@Suite("The budget of refused rows")
struct RejectBudgetTests {
    private func rejects(_ count: Int, bytes: Int) -> [RejectRecord] {
        (0..<count).map { number in
            RejectRecord(
                record: number, line: number, byteOffset: 0, column: "", code: "c", message: "m", fieldCount: 1,
                fields: String(repeating: "x", count: bytes))
        }
    }

    @Test("A beginning is kept, up to a number of rows or their size, whatever the parts in which they come")
    func beginning() {
        for part in [1, 999, 40_000, 250_000] {
            var budget = RejectBudget()
            let all = rejects(part, bytes: 1)
            var kept = 0
            for _ in 0..<(250_000 / part) { kept += budget.admit(all).count }
            #expect(kept == 100_000 && budget.isExhausted)
        }
        var budget = RejectBudget()
        #expect(budget.admit(rejects(100, bytes: 1 << 20)).count == 64)
        #expect(budget.admit(rejects(1, bytes: 1)).isEmpty)
    }

    @Test("A row that would go beyond it is not kept, nor one behind it")
    func largeRows() {
        var budget = RejectBudget()
        let large = Array(repeating: rejects(1, bytes: 40 << 20)[0], count: 3)
        #expect(budget.admit(large).count == 1 && budget.isExhausted)
        #expect(budget.admit(rejects(1, bytes: 1)).isEmpty)
        var later = RejectBudget(RejectUsage(rows: 1, bytes: 40 << 20), isExhausted: true)
        #expect(later.admit(rejects(1, bytes: 1)).isEmpty)
    }

    @Test("What earlier attempts have kept counts")
    func earlier() {
        var budget = RejectBudget(RejectUsage(rows: 99_990, bytes: 5))
        #expect(budget.admit(rejects(30, bytes: 1)).count == 10)
        #expect(RejectBudget(RejectUsage(rows: 100_000, bytes: 0)).isExhausted)
    }
}
