/// Decimal numbers as text, exactly: no digit is lost to a binary fraction.
package enum DecimalText {
    /// Digits of the longest number, with those that an exponent adds.
    package static let maximumDigits = 1_000

    /// The canonical text of a decimal; nil when it is none.
    package static func canonical(_ text: String) -> String? {
        var output: [UInt8] = []
        var text = text
        let isValid = text.withUTF8 { unsafe append($0, to: &output) }
        return isValid ? String(decoding: output, as: UTF8.self) : nil
    }

    /// Appends the canonical text: no plus, no leading zeros, digits and scale as they are (`+012.50` is `12.50`), an
    /// exponent written out.
    ///
    /// False, with nothing appended, when the bytes are no decimal of at most 1000 digits.
    package static func append(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) -> Bool {
        var index = 0
        var isNegative = false
        if index < bytes.count, unsafe bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
            isNegative = unsafe bytes[index] == UInt8(ascii: "-")
            index += 1
        }
        let integer = unsafe digits(bytes, &index)
        var fraction = index..<index
        if index < bytes.count, unsafe bytes[index] == UInt8(ascii: ".") {
            index += 1
            fraction = unsafe digits(bytes, &index)
            if fraction.isEmpty { return false }
        }
        if integer.isEmpty && fraction.isEmpty { return false }
        var exponent = 0
        if index < bytes.count, unsafe bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            guard let value = unsafe self.exponent(bytes, &index) else { return false }
            exponent = value
        }
        guard index == bytes.count, integer.count + fraction.count + abs(exponent) <= maximumDigits else {
            return false
        }
        if exponent == 0 {
            unsafe appendPlain(bytes, integer, fraction, isNegative, to: &output)
        } else {
            let all = unsafe Array(bytes[integer]) + Array(bytes[fraction])
            appendShifted(all, point: integer.count + exponent, isNegative, to: &output)
        }
        return true
    }

    private static func digits(_ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Range<Int> {
        let start = index
        while index < bytes.count, unsafe bytes[index] &- 0x30 < 10 { index += 1 }
        return start..<index
    }

    private static func exponent(_ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Int? {
        var sign = 1
        if index < bytes.count, unsafe bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
            sign = unsafe bytes[index] == UInt8(ascii: "-") ? -1 : 1
            index += 1
        }
        let range = unsafe digits(bytes, &index)
        guard !range.isEmpty else { return nil }
        let zeros = unsafe bytes[range].prefix { $0 == 0x30 }.count
        guard range.count - zeros <= 4 else { return nil }
        return unsafe sign * bytes[range].reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func appendPlain(
        _ bytes: UnsafeBufferPointer<UInt8>, _ integer: Range<Int>, _ fraction: Range<Int>, _ isNegative: Bool,
        to output: inout [UInt8]
    ) {
        var start = integer.lowerBound
        while start + 1 < integer.upperBound, unsafe bytes[start] == 0x30 { start += 1 }
        let isZero = unsafe bytes[integer].allSatisfy { $0 == 0x30 } && bytes[fraction].allSatisfy { $0 == 0x30 }
        if isNegative && !isZero { output.append(UInt8(ascii: "-")) }
        if integer.isEmpty { output.append(0x30) }
        unsafe output.append(contentsOf: bytes[start..<integer.upperBound])
        if fraction.isEmpty { return }
        output.append(UInt8(ascii: "."))
        unsafe output.append(contentsOf: bytes[fraction])
    }

    /// Digits with the point after `point` of them, which may lie outside.
    private static func appendShifted(_ digits: [UInt8], point: Int, _ isNegative: Bool, to output: inout [UInt8]) {
        let zeros = { (count: Int) in [UInt8](repeating: 0x30, count: max(0, count)) }
        var integer = point > 0 ? digits.prefix(point) + zeros(point - digits.count) : []
        let fraction = point >= 0 ? Array(digits.dropFirst(point)) : zeros(-point) + digits
        while integer.first == 0x30 { integer.removeFirst() }
        let isZero = digits.allSatisfy { $0 == 0x30 }
        if isNegative && !isZero { output.append(UInt8(ascii: "-")) }
        output.append(contentsOf: integer.isEmpty ? [0x30] : integer)
        if fraction.isEmpty { return }
        output.append(UInt8(ascii: "."))
        output.append(contentsOf: fraction)
    }
}
