internal import Formats
internal import TestSupport

/// What one call of a program came to.
struct JobRun: CustomStringConvertible {
    let status: Int32
    let output: [UInt8]
    let errorText: String
    /// What standard output holds; null when that is not one JSON document.
    let manifest: JSONValue

    init(_ result: ChildProcess.Result) {
        status = result.status
        output = result.output
        errorText = result.errorText
        manifest = (try? JSONValue(parsing: result.output)) ?? .null
    }

    var description: String { "exit \(status) \(failureCode ?? "") \(messages)" }

    var text: String { String(decoding: output, as: UTF8.self) }

    /// A value of the manifest by its path, as in `counts.rowsRead` or `files.0.name`.
    subscript(path: String) -> JSONValue { manifest.at(path) }

    /// Stable code of the failure: of the manifest, or of the last line of the log.
    var failureCode: String? {
        if let code = self["error.code"].string { return code }
        let lines = errorText.split(separator: "\n")
        return lines.last.flatMap { try? JSONValue(parsing: Array($0.utf8)) }?.at("code").string
    }

    /// The whole log and the error of the manifest, for looking at messages.
    var messages: String { errorText + (self["error.message"].string ?? "") + (self["error.hint"].string ?? "") }

    /// Whether the failure says what to do.
    var hasHint: Bool { self["error.hint"].string != nil || errorText.contains("\"hint\":\"") }

    /// A count of the manifest; -1 when it is not there.
    func count(_ name: String) -> Int { self["counts." + name].int ?? -1 }
}

extension JSONValue {
    /// The value at a path of member names and array indexes; null when there is none.
    func at(_ path: String) -> JSONValue {
        var value = self
        for part in path.split(separator: ".") {
            if case .array(let items) = value {
                guard let index = Int(part), items.indices.contains(index) else { return .null }
                value = items[index]
            } else {
                value = value[String(part)] ?? .null
            }
        }
        return value
    }

    var string: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    var int: Int? {
        if case .number(let text) = self { return Int(text) }
        return nil
    }

    var elements: [JSONValue] {
        if case .array(let items) = self { return items }
        return []
    }

    /// Names of the members, in their order.
    var names: [String] {
        if case .object(let members) = self { return members.map(\.name) }
        return []
    }
}
