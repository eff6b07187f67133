import TestSupport
import Testing

@testable import PostgreSQL

@Suite("Values as the server sends them")
struct BinaryValueTests {
    /// The text of the jsonb value, spaces as the server puts them, into a place with exactly as much room as it may use.
    private func compact(_ text: String) -> String {
        let bytes = [1] + Array(text.utf8)
        let guardByte: UInt8 = 0xA5
        var target = [UInt8](repeating: guardByte, count: bytes.count + 8)
        let count = unsafe bytes.withUnsafeBytes { bytes in
            unsafe target.withUnsafeMutableBufferPointer { target in
                unsafe target.baseAddress.map { unsafe JSONCompaction.write(bytes, to: $0) } ?? -1
            }
        }
        #expect(target[bytes.count...].allSatisfy { $0 == guardByte }, "written beyond its room: \(text)")
        return String(decoding: target[..<count], as: UTF8.self)
    }

    @Test("Spaces between the parts of jsonb go, spaces in its strings stay")
    func spaces() {
        #expect(compact("") == "" && compact("1") == "1" && compact("{}") == "{}")
        #expect(compact(#"{"a": "b, c: d", "e": [1, 2, null, true]}"#) == #"{"a":"b, c: d","e":[1,2,null,true]}"#)
        #expect(compact(#"{"a": "\" , : \\", "b\\\" : ": " "}"#) == #"{"a":"\" , : \\","b\\\" : ":" "}"#)
        #expect(compact(#"[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]"#) == "[1,2,3,4,5,6,7,8,9,10,11,12,13]")
    }

    @Test("Any value: the same as from a loop over its bytes")
    func random() {
        var random = SeededRandom(seed: 7)
        func value(_ depth: Int) -> (spaced: String, compact: String) {
            switch Int.random(in: 0..<(depth > 3 ? 3 : 5), using: &random) {
            case 0: return { ($0, $0) }(String(Int.random(in: 0...12_345_678, using: &random)))
            case 1: return { ($0, $0) }(["true", "null", "[]", "{}"].randomElement(using: &random) ?? "")
            case 2:
                let parts = ["a", " ", ", ", ": ", #"\""#, #"\\"#, "é", "long enough to fill words", #"\n"#, "{ [ "]
                let text = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                    parts.randomElement(using: &random) ?? ""
                }.joined()
                return { ($0, $0) }("\"\(text)\"")
            case 3:
                let items = (0..<Int.random(in: 1...5, using: &random)).map { _ in value(depth + 1) }
                return (
                    "[" + items.map(\.spaced).joined(separator: ", ") + "]",
                    "[" + items.map(\.compact).joined(separator: ",") + "]"
                )
            default:
                let items = (0..<Int.random(in: 1...5, using: &random)).map { _ in (value(9).compact, value(depth + 1))
                }
                return (
                    "{"
                        + items.map { "\"\($0.0.filter { $0 != "\"" && $0 != "\\" })\": \($0.1.spaced)" }.joined(
                            separator: ", ")
                        + "}",
                    "{"
                        + items.map { "\"\($0.0.filter { $0 != "\"" && $0 != "\\" })\":\($0.1.compact)" }.joined(
                            separator: ",")
                        + "}"
                )
            }
        }
        for _ in 0..<5_000 {
            let value = value(0)
            #expect(compact(value.spaced) == value.compact)
        }
    }

    @Test("A UUID in its canonical text")
    func uuid() {
        var random = SeededRandom(seed: 9)
        for round in 0..<2_000 {
            let bytes = (0..<16).map { round == 0 ? UInt8($0 * 17) : UInt8.random(in: 0...255, using: &random) }
            var expected = ""
            for (index, byte) in bytes.enumerated() {
                if [4, 6, 8, 10].contains(index) { expected += "-" }
                expected += (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
            var target = [UInt8](repeating: 0, count: 36)
            let count = unsafe bytes.withUnsafeBytes { bytes in
                unsafe target.withUnsafeMutableBufferPointer { target in
                    unsafe target.baseAddress.map { unsafe BinaryValue.writeUUID(bytes, to: $0) } ?? -1
                }
            }
            #expect(count == 36 && String(decoding: target, as: UTF8.self) == expected)
        }
    }
}
