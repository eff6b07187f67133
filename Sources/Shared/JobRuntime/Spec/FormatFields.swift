package import Formats

extension SpecField {
    /// What a spec may say of a format; nil for one that has no options.
    package init?(optionsOf format: any OutputFormat) { self.init(format.name, format.options) }

    /// What a spec may say of a format; nil for one that has no options.
    package init?(optionsOf format: any InputFormat) { self.init(format.name, format.options) }

    private init?(_ name: String, _ options: [FormatOption]) {
        if options.isEmpty { return nil }
        self.init(
            name, .object(options.map { SpecField($0.name, SpecType($0.kind), $0.summary) }),
            "Options of the format \(name)")
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
            case .number(let range): .integer(range)
            case .orAuto(let kind): .anyOf([.choice(["auto"]), SpecType(kind)])
            }
    }
}
