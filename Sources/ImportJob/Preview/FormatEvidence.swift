internal import JobCore
internal import JobRuntime

/// What the values of a column say about how its dates or numbers are written, so that nobody has to guess.
struct FormatEvidence {
    private var dayFirst = 0
    private var monthFirst = 0
    private var eitherOrder = 0
    private var yearFirst = 0
    private var comma = 0
    private var point = 0
    private var eitherMark = 0

    /// Looks at a value that is no timestamp or date as it is.
    mutating func addDate(_ text: String) {
        let parts = text.split(maxSplits: 1, whereSeparator: { $0 == " " || $0 == "T" })
        guard let date = parts.first, let mark = date.first(where: { !$0.isNumber }), "./-".contains(mark) else {
            return
        }
        let numbers = date.split(separator: mark, omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 3, let first = numbers[0], let second = numbers[1], numbers[2] != nil else { return }
        let isYearFirst = date.prefix { $0 != mark }.count == 4
        if isYearFirst {
            yearFirst += 1
        } else if first > 12 && first <= 31 && second <= 12 {
            dayFirst += 1
        } else if second > 12 && second <= 31 && first <= 12 {
            monthFirst += 1
        } else if first <= 12 && second <= 12 {
            eitherOrder += 1
        } else {
            return
        }
    }

    /// Looks at a value that is no number as it is.
    mutating func addNumber(_ text: String) {
        let marks = text.filter { $0 == "," || $0 == "." }
        guard let last = marks.last, text.contains(where: \.isNumber) else { return }
        let digitsBehind = text.reversed().prefix { $0 != last }.count { $0.isNumber }
        if Set(marks).count == 2 {
            if last == "," { comma += 1 } else { point += 1 }
        } else if marks.count > 1 {
            if last == "," { point += 1 } else { comma += 1 }
        } else if digitsBehind == 3 {
            eitherMark += 1
        } else if last == "," {
            comma += 1
        } else {
            point += 1
        }
    }

    /// For the preview, with what was tried; `nil` when there is nothing to say.
    func shown(_ proposal: FieldProposal?) -> PreviewEvidence? {
        let isDate = dayFirst + monthFirst + eitherOrder + yearFirst > 0
        let isNumber = comma + point + eitherMark > 0
        guard isDate || isNumber || proposal != nil else { return nil }
        var shown = PreviewEvidence()
        if isDate {
            shown.dayFirst = dayFirst
            shown.monthFirst = monthFirst
            shown.either = eitherOrder
            shown.yearFirst = yearFirst
        }
        if isNumber {
            shown.decimalComma = comma
            shown.decimalPoint = point
            shown.eitherMark = eitherMark
        }
        proposal?.add(to: &shown)
        return shown
    }
}
