internal import Formats

/// Keeps the refusals that are inside a JSON value when another one takes its place, at any depth.
struct ConsentMembers {
    /// A refusal was kept that the new value lacks or lifts.
    private(set) var hasKept = false

    /// The new value with the refusals of the old one.
    ///
    /// `isMerged`: members that the new one lacks stay anyway, and are none that had to be kept.
    mutating func keep(
        _ old: [JSONMember], in new: [JSONMember], _ name: ConsentName, isMerged: Bool
    ) -> [JSONMember] {
        var kept = new
        var places: [String: Int] = [:]
        for member in old {
            let own = name.inside(member.name)
            guard own.isRefusal(member.value) else { continue }
            // Of members with one name the last one counts.
            if places.isEmpty { for (index, member) in new.enumerated() { places[member.name] = index } }
            guard let index = places[member.name] else {
                if isMerged { continue }
                hasKept = true
                kept.append(JSONMember(member.name, part(of: member.value, own)))
                continue
            }
            kept[index] = JSONMember(member.name, keep(member.value, in: kept[index].value, own))
        }
        return kept
    }

    /// The new value of a column or member of that name.
    mutating func keep(_ old: JSONValue, in new: JSONValue, _ name: ConsentName) -> JSONValue {
        switch (old, new) {
        case (.object(let before), .object(let after)):
            return .object(keep(before, in: after, name, isMerged: false))
        case (.array(let before), .array(let after)):
            let lost = before.filter { name.isRefusal($0) && !after.contains($0) }
            if lost.isEmpty || name.meaning != .nothing && name.isRefusal(new) { return new }
            hasKept = true
            return .array(after + lost)
        default:
            if !name.isRefusal(old) || name.isRefusal(new) { return new }
            hasKept = true
            return old
        }
    }

    /// What has to be kept of a value that refuses: of an object the members that do.
    private func part(of value: JSONValue, _ name: ConsentName) -> JSONValue {
        guard case .object(let members) = value else { return value }
        return .object(
            members.filter { name.inside($0.name).isRefusal($0.value) }.map {
                JSONMember($0.name, part(of: $0.value, name.inside($0.name)))
            })
    }
}
