import Formats
import Testing

@testable import JobRuntime

/// Each property has a key of its name, or one for the names of a part among others, and all keys are written.
func expectNames<Part: ManifestPart>(_ part: Part) {
    let properties = Mirror(reflecting: part).children.compactMap(\.label)
    #expect(properties.count == Part.keys.count, "\(Part.self)")
    for (property, key) in zip(properties, Part.keys) where key.names.count == 1 {
        #expect([property] == key.names, "\(Part.self)")
    }
    #expect(part.json.members.map(\.name) == Part.keys.flatMap(\.names), "\(Part.self)")
}
