package import Formats

/// A part of a preview that is an object in the manifest.
package protocol PreviewPart: PreviewValue {
    /// A part in which nothing is known.
    init()

    /// Its members in the order of the manifest: the one place that has their names, for writing and for reading.
    static var keys: [PreviewKey<Self>] { get }
}

extension PreviewPart {
    /// What is missing, or is not what it should be, stays unknown.
    package init?(json: JSONValue) {
        guard case .object = json else { return nil }
        self.init()
        for key in Self.keys { key.read(json, &self) }
    }

    package var json: JSONValue {
        var members: [JSONMember] = []
        for key in Self.keys { key.write(self, &members) }
        return .object(members)
    }
}

/// A member of a part: its name in the manifest, where its value is, and when it is left out.
package struct PreviewKey<Part: Sendable>: Sendable {
    /// What the manifest calls it; all names of a part whose members stand among those of another.
    package let names: [String]
    fileprivate let write: @Sendable (Part, inout [JSONMember]) -> Void
    fileprivate let read: @Sendable (JSONValue, inout Part) -> Void

    /// A member that is always there.
    init<Value: PreviewValue>(_ name: String, _ path: any WritableKeyPath<Part, Value> & Sendable) {
        names = [name]
        write = { part, members in members.append(JSONMember(name, part[keyPath: path].json)) }
        read = { object, part in
            if let value = object[name].flatMap({ Value(json: $0) }) { part[keyPath: path] = value }
        }
    }

    /// A member that is left out while its value is `unset`.
    init<Value: PreviewValue>(_ name: String, _ path: any WritableKeyPath<Part, Value> & Sendable, unless unset: Value)
    {
        let always = PreviewKey(name, path)
        names = [name]
        write = { part, members in if part[keyPath: path] != unset { always.write(part, &members) } }
        read = always.read
    }

    /// A member that is left out without a value.
    init<Value: PreviewValue>(_ name: String, _ path: any WritableKeyPath<Part, Value?> & Sendable) {
        names = [name]
        write = { part, members in
            if let value = part[keyPath: path] { members.append(JSONMember(name, value.json)) }
        }
        read = { object, part in
            guard let value = object[name], value != .null else { return }
            part[keyPath: path] = Value(json: value)
        }
    }

    /// A member that is null without a value.
    init<Value: PreviewValue>(_ name: String, orNull path: any WritableKeyPath<Part, Value?> & Sendable) {
        names = [name]
        write = { part, members in members.append(JSONMember(name, part[keyPath: path]?.json ?? .null)) }
        read = PreviewKey(name, path).read
    }

    /// The members of another part, left out without it; the first of them tells whether it is there.
    init<Other: PreviewPart>(among path: any WritableKeyPath<Part, Other?> & Sendable) {
        let names = Other.keys.flatMap(\.names)
        self.names = names
        write = { part, members in members += part[keyPath: path]?.json.members ?? [] }
        read = { object, part in
            if let first = names.first, object[first] != nil { part[keyPath: path] = Other(json: object) }
        }
    }
}
