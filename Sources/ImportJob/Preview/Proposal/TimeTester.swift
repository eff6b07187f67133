internal import Formats
internal import JobCore

/// Finds the patterns of times and dates, or the count since 1970.
enum TimeTester: FieldTester {
    /// Formats that one column may have.
    private static let formatLimit = 4
    private static let patternLimit = 48

    private struct Tried {
        let format: TimeShape.Pattern
        let takes: [Bool]
    }

    static func propose(_ trial: FieldTrial, nulls: [JSONMember], into proposal: inout FieldProposal) {
        if let unit = epochUnit(trial.texts) {
            proposal.adopt([JSONMember("format", .string(unit.format))] + nulls, trial)
            return
        }
        let tried = patterns(trial.texts).compactMap { pattern in
            trial.tried([JSONMember("format", .string(pattern.text))]).map { Tried(format: pattern, takes: $0.takes) }
        }.filter { one in
            if one.format.hasWords && trial.isPersonal { return false }
            // A word that stands in one cell only is part of its value.
            return one.takes.count { $0 } >= (one.format.hasWords ? min(2, one.takes.count) : 1)
        }
        if tried.isEmpty { return }
        let dayFirst = cells(tried, .dayFirst)
        let monthFirst = cells(tried, .monthFirst)
        let onlyDay = zip(dayFirst, monthFirst).count { $0 && !$1 }
        let onlyMonth = zip(dayFirst, monthFirst).count { !$0 && $1 }
        let hasPoints = tried.allSatisfy { $0.format.order == .none || $0.format.hasPoints }
        if onlyMonth == 0 && (onlyDay > 0 || hasPoints || !dayFirst.contains(true)) {
            proposal.adopt(options(tried, without: .monthFirst, nulls), trial)
        } else if onlyDay == 0 && onlyMonth > 0 {
            proposal.adopt(options(tried, without: .dayFirst, nulls), trial)
        } else {
            let choices = [TimeShape.Order.monthFirst, .dayFirst].compactMap { other -> FieldProposal.Choice? in
                let options = options(tried, without: other, nulls)
                return trial.tried(options).map { FieldProposal.Choice(options: options, rows: $0.count) }
            }
            let text =
                onlyDay > 0
                ? "some dates can only be day first, others only month first"
                : "every date can be day first or month first"
            proposal.question = (text, choices)
        }
    }

    /// Cells that some pattern of an order reads.
    private static func cells(_ tried: [Tried], _ order: TimeShape.Order) -> [Bool] {
        var cells = [Bool](repeating: false, count: tried.first?.takes.count ?? 0)
        for one in tried where one.format.order == order {
            for index in cells.indices where one.takes[index] { cells[index] = true }
        }
        return cells
    }

    /// The patterns that read the most cells together, the best first; of equal ones the stricter.
    private static func options(
        _ tried: [Tried], without order: TimeShape.Order, _ nulls: [JSONMember]
    ) -> [JSONMember] {
        var left = tried.filter { $0.format.order != order }
        var open = [Bool](repeating: true, count: tried.first?.takes.count ?? 0)
        var formats: [String] = []
        while formats.count < formatLimit {
            func gain(_ one: Tried) -> Int { zip(one.takes, open).count { $0 && $1 } }
            let gains = left.map(gain)
            guard let most = gains.max(), most > 0 else { break }
            let equal = left.indices.filter { gains[$0] == most }
            guard let best = equal.max(by: { left[$0].format.text.utf8.count < left[$1].format.text.utf8.count })
            else { break }
            formats.append(left[best].format.text)
            for index in open.indices where left[best].takes[index] { open[index] = false }
            left.remove(at: best)
        }
        guard let first = formats.first else { return [] }
        let value = formats.count == 1 ? JSONValue.string(first) : .array(formats.map { .string($0) })
        return [JSONMember("format", value)] + nulls
    }

    private static func patterns(_ texts: [String]) -> [TimeShape.Pattern] {
        var found: [TimeShape.Pattern] = []
        var known: Set<String> = []
        for text in texts {
            for pattern in TimeShape.patterns(text) where known.insert(pattern.text).inserted { found.append(pattern) }
            if found.count >= patternLimit { break }
        }
        return found
    }

    /// The unit in which most values are times of our days.
    private static func epochUnit(_ texts: [String]) -> EpochUnit? {
        // 1980 to 2100.
        let plausible = Instant(seconds: 315_532_800)...Instant(seconds: 4_102_444_800)
        return EpochUnit.allCases.first { unit in
            let count = texts.count { text in
                // Digits of a date are one.
                guard text.utf8.count >= 9 else { return false }
                var text = text
                return text.withUTF8 { unsafe unit.instant($0) }.map { plausible.contains($0) } ?? false
            }
            return count * 10 >= texts.count * 5 && !texts.contains { $0.utf8.count == 14 && $0.hasPrefix("20") }
        }
    }
}
