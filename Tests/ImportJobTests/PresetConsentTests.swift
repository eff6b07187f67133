import Formats
import JobCore
import PostgreSQL
import SQLite
import TestSupport
import Testing

@testable import ImportJob

/// What other products write about people who must not be written to, each line a column and its value.
@Suite("Nobody who has left is stored as somebody who has not", .serialized)
struct PresetConsentTests {
    /// The export of a product: `@` stands for a key, `@@` for an address.
    struct Layout: Sendable, CustomTestStringConvertible {
        let preset: String
        let base: [(String, String)]
        let lines: [(column: String, value: String)]

        var testDescription: String { preset }

        /// Columns of the file, and its rows: each has a value in one of the lines' columns.
        ///
        /// Of columns that differ only in case or marks the first one is taken: two would be ambiguous.
        var table: (columns: [String], rows: [[String: String]], lines: [(column: String, value: String)]) {
            var spelled: [String: String] = [:]
            let kept = lines.filter { line in
                let normal = HeaderMatcher.normalise(line.column)
                let first = spelled[normal] ?? line.column
                spelled[normal] = first
                return first == line.column
            }
            var columns = base.map(\.0)
            for line in kept where !columns.contains(line.column) { columns.append(line.column) }
            let rows = kept.enumerated().map { number, line in
                var row = Dictionary(uniqueKeysWithValues: base)
                for (name, value) in base where value.hasPrefix("@") {
                    row[name] = value == "@" ? "k\(number)" : PresetConsentTests.address(number)
                }
                row[line.column] = line.value
                return row
            }
            return (columns, rows, kept)
        }

        func text(isJSON: Bool) -> String {
            let (columns, rows, _) = table
            if isJSON {
                return rows.map { row in
                    JSONValue.object(columns.compactMap { name in row[name].map { JSONMember(name, .string($0)) } })
                        .serialized() + "\n"
                }.joined()
            }
            return CSVRecord.encode(columns) + "\n"
                + rows.map { row in CSVRecord.encode(columns.map { row[$0] }) + "\n" }.joined()
        }
    }

    private static func address(_ number: Int) -> String { "u\(number)@example.com" }

    private static let layouts = [
        Layout(
            preset: "hubspot",
            base: [
                ("Record ID", "@"), ("Email", "@@"), ("Lifecycle Stage", "lead"),
                ("Create Date", "2024-01-02 03:04"),
            ],
            lines: [
                ("Unsubscribed from all email", "true"), ("Unsubscribed from all email", "Yes"),
                ("Unsubscribed from all email", "TRUE"), ("Opted out of all email", "true"),
                ("Email hard bounce reason", "OTHER"), ("Email hard bounce reason", "MAILBOX_FULL"),
                ("Hard bounce reason", "Unknown user"), ("Marketing contact status", "Non-marketing contact"),
                ("Marketing contact status", "non marketing"), ("Marketing contact status", "false"),
                ("Is globally ineligible", "true"), ("Invalid email address", "true"),
                ("Email address quarantined", "true"), ("Email Address Quarantine Reason", "ABUSE"),
                ("Email address quarantine reason", "SUSPENSION_REMEDIATION"), ("Marked as spam", "true"),
                ("Legal basis for processing contact's data", "Withdrawn"),
                ("Opted out of email: Marketing Information", "true"), ("hs_email_optout", "true"),
                ("hs_email_bad_address", "true"), ("hs_email_is_ineligible", "true"),
                ("hs_email_quarantined", "true"), ("Email Confirmation Status", "Unsubscribed"),
                ("Email status", "Bounced"), ("Lead Status", "UNSUBSCRIBED"),
                ("Lead Status", "Do not contact"), ("Lead Status", "Hard bounced"),
                ("Sends since last engagement status", "Suppressed"), ("hs_marketable_status", "false"),
                ("Marketable status", "FALSE"),
            ]),
        Layout(
            preset: "salesforce",
            base: [
                ("Id", "@"), ("Email", "@@"), ("LastName", "Doe"),
                ("SystemModstamp", "2024-01-02T03:04:05.000Z"),
            ],
            lines: [
                ("HasOptedOutOfEmail", "true"), ("HasOptedOutOfEmail", "1"), ("HasOptedOutOfEmail", "TRUE"),
                ("Email Opt Out", "1"), ("Email Opt Out", "true"),
                ("EmailBouncedDate", "2024-05-06T07:08:09.000Z"), ("EmailBouncedReason", "550 unknown user"),
                ("IsEmailBounced", "true"), ("Email Bounced Date", "5/6/2024"),
                ("Email Bounced Reason", "bounced"), ("Status", "Unsubscribed"), ("Status", "Bounced"),
                ("Status", "Do Not Contact"), ("Status", "Opted Out"), ("Status", "Complained"),
                ("Lead Status", "Suppressed"), ("et4ae5__HasOptedOutOfEmail__c", "true"),
                ("Pardot_Hard_Bounced__c", "true"), ("pi__pardot_hard_bounced__c", "true"),
                ("Email_Opt_Out__c", "true"), ("Do_Not_Email__c", "true"), ("Unsubscribed__c", "true"),
                ("HasOptedOutOfEmail", "Yes"), ("IndividualHasOptedOutSolicit", "true"),
                ("HasOptedOutSolicit", "true"), ("Do Not Contact", "1"),
            ]),
        Layout(
            preset: "intercom",
            base: [
                ("User ID", "@"), ("Email", "@@"), ("Web sessions", "3"), ("Last seen", "2024-01-02 03:04:05"),
                ("Signed up", "2024-01-02 03:04:05"),
            ],
            lines: [
                ("Unsubscribed from emails", "true"), ("Unsubscribed from emails", "Yes"),
                ("Unsubscribed from Emails", "TRUE"), ("Unsubscribed from emails", "1"),
                ("unsubscribed_from_emails", "true"), ("Marked email as spam", "true"),
                ("marked_email_as_spam", "true"), ("marked_email_as_spam", "1"), ("Has hard bounced", "true"),
                ("has_hard_bounced", "true"), ("Hard bounced", "yes"), ("Email bounced", "true"),
                ("Hard Bounced At", "2024-01-01"), ("Email subscription status", "unsubscribed"),
                ("Opted out of email", "true"), ("unsubscribed_at", "1700000000"), ("Blocked", "true"),
                ("Email status", "Hard bounced"), ("Marketing emails", "unsubscribed"),
            ]),
        Layout(
            preset: "segment",
            base: [
                ("user_id", "@"), ("email", "@@"), ("received_at", "2024-01-02 03:04:05.678 UTC"),
                ("sent_at", "2024-01-02 03:04:05.678 UTC"), ("anonymous_id", "a"),
            ],
            lines: [
                ("unsubscribed", "true"), ("unsubscribed", "t"), ("email_unsubscribed", "true"),
                ("traits_unsubscribed", "true"), ("context_traits_unsubscribed", "true"),
                ("unsubscribed_at", "2024-01-02 03:04:05 UTC"), ("email_opt_out", "true"),
                ("email_opted_out", "1"), ("opted_out", "true"), ("email_subscribed", "false"),
                ("subscribed", "false"), ("is_subscribed", "false"), ("newsletter", "false"),
                ("newsletter_subscribed", "f"), ("accepts_marketing", "false"), ("marketing_opt_in", "false"),
                ("email_bounced", "true"), ("bounced", "true"), ("email_status", "bounced"),
                ("email_status", "complained"), ("subscription_status", "unsubscribed"),
                ("email_suppressed", "true"), ("spam_complaint", "true"), ("gdpr_consent", "false"),
                ("marketing_consent", "denied"),
            ]),
        Layout(
            preset: "mailchimp",
            base: [
                ("Email Address", "@@"), ("First Name", "A"), ("LEID", "1"), ("EUID", "@"),
                ("OPTIN_TIME", "2024-01-01 00:00:00"), ("MEMBER_RATING", "2"),
            ],
            lines: [
                ("UNSUB_TIME", "2024-01-02 03:04:05"), ("CLEAN_TIME", "2024-01-02 03:04:05"),
                ("UNSUB_REASON", "N/A (Unsubscribed by an admin)"), ("UNSUB_REASON", "SPAM"),
                ("Status", "Unsubscribed"), ("Status", "Cleaned"), ("Email Marketing", "Unsubscribed"),
                ("Marketing status", "Non-Subscribed"),
                ("Unsubscribed", "true"),
            ]),
        Layout(
            preset: "klaviyo",
            base: [
                ("Email", "@@"), ("Klaviyo ID", "@"), ("First Name", "A"),
            ],
            lines: [
                ("Email Marketing Consent", "UNSUBSCRIBED"), ("Email Marketing Consent", "NEVER_SUBSCRIBED"),
                ("Email Marketing Consent", "Never Subscribed"), ("Email Suppressions", "[\"HARD_BOUNCE\"]"),
                ("Email Suppressions", "USER_SUPPRESSED"),
                ("Email Suppressions Timestamp", "2024-01-02 03:04:05"),
                ("Email Marketing Consent", "SUPPRESSED"), ("Suppressed", "true"),
            ]),
        Layout(
            preset: "braze",
            base: [
                ("user_id", "@"), ("Braze ID", "b"), ("email", "@@"),
            ],
            lines: [
                ("email_subscribe", "unsubscribed"),
                ("unsubscribed_from_emails_at", "2024-01-02T03:04:05.000Z"),
                ("email_hard_bounced_at", "2024-01-02"), ("email_hardbounced", "true"),
                ("email_unsubscribed_at", "2024-01-02"), ("email_marked_as_spam_at", "2024-01-02"),
            ]),
    ]

    private static let folder = Result { try TemporaryFolder() }
    private static let server = Result { try PostgreSQLServer() }

    /// One for all; each case has an organisation of its own.
    private func database(_ isServer: Bool) async throws -> any Database {
        let database: any Database =
            isServer
            ? try PostgreSQLDatabase(url: Self.server.get().socketURL(database: "postgres"), jobId: "consent")
            : SQLiteDatabase(path: try Self.folder.get().path + "/consent.sqlite")
        _ = try await database.migrate(Catalogue.builtIn)
        return database
    }

    private func spec(_ org: String, _ resource: String, _ members: String) throws -> ImportSpec {
        try ImportSpecTests.decode(#"{"orgId":"\#(org)","resource":"\#(resource)","sourceKey":"f""# + members + "}")
    }

    /// Loads a text that is one batch.
    private func load(_ text: String, _ spec: ImportSpec, _ database: any Database, isJSON: Bool) async throws {
        var batch = SourceBatch()
        let bytes = Array(text.utf8)
        if isJSON {
            var reader = JSONRowReader(layout: .lines)
            _ = try reader.read(bytes, from: 0, into: &batch)
            try reader.finish(into: &batch)
        } else {
            var reader = CSVReader()
            _ = try reader.read(bytes, from: 0, into: &batch)
            try reader.finish(into: &batch)
        }
        let mapping = try ResolvedMapping(spec: spec, columns: batch.columns, isJSON: isJSON, preset: spec.preset)
        var checked = CheckedBatch(batch, mapping: mapping, mapped: RowBatch(columnCount: 0))
        #expect(checked.check() == nil)
        #expect(checked.problems.isEmpty, "\(checked.problems)")
        let loader = try await database.openLoader(spec.loadRequest(attemptId: "a", fence: 1))
        _ = try await loader.begin(columns: mapping.columns)
        let turn = LoadTurn()
        turn.pass()
        let outcomes = try await loader.load([checked.mapped], lane: 0, turn: turn)
        #expect(outcomes.allSatisfy { $0.refused.isEmpty }, "\(outcomes)")
        var checkpoint = LoadCheckpoint()
        checkpoint.isComplete = true
        try await loader.commit(checkpoint, rejects: nil, lane: 0)
        await loader.close()
    }

    /// What the field of consent of each address has.
    private func stored(
        _ org: String, _ resource: String, _ field: String, _ database: any Database
    ) async throws -> [String: String?] {
        let resource = try #require(Catalogue.builtIn.resource(resource))
        let query = RowQuery(
            resource: resource, orgId: org, columns: ["email", field].compactMap { resource.column($0) },
            conditions: [], order: ["id"], limit: nil)
        let snapshot = try await database.openSnapshot()
        let rows = try await Things.rows(query, in: snapshot)
        await snapshot.close()
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] ?? "", $0[1]) })
    }

    @Test(
        "Whatever the product, the column and the way it is written, on insert and on change", arguments: layouts,
        [false, true])
    func refusals(_ layout: Layout, isServer: Bool) async throws {
        let lines = layout.table.lines
        let database = try await database(isServer)
        for (resource, field) in [("profiles", "subscribed"), ("contacts", "status")] {
            for isJSON in [false, true] {
                let org = "\(layout.preset)_\(resource)_\(isJSON)"
                // Every other one is there and subscribed; the rest is inserted.
                let there = stride(from: 0, to: lines.count, by: 2).map { number in
                    "p\(number),\(Self.address(number)),\(field == "status" ? "subscribed" : "true")\n"
                }
                try await load(
                    "id,email,\(field)\n" + there.joined(), spec(org, resource, #","jobId":"first""#), database,
                    isJSON: false)
                let members = #","jobId":"second","mode":"upsert","matchOn":["email"],"preset":"\#(layout.preset)""#
                try await load(layout.text(isJSON: isJSON), spec(org, resource, members), database, isJSON: isJSON)
                let found = try await stored(org, resource, field, database)
                #expect(found.count == lines.count)
                for (number, line) in lines.enumerated() {
                    let value = found[Self.address(number)] ?? nil
                    let isRefused =
                        field == "subscribed"
                        ? value == "false"
                        : ConsentName(Column("status", .text, holdsConsent: true)).isRefusal(value ?? "")
                    let way = number % 2 == 0 ? "changed" : "inserted"
                    #expect(
                        isRefused,
                        "\(layout.preset), \(resource), JSON \(isJSON), \(way): \(line) is stored as \(value ?? "null")"
                    )
                }
            }
        }
    }

    @Test("The table has at least sixty lines, and ordinary people stay so")
    func ordinary() throws {
        #expect(Self.layouts.reduce(0) { $0 + $1.lines.count } >= 60)
        let names = ["Lead Status", "Status", "Email address", "Order status", "Email address source", "Address"]
        for name in names.map(ConsentName.of) {
            for text in ["New", "Qualified", "rejected", "deleted", "active", "archived", "a@example.com", "cancelled"]
            {
                #expect(!name.isRefusalBeside(text), "\(name) \(text)")
            }
        }
    }
}
