internal import JobCore
internal import JobRuntime

/// Points out identifiers that programs take for numbers, and damage that was done by such.
struct IdentifierGuard {
    private struct Finding {
        var count = 0
        var line = 0
    }

    private var zeros = Finding()
    private var scientific = Finding()
    private var large = Finding()

    /// Looks at a source cell; `isNumber` tells what it becomes.
    @inline(__always)
    mutating func look(_ text: UnsafeBufferPointer<UInt8>, isNumber: Bool, line: Int) {
        guard text.count >= 2, text.count <= 24, unsafe text[0] &- 0x30 < 10 else { return }
        var isWhole = true
        var exponent = -1
        for index in text.indices {
            let byte = unsafe text[index]
            if byte &- 0x30 < 10 { continue }
            isWhole = false
            if byte == UInt8(ascii: "E") || byte == UInt8(ascii: "e") {
                if exponent >= 0 || index == 0 { return }
                exponent = index
            } else if byte == UInt8(ascii: "+") {
                if exponent != index - 1 { return }
            } else if byte != UInt8(ascii: ".") {
                return
            }
        }
        if isWhole {
            if isNumber, unsafe text[0] == UInt8(ascii: "0") { Self.add(&zeros, line) }
            // 2^53 has 16 digits.
            if text.count > 15, unsafe (Int(String(decoding: text, as: UTF8.self)) ?? .max) > 1 << 53 {
                Self.add(&large, line)
            }
        } else if exponent > 0, exponent + 2 < text.count, unsafe text[exponent + 1] == UInt8(ascii: "+") {
            Self.add(&scientific, line)
        }
    }

    private static func add(_ finding: inout Finding, _ line: Int) {
        if finding.count == 0 { finding.line = line }
        finding.count += 1
    }

    /// For the preview.
    var warnings: [PreviewFinding] {
        let found = [
            (
                "leading_zeros", zeros,
                "begin with zeros, which a number does not keep; identifiers belong into a text field"
            ),
            (
                "spreadsheet_number", scientific,
                "look like 1.23E+11: a spreadsheet has shortened them, their digits are lost"
            ),
            ("beyond_double", large, "are whole numbers above 2^53, which spreadsheets and JavaScript change"),
        ]
        return found.filter { $0.1.count > 0 }.map { code, finding, text in
            PreviewFinding(
                code: code, count: finding.count, line: finding.line, message: "\(finding.count) values \(text)")
        }
    }
}
