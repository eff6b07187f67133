import JobCore
import TestSupport
import Testing

@testable import SQLite

@Suite("Conditions on real rows")
struct ConditionTests {
    @Test("Decimals of any size compare as aligning their digits compares them")
    func collation() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<20_000 {
            let left = Self.decimal(&random)
            // Some pairs differ in their scale only.
            let isSame = Int.random(in: 0..<4, using: &random) == 0
            let right = isSame ? left + (left.contains(".") ? "0" : ".0") : Self.decimal(&random)
            #expect(Self.compare(left, right) == Self.aligned(left, right), "\(left) \(right)")
            #expect(Self.compare(right, left) == -Self.aligned(left, right), "\(right) \(left)")
        }
    }

    @Test("Text that is no decimal has a place in the order too")
    func noDecimals() {
        let texts = ["", "-", ".", "abc", "1", "-1", "0", "-0", "0.0", "00", "\u{0}", "é", "-é"]
        for left in texts {
            #expect(Self.compare(left, left) == 0)
            for right in texts { #expect(Self.compare(left, right) == -Self.compare(right, left)) }
        }
        #expect(Self.compare("-0", "0.00") == 0)
    }

    private static func limit(_ random: inout SeededRandom) -> UInt64 {
        [9, 100, .max].randomElement(using: &random) ?? 9
    }

    private static func decimal(_ random: inout SeededRandom) -> String {
        let integer = String(UInt64.random(in: 0...limit(&random), using: &random))
        let fraction = String(UInt64.random(in: 0...limit(&random), using: &random))
        return (Bool.random(using: &random) ? "-" : "") + integer + (Bool.random(using: &random) ? "." + fraction : "")
    }

    private static func compare(_ left: String, _ right: String) -> Int {
        let left = Array(left.utf8)
        let right = Array(right.utf8)
        return unsafe DecimalCollation.compare(left.span.bytes, right.span.bytes)
    }

    /// The digits of both, filled with zeros to the same shape, compared as text.
    private static func aligned(_ left: String, _ right: String) -> Int {
        func digits(_ text: String) -> String {
            let parts = text.drop { $0 == "-" }.split(separator: ".")
            let integer = String(parts[0])
            let fraction = parts.count > 1 ? String(parts[1]) : ""
            return String(repeating: "0", count: 40 - integer.count) + integer + fraction
                + String(repeating: "0", count: 40 - fraction.count)
        }
        func sign(_ text: String) -> Int {
            digits(text).allSatisfy { $0 == "0" } ? 0 : text.hasPrefix("-") ? -1 : 1
        }
        if sign(left) != sign(right) { return sign(left) < sign(right) ? -1 : 1 }
        let order = digits(left) == digits(right) ? 0 : digits(left) < digits(right) ? -1 : 1
        return order * sign(left)
    }
}
