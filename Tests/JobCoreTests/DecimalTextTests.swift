import JobCore
import TestSupport
import Testing

@Suite("Decimals as text")
struct DecimalTextTests {
    @Test(
        "Decimals keep their digits and their scale",
        arguments: [
            ("0", "0"), ("-0", "0"), ("+0.00", "0.00"), ("-0.00", "0.00"), ("12", "12"), ("+012.50", "12.50"),
            ("-007", "-7"),
            (".5", "0.5"), ("-.5", "-0.5"), ("000", "0"), ("000.10", "0.10"), ("1e3", "1000"), ("1E+3", "1000"),
            ("1.5e1", "15"), ("1.25e1", "12.5"), ("12e-1", "1.2"), ("12e-2", "0.12"), ("12e-3", "0.012"),
            ("100e-2", "1.00"), ("0.5e1", "5"), ("-1e-2", "-0.01"), ("0e5", "0"), ("1e0", "1"), ("1e-0", "1"),
            ("1e00002", "100"),
            (
                "123456789012345678901234567890.123456789012345678901234567890",
                "123456789012345678901234567890.123456789012345678901234567890"
            ),
        ])
    func canonical(text: String, expected: String) {
        #expect(DecimalText.canonical(text) == expected)
    }

    @Test(
        "What is no decimal is none, and nothing is appended",
        arguments: [
            "", "-", "+", ".", "-.", "1.", "1..2", "1.2.3", "--1", "+-1", "1-", "1 ", " 1", "1,5", "1_000", "0x10",
            "1e",
            "1e+", "e5", ".e5", "1e1.5", "1e010000", "NaN", "inf", "Infinity", "１", "1\u{0}",
        ])
    func malformed(text: String) {
        #expect(DecimalText.canonical(text) == nil)
        var output = Array("kept".utf8)
        var copy = text
        let isValid = copy.withUTF8 { unsafe DecimalText.append($0, to: &output) }
        #expect(!isValid)
        #expect(output == Array("kept".utf8))
    }

    @Test("A thousand digits are the limit, written out")
    func limit() {
        let long = String(repeating: "9", count: 1000)
        #expect(DecimalText.canonical(long) == long)
        #expect(DecimalText.canonical(long + "9") == nil)
        #expect(DecimalText.canonical("1e999") == "1" + String(repeating: "0", count: 999))
        #expect(DecimalText.canonical("1e1000") == nil)
        #expect(DecimalText.canonical("1e-999") == "0." + String(repeating: "0", count: 998) + "1")
        #expect(DecimalText.canonical("1e-9999") == nil)
        #expect(DecimalText.canonical("1e99999999999999999999") == nil)
    }

    @Test("Generated numbers come out as moving the point by hand writes them")
    func generated() {
        var random = SeededRandom(seed: 5)
        for _ in 0..<5_000 {
            let integer = digits(Int.random(in: 0...12, using: &random), &random)
            let fraction = digits(Int.random(in: integer.isEmpty ? 1...12 : 0...12, using: &random), &random)
            let exponent = Bool.random(using: &random) ? Int.random(in: -15...15, using: &random) : 0
            let isNegative = Bool.random(using: &random)
            let text =
                (isNegative ? "-" : "") + integer + (fraction.isEmpty ? "" : "." + fraction)
                + (exponent == 0 ? "" : "e\(exponent)")
            #expect(DecimalText.canonical(text) == byHand(integer, fraction, exponent, isNegative), "\(text)")
            // Canonical text is its own canonical text.
            #expect(DecimalText.canonical(text).flatMap(DecimalText.canonical) == DecimalText.canonical(text))
        }
    }

    private func digits(_ count: Int, _ random: inout SeededRandom) -> String {
        (0..<count).map { _ in String([0, 0, Int.random(in: 0...9, using: &random)].randomElement(using: &random) ?? 0)
        }
        .joined()
    }

    /// Moves the point one place at a time.
    private func byHand(_ integer: String, _ fraction: String, _ exponent: Int, _ isNegative: Bool) -> String {
        var before = Array(integer)
        var after = Array(fraction)
        for _ in 0..<max(0, exponent) { before.append(after.isEmpty ? "0" : after.removeFirst()) }
        for _ in 0..<max(0, -exponent) { after.insert(before.popLast() ?? "0", at: 0) }
        while before.count > 1 && before.first == "0" { before.removeFirst() }
        if before.isEmpty { before = ["0"] }
        let isZero = (before + after).allSatisfy { $0 == "0" }
        return (isNegative && !isZero ? "-" : "") + String(before) + (after.isEmpty ? "" : "." + String(after))
    }
}
