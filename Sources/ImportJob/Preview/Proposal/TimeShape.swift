/// Patterns that a written time could have, told from its parts.
enum TimeShape {
    /// Which of two numbers is the day.
    enum Order {
        case none, dayFirst, monthFirst
    }

    struct Pattern {
        let text: String
        let order: Order
        /// Points stand between day and month; nobody writes the month first then.
        let hasPoints: Bool
        /// Words stand in it for themselves, besides the letter between date and time.
        let hasWords: Bool
    }

    private enum Token {
        case digits(String)
        case letters(String)
        case mark(Character)
    }

    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]
    private static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

    /// Patterns for a text, exact in the number of digits and not.
    static func patterns(_ text: String) -> [Pattern] {
        if text.utf8.count > 80 { return [] }
        let tokens = tokens(text)
        var found: [Pattern] = []
        for isExact in [true, false] {
            for order in [Order.dayFirst, .monthFirst] {
                guard let pattern = pattern(tokens, order, isExact), !found.contains(where: { $0.text == pattern.text })
                else { continue }
                found.append(pattern)
            }
        }
        return found
    }

    private static func tokens(_ text: String) -> [Token] {
        var tokens: [Token] = []
        for character in text {
            let isDigit = character.isASCII && character.isNumber
            switch tokens.last {
            case .digits(let run) where isDigit: tokens[tokens.count - 1] = .digits(run + String(character))
            case .letters(let run) where character.isLetter:
                tokens[tokens.count - 1] = .letters(run + String(character))
            default:
                tokens.append(
                    isDigit
                        ? .digits(String(character))
                        : character.isLetter ? .letters(String(character)) : .mark(character))
            }
        }
        return tokens
    }

    private static func isName(_ word: String, of names: [String]) -> Bool {
        let word = word.lowercased()
        return names.contains { $0 == word || $0.prefix(3) == word }
    }

    /// Writes the pattern part by part; nil when the parts are no date.
    private static func pattern(_ tokens: [Token], _ order: Order, _ isExact: Bool) -> Pattern? {
        var writer = ShapeWriter(order: order, isExact: isExact)
        writer.hasMonthName = tokens.contains {
            if case .letters(let word) = $0 { isName(word, of: months) } else { false }
        }
        writer.hasHalfDay = tokens.contains {
            if case .letters(let word) = $0 { ["am", "pm", "a", "p"].contains(word.lowercased()) } else { false }
        }
        var index = 0
        while index < tokens.count {
            let next = index + 1 < tokens.count ? tokens[index + 1] : nil
            switch tokens[index] {
            case .digits(let digits):
                var isHour = false
                if case .mark(":") = next { isHour = true }
                if !writer.add(digits, isHour: isHour) { return nil }
            case .mark(let mark):
                if mark == "+" || mark == "-", writer.isAfterTime, case .digits(let digits) = next {
                    index = zoneEnd(tokens, index + 1, digits)
                    writer.add(zone: "X")
                    continue
                }
                writer.add(mark)
            case .letters(let word):
                switch word.lowercased() {
                case "am", "pm": writer.add(halfDay: 2)
                case "a" where isDotted(tokens, index), "p" where isDotted(tokens, index):
                    writer.add(halfDay: 4)
                    index += 4
                    continue
                case "z" where writer.isAfterTime: writer.add(zone: "X")
                case "utc", "gmt": writer.add(zone: "z")
                default:
                    if isName(word, of: months) {
                        writer.addMonthName()
                    } else if isName(word, of: weekdays) {
                        writer.addDayName()
                    } else {
                        writer.add(word)
                    }
                }
            }
            index += 1
        }
        return writer.pattern
    }

    /// Whether a half of the day is written with points: `a.m.`.
    private static func isDotted(_ tokens: [Token], _ index: Int) -> Bool {
        guard index + 3 < tokens.count, case .mark(".") = tokens[index + 1],
            case .letters(let second) = tokens[index + 2],
            case .mark(".") = tokens[index + 3]
        else { return false }
        return second.lowercased() == "m"
    }

    /// Behind the digits of a zone.
    private static func zoneEnd(_ tokens: [Token], _ index: Int, _ digits: String) -> Int {
        if digits.utf8.count == 2, index + 2 < tokens.count, case .mark(":") = tokens[index + 1],
            case .digits(let minutes) = tokens[index + 2], minutes.utf8.count == 2
        {
            return index + 3
        }
        return index + 1
    }
}
