internal import Formats
internal import TestSupport
internal import Testing

@testable internal import JobBench

/// A small file as a user has it, what is asked of it, and what must come of that; one line of `Tests/ImportCases`.
///
/// - `id`, `why`: its name, and what a user has and what must happen.
/// - `resource`, `spec`: what is imported, more members of the spec.
/// - `input` as text or `base64`; `generate` goes behind it: `{"repeat": n, "line" or "text": "..{i}.."}`. Or
///   `resend`: the rejects file of the import before it, as it is. `name`: of the upload.
/// - `before`: imports in front of it, which must end with 0. `dryRun`: false when there is no dry run.
/// - `expect`: see `CaseExpectation`.
struct ImportCase: Sendable, CustomTestStringConvertible {
    let value: JSONValue

    var id: String { value["id"]?.string ?? "" }
    var expect: JSONValue { value["expect"] ?? .null }
    var resource: String { value["resource"]?.string ?? "" }
    var before: [JSONValue] { value["before"]?.elements ?? [] }
    var hasDryRun: Bool { value["dryRun"] != .bool(false) }
    var testDescription: String { id }

    /// All that the checkout has.
    static let all: [ImportCase] = {
        let path = Checkout.path + "/Tests/ImportCases/imports.jsonl"
        let bytes = (try? TemporaryFolder.read(path)) ?? []
        return bytes.split(separator: 0x0A).compactMap { line in
            (try? JSONValue(parsing: Array(line))).map(ImportCase.init(value:))
        }
    }()

    /// The bytes of an upload; `rejects` are those of the import before it.
    static func content(_ step: JSONValue, rejects: [UInt8]) throws -> [UInt8] {
        if step["resend"] == .bool(true) { return rejects }
        var bytes = Array((step["input"]?.string ?? "").utf8)
        if let text = step["base64"]?.string {
            bytes = try Tool.run("base64", ["-d"], input: Array(text.utf8))
        }
        var number = 0
        for block in step["generate"]?.elements ?? [] {
            let template = block["line"]?.string.map { $0 + "\n" } ?? block["text"]?.string ?? ""
            for _ in 0..<(block["repeat"]?.int ?? 0) {
                bytes += Array(template.replacing("{i}", with: String(number)).utf8)
                number += 1
            }
        }
        return bytes
    }
}

extension JSONValue {
    /// Objects member by member, all else from `over`.
    func merged(with over: JSONValue) -> JSONValue {
        guard case .object(var members) = self, case .object(let others) = over else { return over }
        for other in others {
            if let place = members.firstIndex(where: { $0.name.utf8.elementsEqual(other.name.utf8) }) {
                members[place].value = members[place].value.merged(with: other.value)
            } else {
                members.append(other)
            }
        }
        return .object(members)
    }
}
