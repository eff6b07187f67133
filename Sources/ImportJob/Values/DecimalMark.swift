internal import JobCore

/// What a number tells about the mark before its decimals.
enum DecimalMark: Sendable {
    /// Nothing: it has no marks, or is no number.
    case unknown
    /// Only a decimal point explains it: `12.5`, `1,234.56`.
    case point
    /// Only a decimal comma explains it: `12,5`, `1.234,56`, `1.234.567`.
    case comma
    /// Both do: `1.234` is little more than one, or more than a thousand.
    case either

    /// Looks at a number as it came, without white space at its ends.
    init(_ text: UnsafeBufferPointer<UInt8>) {
        var point: Int?
        var marks = 0
        var others = 0
        for index in text.indices {
            let byte = unsafe text[index]
            if byte &- 0x30 < 10 { continue }
            if byte == UInt8(ascii: ".") {
                point = index
                marks += 1
            } else if byte == UInt8(ascii: ",") {
                marks += 1
                others += 1
            } else if index > 0 || byte != UInt8(ascii: "-") {
                others += 1
            }
        }
        if marks == 0 {
            self = .unknown
        } else if let point, marks == 1, others == 0 {
            self = unsafe Self.single(text, point: point)
        } else {
            self = unsafe Self.tried(text)
        }
    }

    /// Digits with one point among them.
    private static func single(_ text: UnsafeBufferPointer<UInt8>, point: Int) -> DecimalMark {
        let start = unsafe text.first == UInt8(ascii: "-") ? 1 : 0
        let (before, behind) = (point - start, text.count - point - 1)
        if behind == 0 { return .unknown }
        let isGroup = unsafe behind == 3 && (1...3).contains(before) && text[start] != 0x30
        return isGroup ? .either : .point
    }

    private static func tried(_ text: UnsafeBufferPointer<UInt8>) -> DecimalMark {
        var output: [UInt8] = []
        let isPlain = unsafe DecimalText.append(text, to: &output)
        let isPoint = isPlain || points.contains { unsafe $0.plain(text) != nil }
        let isComma = commas.contains { unsafe $0.plain(text) != nil }
        // What could be both is not read without a format: 1,234.
        if isPoint == isComma { return isPlain ? .either : .unknown }
        return isPoint ? .point : .comma
    }

    private static let points = ["1,234.56", "1 234.56", "1'234.56"].compactMap { NumberPattern($0) }
    private static let commas = ["1.234,56", "1 234,56", "1'234,56"].compactMap { NumberPattern($0) }
}
