internal import JobCore

/// How a cell becomes a value.
struct ValueRule: Sendable {
    /// Whether letters are changed.
    enum LetterCase: String, CaseIterable, Sendable {
        case upper, lower
    }

    var kind: ValueKind
    /// Layouts that are tried in order; RFC 3339 and its kin when there is none.
    var layouts: [TimeLayout] = []
    /// The zone of times that name none.
    var zone: ZoneRules?
    var number: NumberPattern?
    var words: WordPattern?
    /// What separates the items of a list.
    var delimiter: UInt8?
    /// Spaces around text fall away; around anything else they always do.
    var trims = false
    var letterCase: LetterCase?
    /// Texts that mean null.
    var nulls: Set<String> = []
    /// Canonical text for a null.
    var fallback: String?
    var isRequired = false
    /// What `format` and `timezone` were, for people.
    var description = ""

    init(_ kind: ValueKind) { self.kind = kind }

    /// Whether it does nothing but check the kind.
    var isPlain: Bool {
        layouts.isEmpty && zone == nil && number == nil && words == nil && delimiter == nil && !trims
            && letterCase == nil && nulls.isEmpty
            && fallback == nil && !isRequired
    }

    /// Whether it reads times without a zone and nothing says which they mean, so that it is UTC.
    var assumesUTC: Bool { kind == .timestamp && zone == nil && layouts.contains { !$0.hasZone } }

    /// What would have been right, when the rule knows better than the fault.
    func expectation(_ fault: CellFault) -> String {
        description.isEmpty || !fault.isAboutFormat ? fault.message : "expected \(description)"
    }
}
