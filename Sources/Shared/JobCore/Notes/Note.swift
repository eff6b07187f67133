/// What a careful person would want to know about a job, and no code stops for.
package struct Note: Sendable, Equatable {
    /// Stable, such as `assumed_utc`.
    package var code: String
    /// A column, a field or a part of the spec.
    package var place: String
    /// A sentence without the values of rows.
    package var text: String

    package init(_ code: String, at place: String, _ text: String) {
        self.code = code
        self.place = place
        self.text = text
    }
}
