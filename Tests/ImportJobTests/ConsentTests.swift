import Formats
import JobCore
import Testing

@testable import ImportJob

@Suite("Who must not be written to")
struct ConsentTests {
    @Test(
        "Names that mean a refusal",
        arguments: [
            "unsubscribed", "unsubscribed_at", "Unsubscribed from all email", "unsubscribed_from_emails_at",
            "UNSUB_TIME", "CLEAN_TIME", "cleaned", "Email Suppressions", "suppressed", "HasOptedOutOfEmail",
            "email_opt_out", "optOut", "Opt-out date", "doNotEmail", "do_not_contact", "emailBlacklisted",
            "has_hard_bounced", "marked_email_as_spam", "complained_at", "consent_withdrawn_at", "no_marketing",
            "abgemeldet_am", "Désabonné le", "fecha_de_baja", "disiscritto", "uitgeschreven", "отписан", "配信停止",
        ])
    func refusing(name: String) {
        #expect(ConsentName.of(name).meaning == .refusal)
        for text in ["true", "1", "yes", "ja", "2026-02-06T09:00:00Z", #"["HARD_BOUNCE"]"#, "by the user"] {
            #expect(ConsentName.of(name).isRefusal(text), "\(text)")
        }
        for text in ["", " ", "false", "0", "no", "nein", "[]", "{}", "null", "-", "0000-00-00 00:00:00"] {
            #expect(!ConsentName.of(name).isRefusal(text), "\(text)")
        }
    }

    @Test(
        "Names that ask for consent",
        arguments: [
            "accepts_marketing", "Accepts Email Marketing", "marketing_consent", "consent", "opt_in", "emailOptIn",
            "newsletter", "subscribed", "is_subscribed", "Email Status", "subscription_status", "Einwilligung",
            "consentement", "zgoda", "samtykke", "同意",
        ])
    func asking(name: String) {
        #expect(ConsentName.of(name).meaning == .consent)
        for text in ["false", "no", "0", "nein", "NON", "não", "нет", "unsubscribed", "denied", "Hard Bounce"] {
            #expect(ConsentName.of(name).isRefusal(text), "\(text)")
        }
        for text in ["", "true", "yes", "1", "2026-02-06", "subscribed", "null"] {
            #expect(!ConsentName.of(name).isRefusal(text), "\(text)")
        }
    }

    @Test(
        "Names that have such a word and no answer",
        arguments: [
            "unsubscribe_url", "UNSUB_CAMPAIGN_TITLE", "spam_score", "bounce_rate", "soft_bounces", "consent_version",
            "marketing_emails_sent", "city", "visits", "company", "plan", "resubscribed_at", "utm_campaign",
        ])
    func others(name: String) {
        #expect(ConsentName.of(name).meaning == .nothing)
        for text in ["false", "0", "no", "7", "x"] { #expect(!ConsentName.of(name).isRefusal(text), "\(text)") }
    }

    @Test(
        "Words of a status by which somebody must not be written to",
        arguments: [
            "unsubscribed", "Cleaned", "bounced", "HARD_BOUNCE", "spam", "Non-Subscribed", "never_subscribed",
            "inactive",
            "suppressed", "Opted Out", "globally unsubscribed", "complained", "do not contact", "archived", "blocked",
            "abgemeldet", "désabonnée", "dado de baja", "disiscritto", "uitgeschreven", "wypisany", "отписался", "退订",
        ])
    func words(status: String) {
        #expect(ConsentName(Column("status", .text, holdsConsent: true)).isRefusal(status))
    }

    @Test(
        "Other words are none", arguments: ["", "subscribed", "active", "lead", "customer", "not unsubscribed", "VIP"])
    func ordinary(status: String) {
        #expect(!ConsentName(Column("status", .text, holdsConsent: true)).isRefusal(status))
    }

    @Test("A column of the catalogue is read by its name, whether it is true by refusal or by consent")
    func columns() {
        #expect(ConsentName(Column("subscribed", .bool, holdsConsent: true)).isRefusal("false"))
        #expect(ConsentName(Column("email_opt_out", .bool)).isRefusal("true"))
        #expect(!ConsentName(Column("email_opt_out", .bool)).isRefusal("false"))
        #expect(ConsentName(Column("unsubscribed_at", .timestamp)).isRefusal("2026-01-01T00:00:00Z"))
        #expect(ConsentName(Column("permission_flag", .bool, holdsConsent: true)).isRefusal("false"))
        #expect(ConsentName(Column("status", .text)).meaning == .nothing)
    }

    private func merge(_ before: String, _ after: String, _ options: String = "{}") throws -> (String?, Bool) {
        let resource = Resource(
            name: "r", columns: [Column("id", .text), Column("data", .json)], key: ["id"], timeColumn: nil)
        let layout = LoadRequest(
            resource: resource, orgId: "o", jobId: "j", specSHA256: "", attemptId: "a", fence: 1, isDryRun: false,
            mode: .upsert
        ).changeLayout(resource.columns)
        var stored = RowBatch(columnCount: 2)
        var incoming = RowBatch(columnCount: 2)
        for text in ["1", before] { stored.append(text) }
        for text in ["1", after] { incoming.append(text) }
        var output = RowBatch(columnCount: 1)
        let rules = MergeRules(try JSONValue(parsing: Array(options.utf8)))
        let kept = StoredRowMerger(layout, rules).merge(stored, 0, incoming, 0, into: &output)
        return (output.text(row: 0, column: 0), kept)
    }

    @Test(
        "Refusals in JSON stay at any depth, all else is changed",
        arguments: [
            (
                #"{"accepts_marketing":false,"n":1}"#, #"{"accepts_marketing":true,"n":2}"#,
                #"{"n":2,"accepts_marketing":false}"#
            ),
            (
                #"{"a":{"b":{"unsubscribed":true,"c":1}}}"#, #"{"a":{"b":{"unsubscribed":false,"c":2}}}"#,
                #"{"a":{"b":{"c":2,"unsubscribed":true}}}"#
            ),
            (
                #"{"consent":{"email":false,"at":"x"}}"#, #"{"consent":{"email":true,"at":"y"}}"#,
                #"{"consent":{"at":"y","email":false}}"#
            ),
            (#"{"consent":{"email":"no"}}"#, #"{"consent":{}}"#, #"{"consent":{"email":"no"}}"#),
            (#"{"consent":{"email":false}}"#, #"{"consent":true}"#, #"{"consent":{"email":false}}"#),
            (#"{"marketing_consent":"no"}"#, #"{"marketing_consent":"yes"}"#, #"{"marketing_consent":"no"}"#),
            (#"{"email_status":"bounced"}"#, #"{"email_status":"ok"}"#, #"{"email_status":"bounced"}"#),
            (#"{"labels":["a","unsubscribed"]}"#, #"{"labels":["b"]}"#, #"{"labels":["b","unsubscribed"]}"#),
            (#"{"unsubscribed":true}"#, "[]", #"{"unsubscribed":true}"#),
        ])
    func members(before: String, after: String, expected: String) throws {
        let merged = try merge(before, after)
        #expect(merged.0 == expected && merged.1)
        let replaced = try merge(before, after, #"{"json":"replace"}"#)
        #expect(replaced.1 && replaced.0 == expected)
        let again = try merge(before, after, #"{"json":"replace","resubscribe":true}"#)
        let plain = try JSONValue(parsing: Array((again.0 ?? "").utf8)).canonical()
        #expect(try plain == JSONValue(parsing: Array(after.utf8)).canonical() && !again.1)
    }

    @Test(
        "What is no refusal is changed",
        arguments: [
            #"{"unsubscribe_url":"a"}"#, #"{"unsubscribed":false}"#, #"{"accepts_marketing":true}"#,
            #"{"spam_score":3}"#,
            #"{"suppressions":[]}"#,
        ])
    func changed(before: String) throws {
        let after =
            #"{"unsubscribe_url":"b","unsubscribed":true,"accepts_marketing":false,"spam_score":1,"suppressions":["x"]}"#
        let merged = try merge(before, after)
        #expect(!merged.1)
        #expect(merged.0?.contains(#""unsubscribe_url":"b""#) == true && merged.0?.contains(#""spam_score":1"#) == true)
    }

    @Test("An empty string is empty for a JSON column too")
    func emptyString() throws {
        #expect(try merge(#"{"a":1}"#, #""""#).0 == #"{"a":1}"#)
    }
}
