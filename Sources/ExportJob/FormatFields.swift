internal import Formats
internal import JobRuntime

extension SpecField {
    /// What a spec may say of a format; nil for one that has no options.
    init?(optionsOf format: any OutputFormat) {
        if format.options.isEmpty { return nil }
        self.init(
            format.name, .object(format.options.map { SpecField($0.name, SpecType($0.kind), $0.summary) }),
            "Options of the format \(format.name)")
    }
}

extension SpecType {
    fileprivate init(_ kind: FormatOption.Kind) {
        self =
            switch kind {
            case .flag: .boolean
            case .choice(let names): .choice(names)
            case .separator: .string(.separator)
            case .text(let count): .string(.short(count))
            }
    }
}
