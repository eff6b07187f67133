internal import JobCore

/// What the people of the demo organisation did, and what was made of it.
enum DemoActivity {
    /// 2026-01-01T00:00:00Z.
    private static let start = Instant(seconds: 1_767_225_600)
    private static let day = Duration.seconds(86_400)

    /// An event between January and June 2026.
    static func event(_ number: Int, _ people: [DemoPerson], _ random: inout DemoRandom) -> [String?] {
        let name = random.pick(["page_viewed", "page_viewed", "signed_in", "product_added", "order_completed"])
        let time = start + .milliseconds(random.below(181 * 86_400_000))
        let revenue = name == "order_completed" ? "\(random.below(400)).\(10 + random.below(90))" : nil
        let page = random.below(900)
        let referrer = random.pick(["search", "mail", "direct"])
        let properties =
            "{\"ok\":true,\"url\":\"https://shop.example.com/p/\(page)\",\"items\":\(random.below(6)),"
            + "\"referrer\":\"\(referrer)\"}"
        return [
            random.uuid(), random.pick(people).id, name, Timestamp.format(time), "sess_\(random.below(9_000))",
            random.pick(["web", "ios", "android"]), "198.51.100.\(random.below(256))", revenue, properties,
        ]
    }

    static func audience(_ number: Int, _ random: inout DemoRandom) -> [String?] {
        let created = start + day * number
        return [
            "aud_\(number)", random.pick(["Big spenders", "New this month", "Silent for 30 days"]) + " \(number)",
            number % 3 == 0 ? nil : "built from \(1 + random.below(4)) rules",
            "{\"all\":[{\"eq\":\"growth\",\"field\":\"plan\"},{\"gte\":\(random.below(9)),\"field\":\"orders\"}]}",
            "\(random.below(1200))", Timestamp.format(created), Timestamp.format(created + .seconds(3600)),
        ]
    }

    static func workflow(_ number: Int, _ random: inout DemoRandom) -> [String?] {
        let created = start + day * (2 * number)
        return [
            "wf_\(number)", random.pick(["Welcome", "Win back", "Abandoned cart"]) + " \(number)",
            random.pick(["active", "paused", "draft"]), "\(1 + random.below(7))",
            "{\"event\":\"\(random.pick(["signed_up", "cart_left"]))\"}",
            "[{\"wait\":\"1d\"},{\"send\":\"mail_\(random.below(20))\"}]", Timestamp.format(created),
            Timestamp.format(created),
        ]
    }

    /// Rows of one day.
    static func analytics(day: Int, _ random: inout DemoRandom) -> [[String?]] {
        let date = String(Timestamp.format(start + Self.day * day).prefix(10))
        return ["visits", "orders", "conversion"].flatMap { metric in
            ["web", "ios"].map { dimension in
                let value = metric == "conversion" ? Double(random.below(1000)) / 1000 : Double(random.below(5000))
                return [date, metric, dimension, value.description]
            }
        }
    }

    static func response(_ number: Int, _ people: [DemoPerson], _ random: inout DemoRandom) -> [String?] {
        [
            "resp_\(1000 + number)", "survey_\(random.below(3))", random.pick(people).id,
            "How likely are you to recommend us?",
            random.pick(["Very!", "Perhaps; ask me later", nil, "\"no\", sorry", "sí, claro"]),
            "\(random.below(11))", Timestamp.format(start + .seconds(random.below(150 * 86_400))),
        ]
    }
}
