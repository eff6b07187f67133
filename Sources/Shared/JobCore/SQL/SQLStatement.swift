/// SQL text with numbered placeholders, and the values that belong to them.
package struct SQLStatement: Sendable, Equatable {
    package var text: String
    package var values: [Literal]

    package init(_ text: String = "", values: [Literal] = []) {
        self.text = text
        self.values = values
    }
}
