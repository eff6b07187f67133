/// UUIDs as text (RFC 9562): canonical is lower case with dashes.
package enum UUIDText {
    /// The canonical text; nil when it is no UUID.
    ///
    /// Upper case, braces and missing dashes are understood.
    package static func canonical(_ text: String) -> String? {
        var output: [UInt8] = []
        var text = text
        let isValid = text.withUTF8 { unsafe append($0, to: &output) }
        return isValid ? String(decoding: output, as: UTF8.self) : nil
    }

    /// Appends the canonical text; false, with nothing appended, when the bytes are no UUID.
    package static func append(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) -> Bool {
        if unsafe isCanonical(bytes) {
            unsafe output.append(contentsOf: bytes)
            return true
        }
        var bytes = unsafe bytes[...]
        if unsafe bytes.count > 2 && bytes.first == UInt8(ascii: "{") && bytes.last == UInt8(ascii: "}") {
            unsafe bytes = bytes.dropFirst().dropLast()
        }
        let hasDashes = unsafe bytes.count == 36
        guard unsafe hasDashes || bytes.count == 32 else { return false }
        let start = output.count
        var position = 0
        for index in unsafe bytes.indices {
            let byte = unsafe bytes[index]
            let isDashPlace = hasDashes && (position == 8 || position == 13 || position == 18 || position == 23)
            if isDashPlace {
                if byte != UInt8(ascii: "-") { return abandon(&output, start) }
            } else {
                let lower = byte | 0x20
                let isHex = byte &- 0x30 < 10 || (lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "f"))
                if !isHex { return abandon(&output, start) }
                let written = output.count - start
                if !hasDashes && (written == 8 || written == 13 || written == 18 || written == 23) {
                    output.append(UInt8(ascii: "-"))
                }
            }
            output.append(byte >= 0x41 && byte <= 0x46 ? byte | 0x20 : byte)
            position += 1
        }
        return true
    }

    private static func abandon(_ output: inout [UInt8], _ start: Int) -> Bool {
        output.removeLast(output.count - start)
        return false
    }

    @inline(__always)
    private static func isCanonical(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count == 36 else { return false }
        for index in 0..<36 {
            let byte = unsafe bytes[index]
            if index == 8 || index == 13 || index == 18 || index == 23 {
                if byte != UInt8(ascii: "-") { return false }
            } else if byte &- 0x30 >= 10 && byte &- 0x61 >= 6 {
                return false
            }
        }
        return true
    }
}
