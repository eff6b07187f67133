package import Formats
internal import JobCore

extension SpecType {
    /// Checks a value against the shape; adds every mistake with its path.
    ///
    /// A path is only made for a mistake, so that a long document costs no text.
    package func validate(
        _ value: JSONValue, at path: @autoclosure () -> String, into problems: inout SpecProblems
    ) {
        switch (self, value) {
        case (.any, _), (.boolean, .bool), (.null, .null):
            break
        case (.string(let rule), .string(let text)):
            if !rule.accepts(text) { problems.add(path(), "found \(value.summary), expected \(expectation)") }
        case (.choice(let names), .string(let text)):
            if !names.contains(where: { $0.hasSameBytes(as: text) }) {
                problems.add(path(), "found \(value.summary)", nearest: text, among: names)
            }
        case (.integer(let range), .number(let text)):
            guard let number = Int(text), range.contains(number) else {
                problems.add(path(), "found \(value.summary), expected \(expectation)")
                return
            }
        case (.number(let range), .number(let text)):
            guard let number = Double(text), range.contains(number) else {
                problems.add(path(), "found \(value.summary), expected \(expectation)")
                return
            }
        case (.object(let fields), .object(let members)):
            validate(members, fields, at: path(), into: &problems)
        case (.array(let element, let maximum), .array(let items)):
            if items.count > maximum {
                problems.add(path(), "has \(items.count) elements, at most \(maximum) are possible")
                return
            }
            for (index, item) in items.enumerated() {
                element.validate(item, at: "\(path())[\(index)]", into: &problems)
            }
        case (.map(let element, let maximum), .object(let members)):
            if members.count > maximum {
                problems.add(path(), "has \(members.count) fields, at most \(maximum) are possible")
                return
            }
            for member in members {
                element.validate(member.value, at: Self.join(path(), member.name), into: &problems)
            }
        case (.anyOf(let types), _):
            validate(value, against: types, at: path(), into: &problems)
        default:
            problems.add(path(), "found \(value.summary), expected \(expectation)")
        }
    }

    private func validate(
        _ members: [JSONMember], _ fields: [SpecField], at path: @autoclosure () -> String,
        into problems: inout SpecProblems
    ) {
        // Names are the same when their bytes are: what reads the fields compares them so too.
        var missing = Set(fields.indices.filter { fields[$0].isRequired })
        for member in members {
            let count = member.name.utf8.count
            let found = fields.firstIndex {
                $0.name.utf8.count == count && $0.name.utf8.elementsEqual(member.name.utf8)
            }
            if let found {
                missing.remove(found)
                fields[found].type.validate(
                    member.value, at: Self.join(path(), member.name), into: &problems)
            } else {
                problems.add(
                    Self.join(path(), member.name), "unknown field", nearest: member.name,
                    among: fields.map(\.name))
            }
        }
        for index in missing.sorted() {
            problems.add(
                Self.join(path(), fields[index].name), "is missing, expected \(fields[index].type.expectation)")
        }
    }

    /// The mistakes of the alternative that fits the kind of value, so that a message is about what was meant.
    private func validate(
        _ value: JSONValue, against types: [SpecType], at path: @autoclosure () -> String,
        into problems: inout SpecProblems
    ) {
        var best: SpecProblems?
        for type in types {
            var own = SpecProblems()
            type.validate(value, at: path(), into: &own)
            if own.isEmpty { return }
            if type.isSameKind(as: value) { best = own }
        }
        guard let best else {
            problems.add(path(), "found \(value.summary), expected \(expectation)")
            return
        }
        problems.append(best)
    }

    private func isSameKind(as value: JSONValue) -> Bool {
        switch (self, value) {
        case (.string, .string), (.choice, .string), (.integer, .number), (.number, .number), (.boolean, .bool),
            (.object, .object), (.map, .object), (.array, .array):
            true
        default: false
        }
    }

    /// Path of a member; names that are not plain are quoted, long ones cut.
    package static func join(_ path: String, _ name: String) -> String {
        // Code points, as one letter may have any number of marks.
        let short = ShownURL.holdsURL(name) ? "…" : String(String.UnicodeScalarView(name.unicodeScalars.prefix(64)))
        if !short.isEmpty, short.utf8.allSatisfy({ Identifier.isLetterOrDigit($0) || $0 == 0x5F || $0 == 0x2E }) {
            return "\(path).\(short)"
        }
        return "\(path)[\(JSONValue.string(short).serialized())]"
    }
}
