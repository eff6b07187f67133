internal import JobCore

/// One invented person.
///
/// Addresses use domains and numbers reserved for documentation.
struct DemoPerson {
    let id: String
    private let email: String
    private let phone: String?
    private let firstName: String
    private let lastName: String
    private let country: (code: String, language: String, timezone: String)
    private let plan: String
    private let isSubscribed: Bool
    private let value: String?
    private let createdAt: Instant
    private let hash: String?
    private let note: String

    private static let firstNames = [
        "Ada", "Grace", "Linus", "Margaret", "Dennis", "Barbara", "Ken", "Radia", "Zoë", "José", "Søren", "Aïcha",
        "Björn", "Chloé", "Nguyễn", "Yuki",
    ]
    private static let lastNames = [
        "Lovelace", "Hopper", "Hamilton", "Ritchie", "Liskov", "Perlman", "O'Neil", "García", "Müller", "Østergård",
        "de la Cruz", "Trần", "Smith, Jr.", "Kowalska", "山田", "Çelik",
    ]
    private static let countries = [
        ("DE", "de", "Europe/Berlin"), ("FR", "fr", "Europe/Paris"), ("US", "en", "America/New_York"),
        ("JP", "ja", "Asia/Tokyo"), ("BR", "pt", "America/Sao_Paulo"), ("IN", "en", "Asia/Kolkata"),
    ]

    init(number: Int, _ random: inout DemoRandom) {
        id = "prof_" + String(100_000 + number)
        firstName = random.pick(Self.firstNames)
        lastName = random.pick(Self.lastNames)
        email = "user\(number)@example.\(random.pick(["com", "org", "net"]))"
        phone = random.below(4) == 0 ? nil : "+1202555\(1000 + random.below(9000))"
        country = random.pick(Self.countries)
        plan = random.pick(["free", "starter", "growth", "scale"])
        isSubscribed = random.below(5) > 0
        value = random.below(10) == 0 ? nil : "\(random.below(5000)).\(10 + random.below(90))"
        // 2025-01-01 and the 480 days after it.
        createdAt = Instant(seconds: 1_735_689_600 + Int64(random.below(480 * 86_400)))
        let salt = "abcdefghijklmnopqrstuu"
        hash = random.below(3) == 0 ? "$2b$12$\(salt)\(String(repeating: "Kx0", count: 10))e" : nil
        note = random.pick(["", "likes \"tea\"", "line one\nline two", "a,b;c", "=SUM(A1:A2)"])
    }

    /// The row of `profiles`.
    var profile: [String?] {
        [
            id, email, phone, firstName, lastName, country.code, country.language, country.timezone, plan,
            isSubscribed ? "true" : "false", value, hash, Timestamp.format(createdAt),
            Timestamp.format(createdAt + .seconds(86_400)),
            "{\"plan\":\"\(plan)\",\"score\":\(id.utf8.reduce(0) { ($0 * 7 + Int($1)) % 100 })}",
        ]
    }

    /// A row of `contacts`.
    func contact(_ random: inout DemoRandom) -> [String?] {
        [
            "con_" + id.dropFirst(5), email, phone, firstName, lastName,
            random.pick(["Initech", "Globex", "Umbrella & Sons", nil]), random.pick(["lead", "customer", "lost"]),
            random.pick(["[]", "[\"vip\"]", "[\"beta\",\"newsletter\"]"]), Timestamp.format(createdAt),
            "{\"note\":\"\(Self.escape(note))\"}",
        ]
    }

    private static func escape(_ text: String) -> String {
        text.map { $0 == "\"" ? "\\\"" : $0 == "\n" ? "\\n" : String($0) }.joined()
    }
}
