internal import Formats
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
    /// The first date that was seen, for its marks and its time.
    private var shape = ""

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
        if shape.isEmpty {
            let year = date.split(separator: mark).last?.count == 2 ? "yy" : "yyyy"
            let time = parts.count > 1 ? Self.time(parts[1], text.contains("T") ? "'T'" : " ") : ""
            shape = isYearFirst ? "yyyy\(mark)M\(mark)d\(time)" : "%\(mark)%\(mark)\(year)\(time)"
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

    private static func time(_ text: Substring, _ separator: String) -> String {
        let isHalfDay = text.lowercased().hasSuffix("m")
        let hour = isHalfDay ? "h" : "H"
        let seconds = text.count { $0 == ":" } == 2 ? ":ss" : ""
        return "\(separator)\(hour):mm\(seconds)\(isHalfDay ? " a" : "")"
    }

    /// The format to set; `nil` when the values do not say.
    var recommended: String? {
        if comma + point + eitherMark > 0 {
            return comma > 0 && point == 0 ? "1.234,56" : point > 0 && comma == 0 ? "1,234.56" : nil
        }
        if yearFirst > 0 { return dayFirst + monthFirst + eitherOrder == 0 ? shape : nil }
        if dayFirst > 0 && monthFirst == 0 { return named("d", "M") }
        return monthFirst > 0 && dayFirst == 0 ? named("M", "d") : nil
    }

    private func named(_ first: Character, _ second: Character) -> String {
        var letters = [first, second][...]
        return String(shape.map { $0 == "%" ? letters.popFirst() ?? $0 : $0 })
    }

    private var verdict: String {
        if let recommended { return "set \"format\": \"\(recommended)\"" + (yearFirst > 0 ? " and a timezone" : "") }
        if comma > 0 && point > 0 {
            return "some values have a decimal comma, some a decimal point: correct the source"
        }
        if comma + point + eitherMark > 0 {
            return "every value could be read in two ways: set \"format\" to 1.234,56 or 1,234.56"
        }
        if dayFirst > 0 && monthFirst > 0 { return "some values are day first, some month first: correct the source" }
        if eitherOrder > 0 {
            var letters: [Character] = ["d", "M"]
            let day = named(letters[0], letters[1])
            letters.swapAt(0, 1)
            return
                "every value could be day first or month first: set \"format\" to \(day) or \(named(letters[0], letters[1]))"
        }
        return "the values are written in more than one way: set several formats"
    }

    /// For the manifest; `nil` when there is nothing to say.
    var json: JSONValue? {
        let isDate = dayFirst + monthFirst + eitherOrder + yearFirst > 0
        guard isDate || comma + point + eitherMark > 0 else { return nil }
        let counts =
            isDate
            ? [("dayFirst", dayFirst), ("monthFirst", monthFirst), ("either", eitherOrder), ("yearFirst", yearFirst)]
            : [("decimalComma", comma), ("decimalPoint", point), ("eitherMark", eitherMark)]
        return .object(
            counts.map { JSONMember($0.0, .integer($0.1)) } + [
                JSONMember("recommendedFormat", .optional(recommended)), JSONMember("verdict", .string(verdict)),
            ])
    }
}
