internal import JobCore
internal import Synchronization

/// What the name of a column or member says of messages.
struct ConsentName: Sendable, Equatable {
    enum Meaning: Sendable {
        /// Whoever has a value there has refused: `unsubscribed_at`.
        case refusal
        /// Who answers no there has refused: `accepts_marketing`.
        case consent
        /// A status, which may be one of refusal.
        case status
        case nothing
    }

    private(set) var meaning: Meaning
    /// It is about other ways than e-mail, or about a part of what is sent, and decides about no more than itself.
    private(set) var isPart: Bool
    /// It has no answer, whatever it is inside of: `unsubscribe_url`.
    let isAboutOther: Bool
    /// It is a status, perhaps of something else, such as a lead's.
    let isStatus: Bool
    /// What a status would say of who refused in this way.
    let statusWord: String

    private static let maximumKept = 10_000
    private static let kept = Mutex<[String: ConsentName]>([:])

    /// What the name says; names come again and again.
    static func of(_ name: String) -> ConsentName {
        kept.withLock { kept in
            if let known = kept[name] { return known }
            // Names come from outside: not all of them are kept.
            if kept.count >= maximumKept { kept.removeAll() }
            let found = ConsentName(name)
            kept[name] = found
            return found
        }
    }

    /// What a name inside an object of this name says: `email` inside `consent` is about consent.
    func inside(_ name: String) -> ConsentName {
        var own = Self.of(name)
        own.isPart = own.isPart || isPart
        let hasMeaning = own.meaning == .refusal || own.meaning == .consent
        if !hasMeaning, !own.isAboutOther, meaning == .refusal || meaning == .consent { own.meaning = meaning }
        return own
    }

    /// What the column says of messages by its name, or because the catalogue says that it does.
    init(_ column: Column) {
        let name = Self.of(column.name)
        var meaning = name.meaning
        if column.holdsConsent {
            if meaning != .refusal { meaning = .consent }
        } else if meaning == .status || column.isNoAnswer {
            meaning = .nothing
        }
        self.meaning = meaning
        isPart = name.isPart && !column.holdsConsent
        isAboutOther = name.isAboutOther && !column.holdsConsent
        isStatus = name.isStatus
        statusWord = name.statusWord
    }

    private init(_ name: String) {
        // No name of a consent is that long; what is longer is data.
        let words = name.utf8.count > 256 ? [] : Letters.words(name)
        let letters = Array(words.joined().utf8)
        let set = Set(words)
        isPart = !set.isDisjoint(with: ConsentWords.partTokens)
        statusWord = Self.word(letters)
        isStatus = !set.isDisjoint(with: ConsentWords.statusTokens)
        let others = set.intersection(ConsentWords.otherTokens)
        let isOfAddress = others == ["address"] && ConsentWords.addressStems.contains { letters.holds($0) }
        isAboutOther = !others.isEmpty && !isOfAddress
        meaning = isAboutOther ? .nothing : Self.meaning(set, letters)
    }

    private static func meaning(_ words: Set<String>, _ letters: [UInt8]) -> Meaning {
        let holds = { (stems: [String]) in stems.contains { letters.holds($0) } }
        let isStatus = !words.isDisjoint(with: ConsentWords.statusTokens)
        let isAboutConsent = holds(ConsentWords.consentStems)
        let isAboutMessages = !words.isDisjoint(with: ConsentWords.messageTokens)
        if holds(ConsentWords.undoneStems) { return .nothing }
        if !words.isDisjoint(with: ConsentWords.refusalTokens) || holds(ConsentWords.refusalStems) { return .refusal }
        if isAboutConsent || isAboutMessages, holds(ConsentWords.takenBackStems) { return .refusal }
        if isAboutConsent {
            let isDenied = !words.isDisjoint(with: ["no", "non", "not", "without"])
            return isDenied && !isStatus ? .refusal : .consent
        }
        return isStatus ? isAboutMessages ? .consent : .status : .nothing
    }

    /// What a status says of who refused with this text.
    func word(for text: String) -> String {
        meaning == .refusal ? statusWord : Self.word(Array(Letters.of(text).utf8))
    }

    private static func word(_ letters: [UInt8]) -> String {
        for (stem, word) in [
            ("spam", "complained"), ("complain", "complained"), ("abuse", "complained"), ("bounce", "bounced"),
            ("undeliverable", "bounced"), ("invalidemail", "bounced"), ("clean", "cleaned"), ("suppress", "suppressed"),
            ("block", "blocked"), ("blacklist", "blocked"), ("denylist", "blocked"), ("donot", "do_not_contact"),
            ("dnc", "do_not_contact"), ("inactive", "inactive"),
        ] where letters.holds(stem) { return word }
        return "unsubscribed"
    }
}

extension [UInt8] {
    /// Whether the bytes of the text are in it, one behind the other.
    func holds(_ text: String) -> Bool {
        let wanted = Array(text.utf8)
        guard let first = wanted.first, count >= wanted.count else { return false }
        return (0...(count - wanted.count)).contains { start in
            self[start] == first && self[start..<(start + wanted.count)].elementsEqual(wanted)
        }
    }
}

extension Column {
    /// Numbers, ids and JSON as a whole are none.
    fileprivate var isNoAnswer: Bool {
        switch type {
        case .text, .bool, .timestamp, .date: false
        case .int, .decimal, .double, .uuid, .json: true
        }
    }
}
