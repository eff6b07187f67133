/// What becomes of text that a spreadsheet would run, or was kept from running.
package enum CSVFormulas: Sendable {
    /// It stays as it is.
    case raw
    /// `="007"` is 007.
    case unwrap
    /// The apostrophes are taken away too that an export put in front of text like a formula.
    case unescape

    /// What a spec says; `nil` and all else is the default.
    init(spec: String?) {
        self =
            switch spec {
            case "raw": .raw
            case "unescape": .unescape
            default: .unwrap
            }
    }
}
