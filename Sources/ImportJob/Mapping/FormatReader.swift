internal import Formats
internal import JobCore
internal import JobRuntime

/// Reads `format` and `timezone` of one entry.
struct FormatReader {
    let path: String

    func read(
        _ entry: MappingEntry, into rule: inout ValueRule, _ zones: inout ZoneCache, _ problems: inout SpecProblems
    ) {
        let formats = entry.formats
        if let name = entry.timezone {
            guard rule.kind == .timestamp || rule.kind == .date else {
                problems.add(path + ".timezone", "is for timestamps and dates; '\(rule.kind.name)' has none")
                return
            }
            do {
                rule.zone = try zones.zone(name)
            } catch {
                problems.add(path + ".timezone", error.problem)
            }
        }
        if formats.isEmpty {
            // A time needs none: its zone is all that was missing.
            if rule.zone != nil && rule.kind == .date { rule.layouts = TimeLayout.common }
            return
        }
        rule.description = formats.joined(separator: ", or ")
        switch rule.kind {
        case .timestamp, .date:
            for format in formats { rule.layouts += layout(format, rule.kind, &problems).map { [$0] } ?? [] }
        case .int, .decimal, .double:
            rule.number = NumberPattern(formats[0])
            if rule.number == nil || formats.count > 1 {
                problems.add(
                    path + ".format",
                    "is no number format; write 1234.56 as the source does: 1,234.56, 1.234,56, 1 234,56, 1'234.56 or 1234,56"
                )
            }
        case .bool:
            rule.words = WordPattern(formats[0])
            if rule.words == nil || formats.count > 1 {
                problems.add(
                    path + ".format",
                    "is no list of words; write those for true, a slash, those for false: yes,ja/no,nein")
            }
        case .list:
            let bytes = Array(formats[0].utf8)
            rule.delimiter = bytes.first
            if bytes.count != 1 || bytes[0] < 0x20 || bytes[0] > 0x7E || bytes[0] == UInt8(ascii: "\"")
                || formats.count > 1
            {
                problems.add(path + ".format", "is no delimiter; write the one character between items, such as ;")
            }
        default: problems.add(path + ".format", "has no meaning for '\(rule.kind.name)'")
        }
    }

    private func layout(_ format: String, _ kind: ValueKind, _ problems: inout SpecProblems) -> TimeLayout? {
        switch format {
        case "epochSeconds": return .epoch(.seconds)
        case "epochMilliseconds": return .epoch(.milliseconds)
        case "epochMicroseconds": return .epoch(.microseconds)
        case "epochNanoseconds": return .epoch(.nanoseconds)
        default: break
        }
        do {
            let pattern = try DatePattern(format)
            return .pattern(pattern)
        } catch {
            problems.add(path + ".format", "\(JSONValue.string(format).serialized()): \(error.problem)")
            return nil
        }
    }
}

extension TimeLayout {
    /// What a date may look like when only its zone is told.
    static let common: [TimeLayout] = [
        "yyyy-MM-dd'T'HH:mm:ssX", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm",
        "yyyy-MM-dd'T'HH:mm",
        "yyyy-MM-dd HH:mm:ss.S", "yyyy-MM-dd'T'HH:mm:ss.S", "yyyy-MM-dd'T'HH:mm:ss.SX", "yyyy-MM-dd",
    ].compactMap { text in (try? DatePattern(text)).map { .pattern($0) } }
}
