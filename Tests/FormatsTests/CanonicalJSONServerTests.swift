import Formats
import TestSupport
import Testing

@Suite("Canonical JSON beside a real server")
struct CanonicalJSONServerTests {
    @Test("Any document becomes what jsonb makes of it, without the spaces behind commas and colons")
    func documents() throws {
        var random = SeededRandom(seed: 31)
        let documents = (0..<3000).map { _ in document(0, &random) }
        let server = try PostgreSQLServer()
        let answers = try server.psql(
            documents.map { "SELECT convert_from('\\x\(hexadecimal($0))', 'UTF8')::jsonb::text;" }
                .joined(separator: "\n")
        ).split(separator: "\n")
        try #require(answers.count == documents.count)
        for (document, answer) in zip(documents, answers) {
            let expected = withoutSpaces(String(answer))
            #expect(canonical(document) == expected, "\(document)")
            #expect(canonical(expected) == expected)
        }
    }

    private static let pieces = [
        "a", "b", "zz", "é", "ж", "😀", "\u{7f}", "/", " ", ",", ":", "{", #"\n"#, #"\u0041"#, #"\u00e9"#, #"\u001F"#,
        #"\u007F"#, #"\u0008"#, #"\/"#, #"\""#, #"\\"#, #"\ud83d\ude00"#,
    ]

    private func document(_ depth: Int, _ random: inout SeededRandom) -> String {
        let count = Int.random(in: 0...5, using: &random)
        switch Int.random(in: depth > 4 ? 4...9 : 0...9, using: &random) {
        case 0...2:
            let members = (0..<count).map { _ in
                string(&random) + space(&random) + ":" + space(&random) + document(depth + 1, &random)
            }
            return "{" + space(&random) + members.joined(separator: "," + space(&random)) + space(&random) + "}"
        case 3:
            let elements = (0..<count).map { _ in space(&random) + document(depth + 1, &random) + space(&random) }
            return "[" + elements.joined(separator: ",") + "]"
        case 4...5: return string(&random)
        case 6: return pick(["true", "false", "null"], &random)
        default:
            let fraction = pick(["", ".0", ".5", ".50", ".000", ".125"], &random)
            let exponent = pick(["", "", "e0", "E+2", "e-1", "e00012", "E-30"], &random)
            return pick(["", "-"], &random) + pick(["0", "7", "10", "90071992547409931"], &random) + fraction + exponent
        }
    }

    private func string(_ random: inout SeededRandom) -> String {
        "\"" + (0..<Int.random(in: 0...4, using: &random)).map { _ in pick(Self.pieces, &random) }.joined() + "\""
    }

    private func space(_ random: inout SeededRandom) -> String { pick(["", "", "", " ", "\n", "\t\r"], &random) }

    private func pick(_ texts: [String], _ random: inout SeededRandom) -> String {
        texts.randomElement(using: &random) ?? ""
    }

    private func hexadecimal(_ text: String) -> String {
        text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func withoutSpaces(_ text: String) -> String {
        var output: [UInt8] = []
        var isInString = false
        var isEscaped = false
        for byte in text.utf8 where isInString || byte != 0x20 {
            output.append(byte)
            if byte == UInt8(ascii: "\"") && !isEscaped { isInString.toggle() }
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
        }
        return String(decoding: output, as: UTF8.self)
    }

    private func canonical(_ text: String) -> String? {
        var output: [UInt8] = []
        let bytes = Array(text.utf8)
        let isJSON = unsafe bytes.withUnsafeBufferPointer { unsafe CanonicalJSON.append($0, to: &output) }
        return isJSON ? String(decoding: output, as: UTF8.self) : nil
    }
}
