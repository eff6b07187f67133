/// What a spec says about where source columns go.
struct Mapping: Sendable {
    var rules: [MappingRule] = []
    /// Source columns that go nowhere.
    var leftOut: Set<String> = []
    /// Columns that are not named here find their fields by themselves.
    var isAutomatic = true

    /// The source columns that somebody has typed.
    var told: Set<String> { leftOut.union(rules.flatMap(\.sources)) }
}
