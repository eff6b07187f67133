internal import Formats
internal import JobCore

/// Finds how a column writes numbers.
enum NumberTester: FieldTester {
    private static let points = ["1,234.56", "1'234.56", "1 234.56"]
    private static let commas = ["1.234,56", "1 234,56", "1'234,56"]

    static func propose(_ trial: FieldTrial, nulls: [JSONMember], into proposal: inout FieldProposal) {
        func best(_ formats: [String]) -> TriedRule? {
            let tried = formats.compactMap { trial.tried([JSONMember("format", .string($0))] + nulls) }
            // The first one of equal ones.
            return tried.max { $0.count < $1.count }
        }
        guard let point = best(points), let comma = best(commas) else { return }
        let onlyPoint = zip(point.takes, comma.takes).count { $0 && !$1 }
        let onlyComma = zip(point.takes, comma.takes).count { !$0 && $1 }
        // Where both marks are needed no format reads all: that is asked, however many are read as it is.
        let isMixed = onlyPoint > 0 && onlyComma > 0
        if !isMixed && max(point.count, comma.count) <= proposal.takes { return }
        switch (onlyPoint > 0, onlyComma > 0) {
        case (true, false): proposal.adopt(point.options, trial)
        case (false, true): proposal.adopt(comma.options, trial)
        default:
            proposal.question = (
                isMixed
                    ? "some numbers have a decimal comma, others a decimal point"
                    : "every number can have a decimal comma or a decimal point",
                [comma, point].map { FieldProposal.Choice(options: $0.options, rows: $0.count) }
            )
        }
    }
}
