package import Formats

/// Values of a row by the names of their fields, shortened and masked.
package struct PreviewRow: ManifestValue {
    /// A value.
    package struct Cell: Sendable, Equatable {
        package let name: String
        /// `nil` for null.
        package let text: String?

        package init(name: String, text: String?) {
            self.name = name
            self.text = text
        }
    }

    package let cells: [Cell]

    package init(_ cells: [Cell]) { self.cells = cells }

    package init?(json: JSONValue) {
        guard case .object(let members) = json else { return nil }
        cells = members.map { Cell(name: $0.name, text: $0.value.asText) }
    }

    package var json: JSONValue { .object(cells.map { JSONMember($0.name, .optional($0.text)) }) }

    /// The value of a field; names are compared byte by byte.
    subscript(_ name: String) -> String? { cells.first { $0.name.utf8.elementsEqual(name.utf8) }?.text }
}
