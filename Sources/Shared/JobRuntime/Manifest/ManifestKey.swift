internal import Formats

/// A member of a part: its name in the manifest, where its value is, and when it is left out.
package struct ManifestKey<Part: Sendable>: Sendable {
    /// What the manifest calls it; all names of a part whose members stand among those of another.
    package let names: [String]
    /// Adds the member to those of the part's object.
    let write: @Sendable (Part, inout [JSONMember]) -> Void
    /// Takes the member over from the part's object; false, and nothing is changed, when it is not there as it should be.
    let read: @Sendable (JSONValue, inout Part) -> Bool
    /// A part without it is none.
    private(set) var isRequired = false

    /// The same member, which the part must have.
    var required: ManifestKey {
        var key = self
        key.isRequired = true
        return key
    }

    /// A member that is always there.
    init<Value: ManifestValue>(_ name: String, _ path: any WritableKeyPath<Part, Value> & Sendable) {
        self.init(name, path, json: { $0.json }, value: { Value(json: $0) })
    }

    /// A member that is always there and has a form of its own.
    init<Value>(
        _ name: String, _ path: any WritableKeyPath<Part, Value> & Sendable,
        json: @escaping @Sendable (Value) -> JSONValue, value: @escaping @Sendable (JSONValue) -> Value?
    ) {
        names = [name]
        write = { part, members in members.append(JSONMember(name, json(part[keyPath: path]))) }
        read = { object, part in
            guard let value = object[name].flatMap(value) else { return false }
            part[keyPath: path] = value
            return true
        }
    }

    /// A member that is left out while its value is `unset`.
    init<Value: ManifestValue>(_ name: String, _ path: any WritableKeyPath<Part, Value> & Sendable, unless unset: Value)
    {
        let always = ManifestKey(name, path)
        names = [name]
        write = { part, members in if part[keyPath: path] != unset { always.write(part, &members) } }
        read = always.read
    }

    /// A member that is left out without a value.
    init<Value: ManifestValue>(_ name: String, _ path: any WritableKeyPath<Part, Value?> & Sendable) {
        names = [name]
        write = { part, members in
            if let value = part[keyPath: path] { members.append(JSONMember(name, value.json)) }
        }
        read = { object, part in
            guard let value = object[name], value != .null else { return false }
            part[keyPath: path] = Value(json: value)
            return true
        }
    }

    /// A member that is null without a value.
    init<Value: ManifestValue>(_ name: String, orNull path: any WritableKeyPath<Part, Value?> & Sendable) {
        names = [name]
        write = { part, members in members.append(JSONMember(name, part[keyPath: path]?.json ?? .null)) }
        read = ManifestKey(name, path).read
    }

    /// The members of another part, left out without it; the first of them tells whether it is there.
    init<Other: ManifestPart>(among path: any WritableKeyPath<Part, Other?> & Sendable) {
        let names = Other.keys.flatMap(\.names)
        self.names = names
        write = { part, members in members += part[keyPath: path]?.json.members ?? [] }
        read = { object, part in
            guard let first = names.first, object[first] != nil else { return false }
            part[keyPath: path] = Other(json: object)
            return true
        }
    }
}

extension Array {
    /// The members of the part's object.
    func members<Part>(of part: Part) -> [JSONMember] where Element == ManifestKey<Part> {
        var members: [JSONMember] = []
        for key in self { key.write(part, &members) }
        return members
    }
}
