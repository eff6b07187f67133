internal import Formats
internal import JobCore

/// Tells values by which somebody refuses messages.
struct ConsentValue {
    /// What columns of status say of people who must not be written to, in the words of the products whose exports are
    /// read: lower case, without spaces and marks.
    private static let words: Set<String> = [
        "unsubscribed", "unsubscribe", "suppressed", "optedout", "optout", "cleaned", "bounced", "hardbounced",
        "complained", "complaint", "spamreport", "blocked", "blocklisted", "blacklisted", "donotcontact", "donotemail",
        "neversubscribed", "archived",
    ]
    /// Members of JSON columns that say it, by the same rule.
    private static let members: Set<String> = [
        "unsubscribed", "unsubscribedat", "unsubscribedfromemails", "suppressed", "suppressions", "optedout", "optout",
        "emailoptout", "hasoptedoutofemail", "donotcontact", "donotemail", "donotcall", "blacklisted",
        "emailblacklisted",
        "smsblacklisted",
    ]

    private let isFlag: Bool

    init(_ column: Column) { isFlag = column.type == .bool }

    /// Whether the value of the column, as canonical text, is a refusal.
    func isRefusal(_ text: String) -> Bool {
        isFlag ? text == "false" : Self.words.contains(Self.normalise(text))
    }

    /// Whether the member of a JSON column is one: there, and neither false nor empty.
    static func isRefusal(_ member: JSONMember) -> Bool {
        guard members.contains(normalise(member.name)) else { return false }
        switch member.value {
        case .null, .bool(false): return false
        case .string(let text): return !["", "false", "no", "0", "[]"].contains(text.lowercased())
        case .number(let text): return text != "0"
        case .array(let items): return !items.isEmpty
        case .bool, .object: return true
        }
    }

    private static func normalise(_ text: String) -> String {
        String(text.lowercased().unicodeScalars.filter { $0.properties.isAlphabetic })
    }
}
