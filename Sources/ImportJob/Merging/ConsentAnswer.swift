internal import Formats
internal import JobCore

/// What a value says where the name beside it asks for consent.
enum ConsentAnswer: Sendable {
    /// No value.
    case nothing
    case yes, no
    /// A word of refusal, such as `unsubscribed`.
    case refusal
    /// Something else: a date, a reason.
    case other

    /// Reads a value as text.
    init(_ text: String) {
        // No word of consent is that long.
        let isShort = text.utf8.count <= 128
        let letters = isShort ? Letters.of(text) : ""
        if letters.isEmpty {
            self = Self.withoutLetters(text)
        } else if ConsentWords.no.contains(letters) {
            self = .no
        } else if ConsentWords.nothing.contains(letters) {
            self = .nothing
        } else if ConsentWords.yes.contains(letters) {
            self = .yes
        } else {
            self = Self.isRefusal(letters) ? .refusal : .other
        }
    }

    /// Text of digits and marks, or long text: 0 is a no, 1 a yes, a date of zeros nothing.
    private static func withoutLetters(_ text: String) -> ConsentAnswer {
        if text == "1" { return .yes }
        let digits = text.utf8.filter { $0 &- 0x30 < 10 }
        if digits.contains(where: { $0 != 0x30 }) || text.utf8.count > 128 { return .other }
        if !digits.isEmpty { return digits.count > 6 ? .nothing : .no }
        let isMark = text.unicodeScalars.contains { "✓✔☑✗✘☒".unicodeScalars.contains($0) }
        return isMark ? .other : .nothing
    }

    private static func isRefusal(_ letters: String) -> Bool {
        if ConsentWords.refusals.contains(letters) { return true }
        return isRefusalAnywhere(letters)
    }

    /// Whether letters are a refusal whatever the name beside them.
    fileprivate static func isRefusalAnywhere(_ letters: String) -> Bool {
        let bytes = Array(letters.utf8)
        return ConsentWords.refusalPhrases.contains { bytes.holds($0) }
            && !ConsentWords.deniedPhrases.contains { bytes.holds($0) }
    }
}

extension ConsentName {
    /// Whether text under this name says that somebody has refused.
    func isRefusal(_ text: String) -> Bool {
        if meaning != .nothing, let first = text.utf8.first(where: { $0 > 0x20 }), first == 0x5B || first == 0x7B,
            let value = try? JSONValue(parsing: Array(text.utf8))
        {
            return isRefusal(value)
        }
        let answer = ConsentAnswer(text)
        switch meaning {
        case .refusal: return answer == .yes || answer == .refusal || answer == .other
        case .consent: return answer == .no || answer == .refusal
        case .status: return answer == .refusal
        case .nothing: return answer == .refusal && ConsentAnswer.isRefusalAnywhere(Letters.of(text))
        }
    }

    /// Whether text of a column beside the one that holds consent says that somebody has refused; of a status that may be
    /// one of something else only what is about messages.
    func isRefusalBeside(_ text: String) -> Bool {
        if meaning == .refusal || meaning == .consent { return isRefusal(text) }
        guard isStatus, ConsentAnswer(text) == .refusal else { return false }
        let letters = Letters.of(text)
        return ConsentWords.messageRefusals.contains(letters) || ConsentAnswer.isRefusalAnywhere(letters)
    }

    /// Whether text under this name says that somebody wants messages.
    func isGrant(_ text: String) -> Bool {
        let answer = ConsentAnswer(text)
        return meaning == .refusal ? answer == .no : meaning == .consent && answer == .yes
    }

    /// Whether a value of JSON says that somebody has refused; `ofMail`: by a name that is not only about other ways, or about a part of what is sent.
    func isRefusal(_ value: JSONValue, ofMail: Bool = false) -> Bool {
        if ofMail && isPart { return false }
        switch value {
        case .null: return false
        case .bool(let flag): return meaning == .refusal ? flag : meaning == .consent && !flag
        case .number(let text):
            let isZero = text.utf8.allSatisfy { !(0x31...0x39).contains($0) }
            return meaning == .refusal ? !isZero : meaning == .consent && isZero
        case .string(let text): return isRefusal(text)
        case .array(let items): return items.contains { isRefusal($0, ofMail: ofMail) }
        case .object(let members):
            return members.contains { inside($0.name).isRefusal($0.value, ofMail: ofMail) }
        }
    }
}
