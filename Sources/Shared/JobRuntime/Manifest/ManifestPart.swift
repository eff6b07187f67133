package import Formats

/// A part of a manifest that is an object there.
package protocol ManifestPart: ManifestValue {
    /// A part in which nothing is known.
    init()

    /// Its members in the order of the manifest: the one place that has their names, for writing and for reading.
    static var keys: [ManifestKey<Self>] { get }
}

extension ManifestPart {
    /// What is missing, or is not what it should be, stays unknown.
    package init?(json: JSONValue) {
        guard case .object = json else { return nil }
        self.init()
        for key in Self.keys { _ = key.read(json, &self) }
    }

    package var json: JSONValue { .object(Self.keys.members(of: self)) }
}
