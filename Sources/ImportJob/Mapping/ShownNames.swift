internal import JobCore

/// Names of source columns as messages, manifests and reports may show them.
///
/// In a file without a header the first row stands in their place, and in objects that are kept by somebody's address the
/// addresses do: what looks like a value is counted, not shown.
enum ShownNames {
    /// The names, those that nobody has typed as `column 3` when any of them all looks like a value.
    static func of(_ names: [String], told: Set<String>) -> [String] {
        guard areValues(names) else { return names }
        return names.enumerated().map { told.contains($1) ? $1 : "column \($0 + 1)" }
    }

    /// Whether one of them is an address, a number, a date or an identifier of a person or thing.
    static func areValues(_ names: [String]) -> Bool { names.contains { isValue(Array($0.utf8)) } }

    private static func isValue(_ name: [UInt8]) -> Bool {
        if name.count > 512 { return true }
        if let at = name.firstIndex(of: UInt8(ascii: "@")), at > 0, !name.contains(0x20) {
            let domain = name[(at + 1)...]
            if let point = domain.firstIndex(of: UInt8(ascii: ".")), point > at + 1, point + 1 < name.count {
                return true
            }
        }
        let digits = name.count { $0 &- 0x30 < 10 }
        // Telephone numbers, dates, amounts.
        if digits >= 6, name.allSatisfy({ $0 &- 0x30 < 10 || " +-().,/:'TZ".utf8.contains($0) }) { return true }
        return name.count == 36 && name.count { $0 == UInt8(ascii: "-") } == 4
            && name.allSatisfy { $0 == UInt8(ascii: "-") || $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 6 }
    }
}
