/// Puts a pattern together from the parts of a written time.
struct ShapeWriter {
    let order: TimeShape.Order
    /// Two digits stand for two, not for one or two.
    let isExact: Bool
    var hasMonthName = false
    var hasHalfDay = false

    private var text = ""
    /// Numbers of the date that were read: at most three, or two beside the name of a month.
    private var dates = 0
    private var hasYear = false
    private var isOrdered = false
    private var hasPoints = false
    private var hasWords = false
    /// Hour, minute, second, fraction.
    private var times = 0
    private var lastMark: Character?

    init(order: TimeShape.Order, isExact: Bool) {
        self.order = order
        self.isExact = isExact
    }

    /// There was an hour, so that a sign begins a zone.
    var isAfterTime: Bool { times >= 2 }

    private func letter(_ letter: String, _ digits: String) -> String {
        isExact && digits.utf8.count == 2 ? letter + letter : letter
    }

    /// Adds a number; false when a date has no place for it.
    mutating func add(_ digits: String, isHour: Bool) -> Bool {
        let isDateDone = dates >= (hasMonthName ? 2 : 3)
        let isMarked = lastMark == ":" || (times == 3 && (lastMark == "." || lastMark == ","))
        lastMark = nil
        if times > 0 && times < 4 && (isMarked || isDateDone) { return addTime(digits) }
        if isHour || isDateDone { return times == 0 && addTime(digits) }
        let length = digits.utf8.count
        if length == 4 && !hasYear {
            hasYear = true
            text += "yyyy"
        } else if dates == 0 && !hasMonthName && [8, 12, 14].contains(length) {
            text += length == 8 ? "yyyyMMdd" : length == 12 ? "yyyyMMddHHmm" : "yyyyMMddHHmmss"
            dates = 3
            times = length == 8 ? 0 : length == 12 ? 2 : 3
            hasYear = true
            return true
        } else if length > 2 {
            return false
        } else if hasMonthName {
            text += dates == 0 || hasYear ? letter("d", digits) : "yy"
            hasYear = hasYear || dates == 1
        } else if hasYear {
            text += letter(dates == 1 ? "M" : "d", digits)
        } else if dates < 2 {
            isOrdered = true
            text += letter((dates == 0) == (order == .dayFirst) ? "d" : "M", digits)
        } else {
            hasYear = true
            text += "yy"
        }
        dates += 1
        return true
    }

    private mutating func addTime(_ digits: String) -> Bool {
        let length = digits.utf8.count
        switch times {
        case 0: text += letter(hasHalfDay ? "h" : "H", digits)
        case 1, 2:
            if length != 2 { return false }
            text += times == 1 ? "mm" : "ss"
        case 3: text += "S"
        default: return false
        }
        times += 1
        return times > 3 || length <= 2
    }

    /// Adds a character that stands for itself.
    mutating func add(_ mark: Character) {
        lastMark = mark
        if mark == "." && dates == 1 { hasPoints = true }
        text += mark == "'" ? "''" : mark.isWhitespace ? " " : String(mark)
    }

    /// Adds a word that stands for itself.
    mutating func add(_ word: String) {
        text += "'\(word)'"
        hasWords = hasWords || word.utf8.count > 1
    }

    mutating func add(zone: String) {
        text += zone
        // A fraction cannot follow.
        times = 4
    }

    mutating func add(halfDay: Int) {
        text += "a"
        times = 4
    }

    mutating func addMonthName() { text += "MMM" }

    mutating func addDayName() { text += "EEE" }

    /// The pattern; nil when there was no whole date.
    var pattern: TimeShape.Pattern? {
        guard hasYear, dates == (hasMonthName ? 2 : 3) else { return nil }
        return TimeShape.Pattern(text: text, order: isOrdered ? order : .none, hasPoints: hasPoints, hasWords: hasWords)
    }
}
